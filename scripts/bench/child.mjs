/** Servers under measurement are processes of their own; this is how parent and child talk. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Milliseconds that freed memory needs to go back to the system. */
const SETTLE_MS = 300;

/**
 * @typedef {{ url: string, key: string | null }} Hello
 * @typedef {Hello & { cpuMicros: () => Promise<number>, rssBytes: () => Promise<number>, readyMs: number, pid: number, stop: () => Promise<void> }} Child
 */

/** The child's side: says hello and answers. @param {Hello} hello */
export function serveParent(hello) {
  process.on('message', async (question) => {
    if (question === 'cpu') {
      const { user, system } = process.cpuUsage();
      process.send?.(user + system);
    }
    if (question === 'rss') {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      globalThis.gc?.();
      process.send?.(process.memoryUsage.rss());
    }
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(hello);
}

/** The parent's side. @param {string} file beside this one @param {Record<string, string>} [env] @returns {Promise<Child>} */
export async function startChild(file, env = {}) {
  const startedAt = performance.now();
  const child = fork(join(import.meta.dirname, file), {
    env: { ...process.env, ...env },
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), ended.then(() => null)]);
  if (first === null) throw new Error(`${file}: expected the child to start`);
  const hello = /** @type {Hello} */ (first[0]);
  const readyMs = performance.now() - startedAt;
  /** @param {string} question @returns {Promise<number>} */
  const ask = async (question) => {
    child.send(question);
    return (await once(child, 'message'))[0];
  };
  return {
    ...hello,
    readyMs,
    pid: child.pid ?? 0,
    cpuMicros: () => ask('cpu'),
    rssBytes: () => ask('rss'),
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A data folder of its own, and settings that put no limit in the way. */
export function benchData() {
  const folder = mkdtempSync(join(tmpdir(), 'zhenxue-bench-'));
  const env = {
    ZHENXUE_DATA_DIR: folder,
    ZHENXUE_PORT: '0',
    ZHENXUE_LOG_LEVEL: 'silent',
    ZHENXUE_BATCHES_PER_MINUTE: '10000000',
    ZHENXUE_HANDSHAKES_PER_MINUTE: '10000000',
    ZHENXUE_REQUESTS_PER_MINUTE: '10000000',
  };
  return { folder, env, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
