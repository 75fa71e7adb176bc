/** A lesson with faces: who sits in front of the camera at every moment is decided by the test. */
import type { LivenessPrompt, LivenessStarted, Receipt } from '@zhenxue/protocol';
import { expect } from 'vitest';
import type { PolicyPack } from '../../../server/src/core/policy/pack.ts';
import { POLICY_PACKS } from '../../../server/src/core/policy/packs.ts';
import { hashOf, playing, type TestClient } from './client.ts';
import { type TestServer, VIDEO_MS } from './server.ts';

/** The demo pack with a challenge before any credit and one in the lesson. */
export function facePack(): PolicyPack {
  const pack = POLICY_PACKS.get('demo-faces');
  if (pack === undefined) throw new Error('expected the demo pack with faces');
  return pack;
}

/** What the camera sees: `step` is what the person is doing, from 0 (not at all) to 1 (fully). */
export type Camera = (step: LivenessPrompt['step'], part: number) => Uint8Array | Promise<Uint8Array>;

/** Milliseconds between two frames, and of an action from rest to rest. */
const FRAME_MS = 125;
const ONSET_MS = 500;
const ACTION_MS = 1_900;

/** How far an action is done so long after its prompt: up, held, down. */
export function partAt(sinceMs: number): number {
  const t = sinceMs - ONSET_MS;
  if (t <= 0 || t >= ACTION_MS) return 0;
  return Math.min(1, t / 400, (ACTION_MS - t) / 400);
}

const ask = <T>(client: TestClient, event: string, ...args: unknown[]): Promise<T> =>
  new Promise((resolve) => {
    client.socket.emit(event, ...args, resolve);
  });

/** Sends a decision about the notice. */
export function decide(client: TestClient, scopes: readonly string[]): Promise<Receipt> {
  return ask(client, 'consent', { notice: 'camera-1', lang: 'zh-CN', scopes });
}

/** Begins a challenge. */
export function startChallenge(client: TestClient, id: string): Promise<LivenessStarted> {
  return ask(client, 'liveness.start', { id });
}

/** Sends one frame. */
export function sendFrame(client: TestClient, meta: object, bytes: Uint8Array): Promise<Receipt> {
  return ask(client, 'liveness.frame', meta, bytes);
}

/** Waits until what the server does in the background has been done. */
export async function settled(client: TestClient, id: string): Promise<{ result: string; why?: string }> {
  const found = () => client.directives.find((d) => d.kind === 'settled' && d.ref === id);
  await expect.poll(found, { timeout: 90_000, interval: 20 }).toBeDefined();
  const directive = found();
  if (directive?.kind !== 'settled') throw new Error('expected a settled directive');
  return directive;
}

/** Goes through one challenge as the prompts say. @returns how it was settled. */
export async function doChallenge(
  server: TestServer,
  client: TestClient,
  id: string,
  camera: Camera,
): Promise<{ result: string; why?: string }> {
  const prompts: LivenessPrompt[] = [];
  const onStep = (prompt: LivenessPrompt) => void prompts.push(prompt);
  client.socket.on('liveness.step', onStep);
  const started = await startChallenge(client, id);
  if (!started.ok) throw new Error(`expected a challenge, got ${started.code}: ${started.message}`);
  let i = 0;
  let since = 0;
  let seen = -1;
  let done = false;
  for (let now = 0; now < started.expiresMs && !done; now += FRAME_MS) {
    server.time.advance(FRAME_MS);
    // What was sent before the answer has arrived with it.
    await client.sendText('not a batch');
    const prompt = prompts.at(-1);
    if (prompt === undefined) continue;
    if (prompt.n !== seen) since = 0;
    seen = prompt.n;
    done = prompt.step === 'done';
    if (done) break;
    const { nonce } = started;
    const bytes = await camera(prompt.step, prompt.step === 'rest' ? 0 : partAt(since));
    const receipt = await sendFrame(client, { id, nonce, i, n: prompt.n, t: 0 }, bytes);
    // The last frame may meet a challenge that has just ended.
    if (receipt.ok) i += 1;
    else if (receipt.code !== 'challenge-void')
      throw new Error(`frame ${i}: ${receipt.code} ${receipt.message}`);
    since += FRAME_MS;
  }
  client.socket.off('liveness.step', onStep);
  return settled(client, id);
}

/** A lesson as it goes on. */
export interface Lesson {
  /** Media position, ms. */
  m: number;
  t: number;
  /** Who is there, and the next photo of them. */
  camera: Camera;
  photo: () => Uint8Array | Promise<Uint8Array>;
  /** Challenges and photos so far, with what became of them. */
  readonly met: string[];
}

async function answer(server: TestServer, client: TestClient, lesson: Lesson): Promise<void> {
  for (let i = 0; i < client.directives.length; i += 1) {
    const directive = client.directives[i];
    if (directive === undefined || lesson.met.includes(directive.id) || directive.kind === 'settled')
      continue;
    lesson.met.push(directive.id);
    const sample = { t: lesson.t, m: lesson.m, s: 0 };
    if (directive.kind === 'popup') {
      const { challenge } = directive;
      const a = challenge.type === 'press' ? 'ok' : String(challenge.a + challenge.b);
      await client.send([
        { e: 'popup.shown', ...sample, id: directive.id },
        { e: 'popup.answer', ...sample, id: directive.id, a },
      ]);
    } else if (directive.kind === 'photo') {
      const bytes = await lesson.photo();
      const h = hashOf(bytes);
      await client.send([{ e: 'photo.taken', ...sample, id: directive.id, h, n: bytes.length }]);
      await client.photo(directive.id, bytes);
    } else if (directive.kind === 'liveness') {
      const before = server.time.clock.now();
      lesson.met.push(
        `${directive.id}:${(await doChallenge(server, client, directive.id, lesson.camera)).result}`,
      );
      lesson.t += server.time.clock.now() - before;
      await client.sendText('not a batch');
    }
  }
}

/** Meets what is asked, and plays to `untilMs` at 1×; stops when the sitting ends. */
export async function play(
  server: TestServer,
  client: TestClient,
  lesson: Lesson,
  untilMs: number = VIDEO_MS,
): Promise<void> {
  await client.sendText('not a batch');
  await answer(server, client, lesson);
  await client.send([{ e: 'play', t: lesson.t, m: lesson.m, s: 1 }]);
  while (lesson.m < untilMs) {
    const next = Math.min(VIDEO_MS, lesson.m + 2_000);
    server.time.advance(next - lesson.m);
    lesson.t += next - lesson.m;
    lesson.m = next;
    const end = lesson.m === VIDEO_MS;
    const ack = await client.send([
      end ? { e: 'ended', t: lesson.t, m: lesson.m, s: 16 } : playing(lesson.t, lesson.m),
    ]);
    if (!ack.ok && ack.code !== 'session-ended') throw new Error(`${ack.code}: ${ack.message}`);
    if (!ack.ok) return;
    await client.sendText('not a batch');
    const asked = client.directives.length;
    await answer(server, client, lesson);
    if (client.directives.some((d) => d.kind === 'end')) return;
    if (!end && client.directives.length > 0 && asked > 0)
      await client.send([{ e: 'play', t: lesson.t, m: lesson.m, s: 1 }]);
  }
}
