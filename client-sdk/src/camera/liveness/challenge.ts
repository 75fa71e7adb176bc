/** One attempt at a challenge: camera on, begin, send frames under the prompts, camera off. */
import type { ErrorCode, LivenessPrompt, LivenessStarted, PhotoFailure } from '@zhenxue/protocol';
import type { Schedule } from '../../core/effects.ts';
import type { Sitting } from '../../core/sitting.ts';
import { failureOf, type OpenCamera } from '../../screen/photo/capture.ts';
import { lightProblem } from '../brightness.ts';
import { CONSTRAINTS, createGrabber, release, showStream } from '../video-frame.ts';
import { createFrameLine, type FrameLine, type ShownStep } from './frame-line.ts';

/** Starts that a busy server, or one that has not yet stored the consent, is asked for. */
const STARTS_MAX = 6;

/** Milliseconds between two of them when the server names no time. */
const START_AGAIN_MS = 1_000;

/** Milliseconds after its expiry at which a challenge that told nothing is given up. */
const EXPIRY_MARGIN_MS = 2_000;

/** Bytes of one frame. */
const FRAME_BYTES_MAX: number = 128 * 1_024;

/** Every so many frames the light is looked at. */
const LIGHT_EVERY = 8;

/** What an attempt came to. `done`: all was sent, the server judges. */
export type Attempt =
  | { readonly kind: 'done' }
  | { readonly kind: 'camera'; readonly why: PhotoFailure }
  | { readonly kind: 'refused'; readonly code: ErrorCode }
  | { readonly kind: 'lost' }
  | { readonly kind: 'aborted' };

/** What an attempt needs. */
export interface ChallengeOptions {
  readonly id: string;
  readonly preview: HTMLVideoElement;
  readonly openCamera: OpenCamera;
  readonly schedule: Schedule;
  readonly call: Sitting['call'];
  readonly onPrompt: (told: (prompt: LivenessPrompt) => void) => () => void;
  /** Session time, ms. */
  readonly sessionNow: () => number;
  readonly aborted: AbortSignal;
  /** The camera is on. */
  readonly opened: () => void;
  readonly step: (step: ShownStep) => void;
  /** The light as it is, whenever it changes; null = good. */
  readonly light: (problem: 'too-dark' | 'too-bright' | null) => void;
  readonly busy: () => void;
}

type Started = Extract<LivenessStarted, { ok: true }>;

function pause(schedule: Schedule, delayMs: number): Promise<void> {
  return new Promise((resolve) => void schedule(delayMs, resolve));
}

/** Begins the challenge, waiting for a server that has no room yet. */
async function start(options: ChallengeOptions): Promise<Started | Attempt> {
  const { id, call, schedule, aborted, busy } = options;
  for (let tries = 1; ; tries += 1) {
    const answer = await call('liveness.start', { id }).catch(() => null);
    if (aborted.aborted) return { kind: 'aborted' };
    if (answer === null) return { kind: 'lost' };
    if (answer.ok) return answer;
    const passing = answer.retryMs !== undefined || answer.code === 'consent-required';
    if (!passing || tries >= STARTS_MAX) return { kind: 'refused', code: answer.code };
    busy();
    await pause(schedule, answer.retryMs ?? START_AGAIN_MS);
    if (aborted.aborted) return { kind: 'aborted' };
  }
}

/** Sends frames until the server has what it needs. Resolves at the latest a little after the challenge's expiry. */
function stream(
  options: ChallengeOptions,
  started: Started,
  held: readonly LivenessPrompt[],
): Promise<Attempt> {
  const { id, schedule, preview, sessionNow, aborted } = options;
  const { nonce, fps, width, height, expiresMs } = started;
  const grabber = createGrabber(preview, width, height);
  let shown: number | null = null;
  let grabbed = 0;
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    let line: FrameLine | null = null;
    const end = (attempt: Attempt): void => {
      line?.stop();
      for (const stop of stops.splice(0)) stop();
      stopTick();
      resolve(attempt);
    };
    line = createFrameLine({ ...options, nonce, lost: () => end({ kind: 'lost' }) });
    const own = line;
    const told = (prompt: LivenessPrompt): void => {
      if (prompt.id !== id || prompt.nonce !== nonce || prompt.n <= (shown ?? -1)) return;
      shown = prompt.n;
      options.step(prompt.step);
      if (prompt.step === 'done') end({ kind: 'done' });
    };
    let stopTick: () => void = () => undefined;
    let over = false;
    async function tick(): Promise<void> {
      stopTick = schedule(Math.ceil(1_000 / fps), () => void tick());
      // A frame belongs to the prompt that was on screen when it was taken, not when it was encoded.
      const n = shown;
      if (n === null || !own.ready()) return;
      if (grabbed % LIGHT_EVERY === 0) options.light(lightProblem(grabber.brightness()));
      grabbed += 1;
      const t = Math.round(sessionNow());
      const bytes = await grabber.jpeg(FRAME_BYTES_MAX);
      if (bytes !== null && !over) own.offer(bytes, n, t);
    }
    const abort = (): void => end({ kind: 'aborted' });
    aborted.addEventListener('abort', abort);
    stops.push(
      () => {
        over = true;
        aborted.removeEventListener('abort', abort);
      },
      options.onPrompt(told),
      schedule(expiresMs + EXPIRY_MARGIN_MS, () => end({ kind: 'lost' })),
    );
    void tick();
    for (const prompt of held) told(prompt);
    if (aborted.aborted) abort();
  });
}

async function attempt(options: ChallengeOptions): Promise<Attempt> {
  const held: LivenessPrompt[] = [];
  // A prompt may overtake the answer to the start: until the nonce is known, all are kept.
  const stopHolding = options.onPrompt((prompt) => held.push(prompt));
  try {
    const started = await start(options);
    return 'nonce' in started ? await stream(options, started, held) : started;
  } finally {
    stopHolding();
  }
}

/** Makes one attempt. Never rejects; every track of the camera is stopped before it resolves. */
export async function runChallenge(options: ChallengeOptions): Promise<Attempt> {
  const { preview, aborted } = options;
  let opened: MediaStream | null = null;
  const letGo = (): void => release(opened, preview);
  aborted.addEventListener('abort', letGo);
  try {
    opened = await options.openCamera(CONSTRAINTS);
    if (aborted.aborted) return { kind: 'aborted' };
    options.opened();
    await showStream(preview, opened, options.schedule);
    return await attempt(options);
  } catch (cause) {
    return aborted.aborted ? { kind: 'aborted' } : { kind: 'camera', why: failureOf(cause) };
  } finally {
    letGo();
    aborted.removeEventListener('abort', letGo);
  }
}
