/** A server of the MongoDB wire protocol for one test file, with databases of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import mongoose from 'mongoose';
import { findMongo } from '../../scripts/steps/ensure-mongo.mjs';

/** Milliseconds for a server to answer. */
const START_MS = 20_000;

/** A running server. */
export interface MongoServer {
  /** Address of an empty database of its own. */
  newDatabase(): string;
  drop(uri: string): Promise<void>;
  stop(): Promise<void>;
}

/** Why there is no server to test against; null when there is one. */
export const MONGO_MISSING: string | null = (() => {
  const found = findMongo();
  return found.kind === 'none' ? found.reason : null;
})();

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  return port;
}

/** FerretDB prints its address; MongoDB is told one. */
async function spawnServer(kind: 'mongod' | 'ferretdb', command: string, folder: string) {
  if (kind === 'ferretdb') {
    const child = spawn(command, [folder], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const [uri] = (await once(lines, 'line')) as [string];
    return { child: child as ChildProcess, uri };
  }
  const port = await freePort();
  const args = ['--dbpath', folder, '--bind_ip', '127.0.0.1', '--port', String(port)];
  const child: ChildProcess = spawn(command, args, { stdio: 'ignore' });
  return { child, uri: `mongodb://127.0.0.1:${port}/` };
}

function withDatabase(base: string, name: string): string {
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url.toString();
}

async function dropDatabase(uri: string): Promise<void> {
  const connection = await mongoose
    .createConnection(uri, { serverSelectionTimeoutMS: START_MS, autoIndex: false })
    .asPromise();
  await connection.dropDatabase();
  await connection.close();
}

/** Starts (or finds) a server. @throws Error when {@link MONGO_MISSING} says so. */
export async function startMongo(): Promise<MongoServer> {
  const found = findMongo();
  if (found.kind === 'none') throw new Error(found.reason);
  const newDatabase = (base: string) => withDatabase(base, `zhenxue-test-${randomUUID().slice(0, 13)}`);
  if (found.kind === 'uri') {
    return { newDatabase: () => newDatabase(found.uri), drop: dropDatabase, stop: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), 'zhenxue-mongo-'));
  const { child, uri } = await spawnServer(found.kind, found.command, folder);
  const exited = once(child, 'exit');
  return {
    newDatabase: () => newDatabase(uri),
    drop: dropDatabase,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
