/** A Redis of one's own, in memory only, on a free port, over a folder that goes away with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findRedis } from './ensure-redis.mjs';

const READY = 'Ready to accept connections';

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {{ port: number }} */ (probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * @typedef {{ url: string, port: number, stop: () => Promise<void> }} RedisServer `stop` as a crash would
 * @param {number} [wanted] a port that was used before, to come back at the same address
 * @returns {Promise<RedisServer>}
 * @throws {Error} when there is none, or it did not start
 */
export async function startRedis(wanted) {
  const found = findRedis();
  if (found.path === null) throw new Error(found.reason);
  const port = wanted ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'zhenxue-redis-'));
  const memory = ['--save', '', '--appendonly', 'no', '--dir', folder];
  const args = ['--port', String(port), '--bind', '127.0.0.1', ...memory];
  const child = spawn(found.path, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let ready = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes(READY)) continue;
    ready = true;
    break;
  }
  child.stdout.resume();
  async function stop() {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  }
  if (!ready) {
    await stop();
    throw new Error(`redis-server did not start on port ${port}`);
  }
  return { url: `redis://127.0.0.1:${port}`, port, stop };
}
