/** `npm run bench -- <group>`: prints one JSON object per metric and line. One file per group in `bench/`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Groups and what runs them. Each is a process of its own, so that no group warms up another. */
const GROUPS = new Map([['engine', async () => (await import('./bench/engine.mjs')).benchEngine()]]);

const root = fileURLToPath(new URL('..', import.meta.url));

/** Compiles what the groups import. */
function build() {
  const arguments_ = ['node_modules/typescript/bin/tsc', '-b', 'evidence', 'server/tsconfig.core.json'];
  const { status } = spawnSync(process.execPath, arguments_, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}

/** @param {string} group */
async function run(group) {
  const bench = GROUPS.get(group);
  if (bench === undefined) throw new Error(`expected one of ${[...GROUPS.keys()].join(', ')}`);
  for (const line of await bench()) process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** @param {readonly string[]} groups */
function runAll(groups) {
  for (const group of groups) {
    if (!GROUPS.has(group)) {
      process.stderr.write(`bench: expected one of ${[...GROUPS.keys()].join(', ')}, got another word\n`);
      process.exit(2);
    }
    const arguments_ = ['--expose-gc', fileURLToPath(import.meta.url), '--child', group];
    const { status } = spawnSync(process.execPath, arguments_, { cwd: root, stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
}

const words = process.argv.slice(2);
if (words[0] === '--child') await run(words[1] ?? '');
else {
  build();
  runAll(words.length > 0 ? words : [...GROUPS.keys()]);
}
