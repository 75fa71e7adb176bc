/** `npm run bench -- <group>`: prints one JSON object per metric and line. One file per group in `bench/`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Groups and what runs them. Each is a process of its own, so that no group warms up another. */
/** @typedef {{ quick: boolean }} Options quick: a few seconds in all, to see that it runs; the figures mean nothing */
/** @typedef {(options: Options) => Promise<Iterable<object> | AsyncIterable<object>>} Group */
const GROUPS = new Map(
  /** @type {[string, Group][]} */ ([
    ['engine', async (/** @type {Options} */ _options) => (await import('./bench/engine.mjs')).benchEngine()],
    [
      'ingest',
      async (/** @type {Options} */ options) => (await import('./bench/ingest.mjs')).benchIngest(options),
    ],
    [
      'memory',
      async (/** @type {Options} */ options) => (await import('./bench/memory.mjs')).benchMemory(options),
    ],
    [
      'storage',
      async (/** @type {Options} */ options) => (await import('./bench/storage.mjs')).benchStorage(options),
    ],
    [
      'latency',
      async (/** @type {Options} */ options) => (await import('./bench/latency.mjs')).benchLatency(options),
    ],
    [
      'recovery',
      async (/** @type {Options} */ options) => (await import('./bench/recovery.mjs')).benchRecovery(options),
    ],
    [
      'query',
      async (/** @type {Options} */ options) => (await import('./bench/query.mjs')).benchQuery(options),
    ],
    ['sdk', async (/** @type {Options} */ options) => (await import('./bench/sdk.mjs')).benchSdk(options)],
    ['face', async (/** @type {Options} */ options) => (await import('./bench/face.mjs')).benchFace(options)],
  ]),
);

const root = fileURLToPath(new URL('..', import.meta.url));

/** Compiles what the groups import. */
function build() {
  const arguments_ = ['node_modules/typescript/bin/tsc', '-b', 'evidence', 'server'];
  const { status } = spawnSync(process.execPath, arguments_, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}

/** @param {string} group @param {boolean} quick */
async function run(group, quick) {
  const bench = GROUPS.get(group);
  if (bench === undefined) throw new Error(`expected one of ${[...GROUPS.keys()].join(', ')}`);
  for await (const line of await bench({ quick })) process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** @param {readonly string[]} groups @param {boolean} quick */
function runAll(groups, quick) {
  for (const group of groups) {
    if (!GROUPS.has(group)) {
      process.stderr.write(`bench: expected one of ${[...GROUPS.keys()].join(', ')}, got another word\n`);
      process.exit(2);
    }
    const arguments_ = [
      '--expose-gc',
      fileURLToPath(import.meta.url),
      '--child',
      group,
      ...(quick ? ['--quick'] : []),
    ];
    const { status } = spawnSync(process.execPath, arguments_, { cwd: root, stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
}

const quick = process.argv.includes('--quick');
const words = process.argv.slice(2).filter((word) => word !== '--quick');
if (words[0] === '--child') {
  await run(words[1] ?? '', quick);
  process.exit(0);
} else {
  build();
  runAll(words.length > 0 ? words : [...GROUPS.keys()], quick);
}
