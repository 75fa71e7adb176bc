/** The parts of a run: one MongoDB, one Redis, two servers, and a console that listens at one of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WATCH_PATH, WS_PROTOCOL, WS_TICKET_PREFIX } from '@zhenxue/protocol';
import { io } from 'socket.io-client';
import { startMongo } from '../steps/start-mongo.mjs';
import { startRedis } from '../steps/start-redis.mjs';

const SERVER = join(import.meta.dirname, 'server.mjs');

/**
 * @typedef {{ name: string, url: string, key: string, regulator: string, gone: boolean, exited: Promise<unknown>,
 *   signal: (signal: NodeJS.Signals) => void }} Node
 */

/** @param {string} name @param {Record<string, string>} settings @returns {Promise<Node>} */
async function startNode(name, settings) {
  const env = { ...process.env, ...settings, ZHENXUE_NODE: name };
  const child = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, key, regulator } = JSON.parse(line);
    child.stdout.resume();
    const node = { name, url, key, regulator, gone: false, exited, signal: child.kill.bind(child) };
    return node;
  }
  throw new Error(`server ${name}: expected it to start`);
}

/** Everything that a run started. */
export class World {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'zhenxue-nodes-'));
    /** @type {Node[]} */
    this.nodes = [];
    /** @type {(() => unknown)[]} */
    this.stops = [];
    this.uri = '';
    this.mongo = '';
    this.redis = '';
  }

  async start() {
    const mongo = await startMongo();
    this.stops.push(() => mongo.stop());
    const redis = await startRedis();
    this.stops.push(() => redis.stop());
    this.uri = mongo.uri;
    this.mongo = mongo.kind;
    this.redis = redis.url;
    // One after the other: the first makes the keys that both use.
    for (const name of ['a', 'b']) await this.addNode(name);
  }

  /** @param {string} name */
  async addNode(name) {
    const limits = ['BATCHES', 'HANDSHAKES', 'REQUESTS'].map((what) => [
      `ZHENXUE_${what}_PER_MINUTE`,
      '1000000',
    ]);
    const node = await startNode(name, {
      ...Object.fromEntries(limits),
      ZHENXUE_DATA_DIR: this.folder,
      ZHENXUE_PORT: '0',
      ZHENXUE_STORE: 'mongodb',
      ZHENXUE_MONGODB_URI: this.uri,
      ZHENXUE_REDIS_URL: this.redis,
      ZHENXUE_PACK: 'zz-2022-2',
      ZHENXUE_LOG_LEVEL: 'error',
      ZHENXUE_TICKET_TTL_MS: '3600000',
    });
    this.nodes.push(node);
    return node;
  }

  async stop() {
    for (const node of this.nodes) {
      node.signal('SIGCONT');
      node.signal('SIGKILL');
      await node.exited;
    }
    for (const stop of this.stops.reverse()) await stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A console at one server that notes which sittings it hears of. @param {Node} node */
export async function watch(node) {
  const headers = { authorization: `Bearer ${node.regulator}` };
  const answer = await fetch(`${node.url}/v1/console/tokens`, { method: 'POST', headers });
  if (!answer.ok) throw new Error(`expected a console token, got ${answer.status}`);
  const { token } = /** @type {{ token: string }} */ (await answer.json());
  const protocols = [WS_PROTOCOL, WS_TICKET_PREFIX + token];
  const socket = io(node.url, { path: WATCH_PATH, transports: ['websocket'], protocols, forceNew: true });
  /** @type {Set<string>} */
  const heard = new Set();
  socket.on('changed', (/** @type {import('@zhenxue/protocol').LiveUpdates} */ { items }) => {
    for (const { session } of items) heard.add(session);
  });
  await new Promise((resolve, reject) => {
    socket.on('connect', () => resolve(undefined));
    socket.on('connect_error', reject);
  });
  return { heard, close: () => socket.disconnect() };
}

/** One value of a server's metrics. @param {Node} node @param {string} name */
export async function metric(node, name) {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.split(' ')[1]);
}
