/** The built server as a process of its own, with a fault in front of it if wanted. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../steps/project.mjs';

const CLI = join(ROOT, 'server', 'dist', 'cli.js');
/** Milliseconds for a start; a server that needs longer has failed. */
const START_MAX_MS = 20_000;
const PROBE_GAP_MS = 10;

/**
 * @typedef {{ url: string, pid: number, readyMs: number, exited: Promise<number | null>, kill: (signal?: NodeJS.Signals) => void }} Running
 * @typedef {{ prefix?: readonly string[], env?: Record<string, string>, script?: string }} Fault a command before `node`, settings beside ours, another script
 */

/** Whether a server says that it can serve. @param {string} url */
export async function ready(url) {
  try {
    return (await fetch(`${url}/readyz`)).status === 200;
  } catch {
    return false;
  }
}

/**
 * Starts the server in demo mode on a free port, until it says that it is ready.
 * @param {string} dataDir @param {Fault} [fault]
 * @returns {Promise<Running | null>} null when it ended before it was ready
 */
export async function startServer(dataDir, fault = {}) {
  const env = {
    ...process.env,
    ZHENXUE_DATA_DIR: dataDir,
    ZHENXUE_PORT: '0',
    ZHENXUE_DEMO: '1',
    ZHENXUE_PACK: 'demo',
    ZHENXUE_LOG_LEVEL: 'silent',
    // Packing starts at once, so that deaths meet it, too.
    ZHENXUE_ARCHIVE_AFTER_MINUTES: '0',
    ZHENXUE_BATCHES_PER_MINUTE: '1000000',
    ZHENXUE_HANDSHAKES_PER_MINUTE: '1000000',
    ZHENXUE_REQUESTS_PER_MINUTE: '1000000',
    ...fault.env,
  };
  const [command = process.execPath, ...args] = [
    ...(fault.prefix ?? []),
    process.execPath,
    fault.script ?? CLI,
  ];
  const startedAt = performance.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit').then(([code]) => /** @type {number | null} */ (code));
  const late = setTimeout(() => child.kill('SIGKILL'), START_MAX_MS);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('http')) continue;
      const url = line.trim();
      while (child.exitCode === null && child.signalCode === null && !(await ready(url)))
        await new Promise((resolve) => setTimeout(resolve, PROBE_GAP_MS));
      if (child.exitCode !== null || child.signalCode !== null) return null;
      child.stdout.resume();
      const readyMs = performance.now() - startedAt;
      const kill = (/** @type {NodeJS.Signals} */ signal = 'SIGKILL') => void child.kill(signal);
      return { url, pid: child.pid ?? 0, readyMs, exited, kill };
    }
  } finally {
    clearTimeout(late);
  }
  await exited;
  return null;
}
