import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Course, TicketIssued } from '@zhenxue/protocol';
import { expect } from 'vitest';
import { readConfig } from '../../../server/src/config/config.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../../server/src/main.ts';
import { createFakeTime, type FakeTime } from './time.ts';

/** A server on a free port over a folder of its own, with a platform, a course and a regulator. */
export interface TestServer {
  readonly url: string;
  readonly dir: string;
  readonly time: FakeTime;
  readonly running: RunningServer;
  /** Access keys. */
  readonly platformKey: string;
  readonly otherKey: string;
  readonly regulatorKey: string;
  ticket(learner?: string, lesson?: string): Promise<TicketIssued>;
  /** Authorised request; the answer's status and JSON body. */
  call(
    method: string,
    path: string,
    options?: { key?: string; body?: unknown },
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }>;
  /** Resolves when the server has seen every client leave. */
  everybodyLeft(): Promise<void>;
  /** Stops the process's part of the server and keeps the folder. */
  stop(): Promise<void>;
  /** Stops and removes the folder. */
  destroy(): Promise<void>;
}

/** Length of the lessons' video, ms. */
export const VIDEO_MS = 60_000;

const COURSE: Course = {
  id: 'course-a',
  title: '电工 Electrician',
  lessons: [
    { id: 'lesson-1', title: '第 1 课', videoMs: VIDEO_MS },
    { id: 'lesson-2', title: '第 2 课', videoMs: VIDEO_MS },
  ],
};

const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

/** What a test may change. */
export type TestOptions = Partial<Omit<ServerOptions, 'config'>> & {
  readonly dir?: string;
  readonly time?: FakeTime;
  readonly env?: Readonly<Record<string, string>>;
};

async function seed(
  running: RunningServer,
): Promise<{ platformKey: string; otherKey: string; regulatorKey: string }> {
  await running.putPlatform({ id: 'school-a', name: '甲校', listed: true });
  await running.putPlatform({ id: 'school-b', name: '乙校', listed: true });
  const scopes = ['tickets', 'courses', 'sessions:read'] as const;
  const platformKey = await running.createKey({ label: 'a', platform: 'school-a', scopes, mode: 'live' });
  const otherKey = await running.createKey({ label: 'b', platform: 'school-b', scopes, mode: 'live' });
  const regulatorKey = await running.createKey({
    label: 'r',
    platform: null,
    scopes: ['regulator'],
    mode: 'live',
  });
  return { platformKey, otherKey, regulatorKey };
}

export async function startTestServer(options: TestOptions = {}): Promise<TestServer> {
  const {
    dir = await mkdtemp(join(tmpdir(), 'zhenxue-')),
    time = createFakeTime(),
    env = {},
    ...rest
  } = options;
  const settings = { ZHENXUE_PORT: '0', ZHENXUE_DATA_DIR: dir, ZHENXUE_PACK: 'demo', ...env };
  const config = readConfig(settings);
  const { clock, schedule } = time;
  const running = await startServer({ config, clock, schedule, log: SILENT, ...rest });
  const keys = await seed(running);
  const { url } = running;

  const call: TestServer['call'] = async (method, path, { key, body } = {}) => {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (key !== undefined) headers.authorization = `Bearer ${key}`;
    const content =
      body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const answer = await fetch(`${url}${path}`, { method, headers, ...content });
    const text = await answer.text();
    const json = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: answer.status, body: json, headers: answer.headers };
  };
  const { id, ...course } = COURSE;
  await call('PUT', `/v1/courses/${id}`, { key: keys.platformKey, body: course });
  return {
    url,
    dir,
    time,
    running,
    ...keys,
    async ticket(learner = 'learner-1', lesson = 'lesson-1') {
      const body = { learner, course: COURSE.id, lesson };
      const answer = await call('POST', '/v1/tickets', { key: keys.platformKey, body });
      if (answer.status !== 201) throw new Error(`expected a ticket, got ${JSON.stringify(answer.body)}`);
      return answer.body as unknown as TicketIssued;
    },
    call,
    async everybodyLeft() {
      const metrics = async () => (await fetch(`${url}/metrics`)).text();
      await expect.poll(metrics).toContain('zhenxue_connections 0\n');
    },
    stop: () => running.stop(),
    async destroy() {
      await running.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
