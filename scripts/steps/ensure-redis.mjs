/** Finds a Redis for the tests of several servers; installs Debian's when that is possible. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, tail } from './project.mjs';

/** @typedef {{ path: string } | { path: null, reason: string }} Redis */

const REMEDY = 'install it with `apt-get install redis-server`';

/** What there is without installing anything. @returns {Redis} */
export function findRedis() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'];
  const path = folders.map((folder) => join(folder, 'redis-server')).find((place) => existsSync(place));
  return path === undefined ? { path: null, reason: `redis-server was not found; ${REMEDY}` } : { path };
}

/**
 * Finds redis-server, and installs it when there is none and that may be done.
 * @param {(line: string) => void} say
 * @returns {Promise<Redis>}
 */
export async function ensureRedis(say) {
  const found = findRedis();
  if (found.path !== null || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found;
  say('Installing redis-server with apt-get …');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { quiet: true, env });
  const install = ['install', '-y', '--no-install-recommends', 'redis-server'];
  const { output } = await run('apt-get', install, { quiet: true, env });
  const now = findRedis();
  if (now.path === null) console.error(tail(output));
  return now;
}
