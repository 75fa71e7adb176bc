/** A server of the MongoDB wire protocol of one's own, over a folder that goes away with it, or the one of MONGODB_URI. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findMongo } from './ensure-mongo.mjs';

/** @param {string} base */
function withDatabase(base) {
  const url = new URL(base);
  url.pathname = `/zhenxue-nodes-${randomUUID().slice(0, 8)}`;
  return url.toString();
}

/** @param {string} command @param {string} folder */
function spawnMongod(command, folder) {
  const args = ['--dbpath', folder, '--bind_ip', '127.0.0.1', '--port', '27117'];
  return { child: spawn(command, args, { stdio: 'ignore' }), uri: 'mongodb://127.0.0.1:27117/' };
}

/** FerretDB prints its address. @param {string} command @param {string} folder */
async function spawnFerret(command, folder) {
  const child = spawn(command, [folder], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const [uri] = /** @type {[string]} */ (await once(createInterface({ input: child.stdout }), 'line'));
  return { child, uri };
}

/**
 * @typedef {{ kind: string, uri: string, pid: number | null, stop: () => Promise<void> }} MongoServer
 * @returns {Promise<MongoServer>}
 * @throws {Error} when there is none
 */
export async function startMongo() {
  const found = findMongo();
  if (found.kind === 'none') throw new Error(found.reason);
  if (found.kind === 'uri')
    return { kind: 'uri', uri: withDatabase(found.uri), pid: null, stop: async () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'zhenxue-mongo-'));
  const ferret = found.kind === 'ferretdb';
  const { child, uri } = ferret
    ? await spawnFerret(found.command, folder)
    : spawnMongod(found.command, folder);
  const exited = once(child, 'exit');
  return {
    kind: found.kind,
    uri: withDatabase(uri),
    pid: child.pid ?? null,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
