/**
 * Finds a server of the MongoDB wire protocol for the tests: the one of MONGODB_URI, else `mongod` on the PATH, else
 * FerretDB 1.24 (the protocol over SQLite), which is built once with Go into the project's cache, with two changes
 * (`change-ferretdb.mjs`) without which it is too slow for several servers.
 */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { copyChanged } from './change-ferretdb.mjs';
import { ROOT, run, seconds, tail } from './project.mjs';

/** The last release that brings its own SQLite backend. */
const FERRETDB_VERSION = 'v1.24.2';
const MODULE = 'github.com/FerretDB/FerretDB';
/** Its Go module: a main package of ours around the embeddable FerretDB. */
const SOURCE = join(ROOT, 'test', 'support', 'ferretdb');

/** What is built differs from the release, and its number grows with every difference. */
const CACHE = join(ROOT, '.cache', 'ferretdb', `${FERRETDB_VERSION}-changed-3`);
const FERRETDB = join(CACHE, 'ferretdb');

const REMEDY = 'set MONGODB_URI, or install MongoDB (mongod) or Go (npm test then builds FerretDB)';

/**
 * @typedef {{ kind: 'uri', uri: string }
 *   | { kind: 'mongod' | 'ferretdb', command: string }
 *   | { kind: 'none', reason: string }} Mongo
 */

/** @param {string} name @returns {string | null} */
function onPath(name) {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  return places.find((place) => existsSync(place)) ?? null;
}

/** What there is without building anything. @returns {Mongo} */
export function findMongo() {
  const uri = process.env.MONGODB_URI;
  if (uri !== undefined && uri !== '') return { kind: 'uri', uri };
  const mongod = onPath('mongod');
  if (mongod !== null) return { kind: 'mongod', command: mongod };
  if (existsSync(FERRETDB)) return { kind: 'ferretdb', command: FERRETDB };
  return { kind: 'none', reason: `no MongoDB was found; ${REMEDY}` };
}

/** Go checks every download against its checksum database. @returns {Promise<{ code: number, output: string }>} */
async function buildFerretDb() {
  await cp(SOURCE, CACHE, { recursive: true });
  const go = (/** @type {string[]} */ ...args) => run('go', args, { cwd: CACHE, quiet: true });
  const fetched = await go('mod', 'download', MODULE);
  if (fetched.code !== 0) return fetched;
  const found = await go('list', '-mod=mod', '-m', '-f', '{{.Dir}}', MODULE);
  if (found.code !== 0) return found;
  copyChanged(found.output.trim(), join(CACHE, 'source'));
  const replaced = await go('mod', 'edit', '-replace', `${MODULE}=./source`);
  if (replaced.code !== 0) return replaced;
  // One compiler at a time: the tests of others may share the machine.
  return run('go', ['build', '-mod=mod', '-p', '1', '-o', FERRETDB, '.'], { cwd: CACHE, quiet: true });
}

/**
 * Finds a server, and builds one when there is none and Go is there.
 * @param {(line: string) => void} say
 * @returns {Promise<Mongo>}
 */
export async function ensureMongo(say) {
  const found = findMongo();
  if (found.kind !== 'none' || onPath('go') === null) return found;
  const startedAt = Date.now();
  say(`Building FerretDB ${FERRETDB_VERSION} for the tests of the MongoDB store (once, a few minutes) …`);
  const { code, output } = await buildFerretDb();
  if (code === 0) {
    say(`FerretDB is built (${seconds(Date.now() - startedAt)}).`);
    return findMongo();
  }
  console.error(tail(output));
  return { kind: 'none', reason: `FerretDB could not be built; ${REMEDY}` };
}
