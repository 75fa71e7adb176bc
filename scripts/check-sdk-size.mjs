/** Gate: what a learner's browser downloads stays small (design §7). Sizes are of the gzipped files, level 9. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runAsProgram } from './gates/sources.mjs';

/** Bytes of the part that every page loads. */
export const CORE_BYTES_MAX = 25_000;
/** Bytes of every part that is loaded on demand: the screen, the camera. What two parts share counts to the first. */
export const PART_BYTES_MAX = 8_000;
/** Bytes of the one-file build for a script tag, which holds all of it, live challenges and diagnosis too. */
export const SCRIPT_BYTES_MAX = 43_000;

const STATIC_IMPORT = /(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{][^"'()]*?from\s*)?["'](\.[^"']+)["']/g;
const DYNAMIC_IMPORT = /\bimport\(\s*["'`](\.[^"'`]+)["'`]\s*\)/g;

/** @param {string} text @param {RegExp} pattern */
function targets(text, pattern) {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** The files that `entries` load at once, and those that they load on demand. @param {readonly string[]} entries */
function follow(entries) {
  const seen = new Set(entries);
  const later = new Set();
  for (const path of seen) {
    const text = readFileSync(path, 'utf8');
    for (const target of targets(text, STATIC_IMPORT)) seen.add(join(dirname(path), target));
    for (const target of targets(text, DYNAMIC_IMPORT)) later.add(join(dirname(path), target));
  }
  return { seen, later };
}

/** @param {Iterable<string>} paths */
function gzipBytes(paths) {
  let sum = 0;
  for (const path of paths) sum += gzipSync(readFileSync(path), { level: 9 }).length;
  return sum;
}

/** Name of a part: its file's, without the hash. @param {string} path */
function partName(path) {
  return basename(path)
    .replace(/^zhenxue-/, '')
    .replace(/-[^-]*\.mjs$/, '');
}

/**
 * The sizes of a built SDK in bytes; the parts in the order in which they are asked for.
 * @param {string} dist its folder
 */
export function measureSdk(dist) {
  const core = follow([join(dist, 'zhenxue.mjs')]);
  const counted = new Set(core.seen);
  /** @type {Map<string, number>} */
  const parts = new Map();
  const asked = new Set(core.later);
  for (const path of asked) {
    const { seen, later } = follow([path]);
    const own = [...seen].filter((file) => !counted.has(file));
    if (!counted.has(path)) parts.set(partName(path), gzipBytes(own));
    for (const file of own) counted.add(file);
    for (const file of later) asked.add(file);
  }
  return { core: gzipBytes(core.seen), parts, script: gzipBytes([join(dist, 'zhenxue.js')]) };
}

/** What is too big, one line each. @param {string} root */
export function checkSdkSize(root) {
  const dist = join(root, 'client-sdk', 'dist');
  if (!existsSync(join(dist, 'zhenxue.mjs')) || !existsSync(join(dist, 'zhenxue.js')))
    return ['client-sdk/dist: not built (npm run build)'];
  const size = measureSdk(dist);
  /** @type {[string, number, number][]} */
  const rows = [
    ['client-sdk core (zhenxue.mjs)', size.core, CORE_BYTES_MAX],
    ...[...size.parts].map(
      ([name, bytes]) =>
        /** @type {[string, number, number]} */ ([`client-sdk ${name} part`, bytes, PART_BYTES_MAX]),
    ),
    ['client-sdk script-tag build (zhenxue.js)', size.script, SCRIPT_BYTES_MAX],
  ];
  return rows
    .filter(([, bytes, max]) => bytes > max)
    .map(([name, bytes, max]) => `${name}: ${bytes} bytes gzipped, at most ${max}`);
}

await runAsProgram(import.meta.url, checkSdkSize);
