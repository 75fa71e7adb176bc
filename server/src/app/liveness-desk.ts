/**
 * Challenges under way, one per sitting. Steps are drawn here and leave the server only when they are due; frames are read as they
 * arrive, and the server's clock decides when they did. Everything is lost with the process: the challenge is then begun again.
 */
import {
  CHALLENGE_MS,
  type ChallengePlan,
  drawChallenge,
  frameOptions,
  type LivenessAction,
  type LivenessChallenge,
  type PromptedStep,
  STEP_MS,
} from '../core/identity/liveness/challenge.ts';
import type { FrameMeasurement } from '../core/identity/liveness/frames.ts';
import { FRAMES_MAX } from '../core/identity/liveness/judge.ts';
import type { FaceReading } from '../core/identity/reading.ts';
import { draws } from '../core/session/draw.ts';
import { Refusal } from './failure.ts';
import type { Clock, NewId, RandomBytes, Schedule } from './ports.ts';

/** Frames per second that are asked for, and milliseconds between two that are taken at the least: timers jitter. */
export const CHALLENGE_FPS = 8;
const FRAME_GAP_MIN_MS = 40;

/** Bytes of one frame: 640 × 480 in good quality is a third of it. */
export const FRAME_BYTES_MAX: number = 192 * 1_024;

/** Challenges at once: what two cores read at eight frames a second with a queue that never fills. */
const CHALLENGES_MAX = 16;

/** Frames at rest before the first step is shown: what the judgement measures from. */
const REST_FRAMES_MIN = 4;

/** Milliseconds after which a refused start may be tried again. */
export const START_RETRY_MS = 3_000;

const SEED_BYTES = 32;

/** A prompt as it leaves. */
export interface Prompt {
  readonly n: number;
  readonly step: LivenessAction | 'rest' | 'done';
}

/** What a challenge came to, for judging. */
export interface FinishedChallenge {
  readonly challenge: LivenessChallenge;
  readonly frames: readonly FrameMeasurement[];
  /** One frame at rest and one of every step, as received. */
  readonly keyFrames: readonly Uint8Array[];
}

/** How a challenge is begun. */
export interface ChallengeOptions {
  readonly session: string;
  /** Id of the directive. */
  readonly id: string;
  readonly read: (bytes: Uint8Array, options: ReturnType<typeof frameOptions>) => Promise<FaceReading>;
  readonly prompt: (prompt: Prompt & { readonly id: string; readonly nonce: string }) => void;
  /** Called once, unless the challenge is dropped before; resolves when everything that follows is durable. Never rejects. */
  readonly finished: (result: FinishedChallenge) => Promise<void>;
}

/** A frame as it arrives. */
export interface FrameMeta {
  readonly id: string;
  readonly nonce: string;
  readonly i: number;
  readonly n: number;
}

/** The challenges of one server. */
export interface LivenessDesk {
  /** Begins a challenge; one that the sitting has under way is void. @returns its nonce. @throws Refusal `slow-down`. */
  start(options: ChallengeOptions): string;
  /** Takes a frame. @throws Refusal `challenge-void`, `out-of-order`, `slow-down`, `payload-too-large`. */
  frame(session: string, meta: FrameMeta, bytes: Uint8Array): void;
  /** Forgets the sitting's challenge; nothing follows from it. */
  drop(session: string): void;
  /** Drops all challenges; resolves when those that had ended are recorded. */
  stop(): Promise<void>;
}

interface Live {
  readonly options: ChallengeOptions;
  readonly nonce: string;
  readonly plan: ChallengePlan;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly steps: PromptedStep[];
  readonly frames: { readonly at: number; readonly step: number; readonly reading: Promise<FaceReading> }[];
  /** Newest frame at rest (0) and of each step (1, 2). */
  readonly keys: Map<number, Uint8Array>;
  /** Prompt number → index of the step that is shown with it. */
  readonly shown: number[];
  lastN: number;
  /** A step waits for frames at rest. */
  waiting: boolean;
  over: boolean;
  cancel: () => void;
  cancelExpiry: () => void;
}

/** Effects of a desk. */
export interface DeskOptions {
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly randomBytes: RandomBytes;
  readonly newId: NewId;
}

function say(live: Live, step: Prompt['step'], index: number): void {
  live.shown.push(index);
  const { id, prompt } = live.options;
  prompt({ id, nonce: live.nonce, n: live.shown.length - 1, step });
}

function end(live: Live): void {
  live.over = true;
  live.cancel();
  live.cancelExpiry();
}

async function finish(live: Live): Promise<void> {
  if (live.over) return;
  end(live);
  say(live, 'done', live.steps.length - 1);
  const { startedAt, expiresAt, steps } = live;
  const frames = await Promise.all(
    live.frames.map(async ({ at, step, reading }) => ({ at, step, reading: await reading })),
  );
  const keyFrames = [...live.keys].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
  await live.options.finished({ challenge: { steps, startedAt, expiresAt }, frames, keyFrames });
}

