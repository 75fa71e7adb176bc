/** Builds what is missing or older than its sources. When nothing changed this costs a few milliseconds. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PlainError, ROOT, run, seconds, tail } from './project.mjs';

/**
 * A thing to build. `inputs` are files and folders, `outputs` must exist afterwards.
 * @typedef {{ name: string, inputs: readonly string[], outputs: readonly string[], dists: readonly string[], command: readonly string[] }} Target
 */

const TSC = 'node_modules/typescript/bin/tsc';
const SHARED_INPUTS = [
  'package-lock.json',
  'tsconfig.base.json',
  'protocol/src',
  'protocol/tsconfig.json',
  'protocol/package.json',
];

/** @type {Target} */
const LIBRARIES = {
  name: 'protocol, evidence, server',
  inputs: [
    ...SHARED_INPUTS,
    ...['evidence', 'server'].flatMap((ws) => [`${ws}/src`, `${ws}/package.json`, `${ws}/tsconfig.json`]),
    'server/tsconfig.core.json',
  ],
  outputs: ['protocol/dist/index.js', 'evidence/dist/index.js', 'server/dist/main.js'],
  dists: ['protocol/dist', 'evidence/dist', 'server/dist'],
  command: [TSC, '-b', 'server', 'evidence'],
};

/** @type {readonly Target[]} */
const BUNDLES = [
  {
    name: 'browser SDK',
    inputs: [
      ...SHARED_INPUTS,
      'client-sdk/src',
      'client-sdk/package.json',
      'client-sdk/tsconfig.json',
      'scripts/build-sdk.mjs',
    ],
    outputs: ['client-sdk/dist/zhenxue.mjs', 'client-sdk/dist/zhenxue.js', 'client-sdk/dist/headless.mjs'],
    dists: ['client-sdk/dist'],
    command: ['scripts/build-sdk.mjs'],
  },
  {
    name: 'console',
    inputs: [
      ...SHARED_INPUTS,
      ...['src', 'public', 'index.html', 'package.json', 'tsconfig.json', 'vite.config.ts'].map(
        (name) => `console/${name}`,
      ),
      'scripts/build-console.mjs',
    ],
    outputs: ['console/dist/index.html'],
    dists: ['console/dist'],
    command: ['scripts/build-console.mjs'],
  },
];

/** @param {string} path @param {import('node:crypto').Hash} hash */
function addToFingerprint(path, hash) {
  const stat = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) {
    hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
    return;
  }
  for (const name of readdirSync(join(ROOT, path)).sort()) addToFingerprint(`${path}/${name}`, hash);
}

/** Changes when any input is changed, added or removed. @param {Target} target */
function fingerprint(target) {
  const hash = createHash('sha256');
  for (const input of target.inputs) addToFingerprint(input, hash);
  return hash.digest('hex');
}

/** @param {Target} target */
function stampPath(target) {
  return join(ROOT, 'node_modules', '.cache', 'built', target.name.replace(/\W+/g, '-'));
}

/** @param {Target} target */
function isFresh(target) {
  const stamp = stampPath(target);
  if (!existsSync(stamp) || target.outputs.some((path) => !existsSync(join(ROOT, path)))) return false;
  return readFileSync(stamp, 'utf8') === fingerprint(target);
}

/** @param {Target} target @param {(line: string) => void} say */
async function build(target, say) {
  say(`Building ${target.name} … 正在构建`);
  const startedAt = performance.now();
  const before = fingerprint(target);
  // An output may be gone while the compiler's own notes say that it is there: then start from nothing.
  if (target.outputs.some((path) => !existsSync(join(ROOT, path))))
    for (const dist of target.dists) rmSync(join(ROOT, dist), { recursive: true, force: true });
  const { code, output } = await run(process.execPath, target.command, { quiet: true });
  if (code !== 0) {
    console.error(tail(output));
    throw new PlainError(`${target.name} could not be built`, 'the lines above say what the compiler found');
  }
  mkdirSync(dirname(stampPath(target)), { recursive: true });
  writeFileSync(stampPath(target), before);
  say(`Built ${target.name} in ${seconds(performance.now() - startedAt)}.`);
}

/** Builds every stale part; libraries first, then the bundles side by side. @param {(line: string) => void} say */
export async function ensureBuilt(say) {
  const stale = [LIBRARIES, ...BUNDLES].filter((target) => !isFresh(target));
  if (stale.includes(LIBRARIES)) await build(LIBRARIES, say);
  await Promise.all(stale.filter((target) => target !== LIBRARIES).map((target) => build(target, say)));
}
