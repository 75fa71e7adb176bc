/**
 * Installs the packages of the lock file when they are not there. Whether they are is read from npm's own record of the
 * tree, so an install by hand counts and costs nothing.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError, ROOT, run, seconds, tail } from './project.mjs';

/** Oldest Node.js that the packages support. */
const NODE_MIN = { major: 20, minor: 19 };

/** @typedef {{ version?: string, link?: boolean, optional?: boolean, devOptional?: boolean, extraneous?: boolean }} LockEntry */

/** @param {string} path @returns {Record<string, LockEntry> | null} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

/**
 * The first package of the lock file that is not installed in that version, or null when all are.
 * Optional packages may be absent: they are for other operating systems. So may what npm notes as needed by nobody.
 * @param {string} [root]
 */
export function firstMissing(root = ROOT) {
  const wanted = readLock(join(root, 'package-lock.json'));
  if (wanted === null)
    throw new PlainError(
      'package-lock.json is missing or unreadable',
      'restore it: git checkout package-lock.json',
    );
  const present = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (present === null) return 'node_modules';
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/') || entry.extraneous === true) continue;
    const found = present[path];
    if (found === undefined && (entry.optional === true || entry.devOptional === true)) continue;
    if (found === undefined || found.version !== entry.version) return path;
  }
  return null;
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN.major || (major === NODE_MIN.major && minor >= NODE_MIN.minor)) return;
  throw new PlainError(
    `Node.js ${process.versions.node} is too old: ${NODE_MIN.major}.${NODE_MIN.minor} or newer is needed`,
    'install it from https://nodejs.org',
  );
}

/** Installs what is missing. @param {(line: string) => void} say */
export async function ensureInstalled(say) {
  requireNode();
  if (firstMissing() === null) return;
  say('Installing packages (about half a minute the first time) … 正在安装依赖');
  const startedAt = performance.now();
  const { code, output } = await run('npm', ['ci', '--userconfig=/dev/null', '--no-progress'], {
    quiet: true,
  });
  if (code !== 0) {
    console.error(tail(output));
    throw new PlainError(
      'npm could not install the packages',
      'check the network; behind a mirror set npm_config_registry to its address, then run the command again',
    );
  }
  say(`Installed in ${seconds(performance.now() - startedAt)}.`);
}