/** The step that is due now: shown once enough frames at rest have arrived. */
function promptStep({ clock, schedule }: DeskOptions, live: Live): void {
  const index = live.steps.length;
  const action = live.plan.actions[index];
  if (live.over || action === undefined) return;
  if (index === 0 && live.frames.length < REST_FRAMES_MIN) {
    live.waiting = true;
    return;
  }
  live.waiting = false;
  live.steps.push({ action, promptedAt: clock.now() });
  say(live, action, index);
  live.cancel = schedule(STEP_MS, () => afterStep({ clock, schedule } as DeskOptions, live));
}

function afterStep(desk: DeskOptions, live: Live): void {
  if (live.over) return;
  const gap = live.plan.gapsMs[live.steps.length];
  if (gap === undefined) {
    void finish(live);
    return;
  }
  say(live, 'rest', live.steps.length - 1);
  live.cancel = desk.schedule(gap, () => promptStep(desk, live));
}

function begin(desk: DeskOptions, options: ChallengeOptions): Live {
  const { clock, schedule, randomBytes, newId } = desk;
  const seed = Buffer.from(randomBytes(SEED_BYTES)).toString('hex');
  const startedAt = clock.now();
  const live: Live = {
    options,
    nonce: newId(),
    plan: drawChallenge(draws(seed, 'liveness', 1)),
    startedAt,
    expiresAt: startedAt + CHALLENGE_MS,
    steps: [],
    frames: [],
    keys: new Map(),
    shown: [],
    lastN: 0,
    waiting: false,
    over: false,
    cancel: () => {},
    cancelExpiry: () => {},
  };
  live.cancelExpiry = schedule(CHALLENGE_MS, () => void finish(live));
  // After the answer to the start has left: the page knows the nonce before it sees the first prompt.
  live.cancel = schedule(0, () => {
    if (live.over) return;
    say(live, 'rest', -1);
    live.cancel = schedule(live.plan.gapsMs[0], () => promptStep(desk, live));
  });
  return live;
}

/** @throws Refusal */
function check(live: Live | undefined, meta: FrameMeta, bytes: Uint8Array, at: number): Live {
  if (live === undefined || live.over || live.nonce !== meta.nonce || live.options.id !== meta.id)
    throw new Refusal('challenge-void', 'liveness.frame: expected id and nonce of the open challenge');
  if (bytes.length > FRAME_BYTES_MAX)
    throw new Refusal('payload-too-large', `liveness.frame: expected at most ${FRAME_BYTES_MAX} bytes`);
  if (meta.i !== live.frames.length)
    throw new Refusal('out-of-order', `liveness.frame: expected i = ${live.frames.length}`);
  if (meta.n < live.lastN || meta.n >= live.shown.length)
    throw new Refusal('out-of-order', 'liveness.frame: expected n of the newest prompt or of the one before');
  const before = live.frames.at(-1)?.at ?? 0;
  if (live.frames.length >= FRAMES_MAX || at - before < FRAME_GAP_MIN_MS)
    throw new Refusal('slow-down', `liveness.frame: expected at most ${CHALLENGE_FPS} frames a second`);
  return live;
}

/** A desk over its effects. */
export function createLivenessDesk(options: DeskOptions): LivenessDesk {
  const challenges = new Map<string, Live>();
  const conclusions = new Set<Promise<void>>();
  const drop = (session: string): void => {
    const live = challenges.get(session);
    if (live !== undefined) end(live);
    challenges.delete(session);
  };
  return {
    start(request) {
      drop(request.session);
      if (challenges.size >= CHALLENGES_MAX)
        throw new Refusal(
          'slow-down',
          `liveness.start: expected at most ${CHALLENGES_MAX} challenges at once`,
        );
      const live: Live = begin(options, {
        ...request,
        async finished(result) {
          // A challenge that was replaced while its frames were read counts for nothing.
          if (challenges.get(request.session) !== live) return;
          challenges.delete(request.session);
          const concluding = request.finished(result);
          conclusions.add(concluding);
          await concluding;
          conclusions.delete(concluding);
        },
      });
      challenges.set(request.session, live);
      return live.nonce;
    },
    frame(session, meta, bytes) {
      const at = options.clock.now();
      const live = check(challenges.get(session), meta, bytes, at);
      const step = live.shown[meta.n] ?? -1;
      live.lastN = meta.n;
      const wanted = frameOptions(meta.i, live.plan.actions);
      live.frames.push({ at, step, reading: live.options.read(bytes, wanted) });
      live.keys.set(step + 1, bytes);
      if (live.waiting) promptStep(options, live);
    },
    drop,
    async stop() {
      for (const session of [...challenges.keys()]) drop(session);
      await Promise.all(conclusions);
    },
  };
}
