/**
 * The demo training platform's backend. It does what a real one does: asks for tickets with its access key, over HTTP.
 * Only in demo mode, and only for clients on this machine.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NextFunction, type Request, type Response, Router } from 'express';
import type { App } from '../../app/context.ts';
import { Refusal } from '../../app/failure.ts';
import { hashText } from '../../app/hash.ts';
import { demoTicket, read } from './schemas.ts';

/** The demo platform, its course and its learner. */
const PLATFORM = 'demo-platform';
const COURSE = 'demo-course';
const LEARNER = 'demo-learner';
const LESSONS = 3;

/** Video length assumed while the clip's description is missing, ms. */
const CLIP_FALLBACK_MS = 64_000;

/** Milliseconds that the demo backend waits for an answer. */
const BACKEND_TIMEOUT_MS = 10_000;

/** Milliseconds that a demo console token lives. */
const CONSOLE_TTL_MS = 1_800_000;

/** What demo mode needs. */
export interface DemoOptions {
  /** The demo platform's access key: a secret. */
  readonly platformKey: string;
  /** Folder with `clip.json`. */
  readonly folder: string;
  /** Address of this server, once it listens. */
  url(): string;
}

/** Length of the demo clip, ms. */
function clipMs(folder: string): number {
  try {
    const clip = JSON.parse(readFileSync(join(folder, 'clip.json'), 'utf8')) as { durationMs?: unknown };
    const { durationMs } = clip;
    return typeof durationMs === 'number' && Number.isInteger(durationMs) && durationMs > 0
      ? durationMs
      : CLIP_FALLBACK_MS;
  } catch {
    return CLIP_FALLBACK_MS;
  }
}

/** Registers the demo platform, its key and its course. Repeating it changes nothing. */
export async function seedDemo(app: App, options: DemoOptions): Promise<void> {
  const { registry } = app;
  const videoMs = clipMs(options.folder);
  const lessons = Array.from({ length: LESSONS }, (_, i) => ({
    id: `lesson-${i + 1}`,
    title: `第 ${i + 1} 课 · Lesson ${i + 1}`,
    videoMs,
  }));
  await Promise.all([
    registry.putPlatform({ id: PLATFORM, name: '演示培训平台 Demo Training Platform', listed: true }),
    registry.putKey({
      hash: hashText(options.platformKey),
      label: 'demo-platform',
      platform: PLATFORM,
      scopes: ['tickets', 'courses', 'sessions:read'],
      mode: 'test',
    }),
    registry.putCourse(PLATFORM, { id: COURSE, title: '演示课程 Demo course', lessons }),
  ]);
}

const LOOPBACK_ADDRESS = /^(?:127\.|::1$|::ffff:127\.)/;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Connection and host name must be local: the name, too, so that no foreign page reaches this by renaming itself. */
function localOnly(request: Request, _response: Response, next: NextFunction): void {
  const local = LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? '');
  if (!local || !LOOPBACK_HOST.test(request.headers.host ?? '')) {
    throw new Refusal('forbidden', 'expected a client on the machine of the demo server');
  }
  next();
}

/** Asks this server over HTTP with the platform's key, as the backend of a real platform does. */
function asPlatform(options: DemoOptions, path: string, body?: object): Promise<globalThis.Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${options.platformKey}` };
  const signal = AbortSignal.timeout(BACKEND_TIMEOUT_MS);
  return body === undefined
    ? fetch(options.url() + path, { headers, signal })
    : fetch(options.url() + path, { method: 'POST', headers, body: JSON.stringify(body), signal });
}

/** Hands an answer on as it came. */
async function passOn(answer: globalThis.Response, response: Response): Promise<void> {
  const type = answer.headers.get('content-type') ?? 'application/json';
  response
    .status(answer.status)
    .setHeader('Cache-Control', 'no-store')
    .type(type)
    .send(await answer.text());
}

/** Routes under `/demo/api`. */
export function demoRoutes(app: App, options: DemoOptions): Router {
  const router = Router();
  router.use(localOnly);
  router.get('/info', (_request, response) => {
    response.json({ demo: true });
  });
  router.post('/ticket', async (request, response) => {
    const { learner = LEARNER, lesson } = read(demoTicket, 'body', request.body);
    await passOn(await asPlatform(options, '/v1/tickets', { learner, course: COURSE, lesson }), response);
  });
  router.get('/verdict/:session', async (request, response) => {
    const path = `/v1/sessions/${encodeURIComponent(request.params.session)}/verdict`;
    await passOn(await asPlatform(options, path), response);
  });
  router.get('/course', async (_request, response) => {
    response.json(await app.registry.course(PLATFORM, COURSE));
  });
  router.post('/console-token', (_request, response) => {
    const expiresAt = app.clock.now() + CONSOLE_TTL_MS;
    const claims = {
      role: 'regulator',
      platform: null,
      name: '演示监管员 Demo regulator',
      expiresAt,
    } as const;
    const { role, name } = claims;
    const token = app.tokens.issueConsole(claims);
    response.status(201).setHeader('Cache-Control', 'no-store').json({ token, expiresAt, role, name });
  });
  return router;
}
