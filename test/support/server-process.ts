/** The built server as a process of its own, so that tests can kill it as a power cut would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BanView, Page, Problem, SessionDetail, SessionSummary, TicketIssued } from '@zhenxue/protocol';

const CLI = fileURLToPath(new URL('../../server/dist/cli.js', import.meta.url));

/** A data folder of its own; removed by `remove`. */
export function temporaryData(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'zhenxue-data-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A running server process in demo mode. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  /** Stops it in its tracks, or lets it go on: it notices nothing of the time between. */
  pause(): void;
  resume(): void;
  /** Ends it at once, as a power cut would end the process. */
  kill(): Promise<void>;
  /** Ends it gracefully; the exit code. */
  stop(): Promise<number | null>;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('expected the server to have a standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('http')) return line.trim();
  }
  throw new Error('expected the server to print its address');
}

/** Starts `server/dist/cli.js`. @param port 0 = any free one. @param more settings of the environment. */
export async function startServerProcess(
  dataDir: string,
  port = 0,
  more: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const env = {
    ...process.env,
    ZHENXUE_DATA_DIR: dataDir,
    ZHENXUE_PORT: String(port),
    ZHENXUE_DEMO: '1',
    ZHENXUE_PACK: 'demo',
    ZHENXUE_LOG_LEVEL: 'error',
    ...more,
  };
  const child = spawn(process.execPath, [CLI], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const url = await firstLine(child);
  child.stdout?.resume();
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    child.kill(signal);
    return (await exited)[0];
  }
  return {
    url,
    port: Number(new URL(url).port),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
}

/** What a regulator asks of a server, over REST. */
export interface Regulator {
  readonly token: string;
  /** The learner's newest sitting. */
  sittingOf(learner: string): Promise<SessionDetail>;
  bans(): Promise<readonly BanView[]>;
  /** Asks the demo platform's backend for a ticket, as its page does. */
  ticket(learner: string, lesson: string): Promise<{ status: number; body: TicketIssued | Problem }>;
}

/** Signs in to a demo server as its demo regulator. */
export async function regulatorOf(url: string): Promise<Regulator> {
  const answer = await fetch(`${url}/demo/api/console-token`, { method: 'POST' });
  const { token } = (await answer.json()) as { token: string };
  async function ask<T>(path: string): Promise<T> {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`GET ${path}: expected 2xx, got ${response.status}`);
    return (await response.json()) as T;
  }
  return {
    token,
    async sittingOf(learner) {
      const { items } = await ask<Page<SessionSummary>>(`/v1/sessions?learner=${learner}&limit=1`);
      const newest = items[0];
      if (newest === undefined) throw new Error('expected the learner to have a sitting');
      return ask<SessionDetail>(`/v1/sessions/${newest.session}`);
    },
    bans: async () => (await ask<Page<BanView>>('/v1/bans')).items,
    async ticket(learner, lesson) {
      const response = await fetch(`${url}/demo/api/ticket`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ learner, lesson }),
      });
      return { status: response.status, body: (await response.json()) as TicketIssued | Problem };
    },
  };
}
