/**
 * An active challenge: two actions in random order with random gaps, drawn by the server and shown one at a time, only when due.
 * What was not known in advance cannot have been filmed in advance.
 */
import type { Draws } from '../../session/draw.ts';

/** Directions are the learner's own; pictures are unmirrored. */
export const LIVENESS_ACTIONS = ['turn-left', 'turn-right', 'open-mouth', 'close-eyes'] as const;

/** One of {@link LIVENESS_ACTIONS}. */
export type LivenessAction = (typeof LIVENESS_ACTIONS)[number];

/** Milliseconds from one step's end to the next step's prompt. */
export const GAP_MIN_MS = 800;
export const GAP_MAX_MS = 2_000;

/** Milliseconds after a prompt in which its action may begin, server time. */
export const ONSET_MIN_MS = 250;
export const ONSET_MAX_MS = 2_500;

/** Milliseconds from a prompt to the end of its step. */
export const STEP_MS = 4_000;

/** Milliseconds of a whole challenge, server time. */
export const CHALLENGE_MS = 18_000;

/** What was drawn. The second step is not to leave the server before its time. */
export interface ChallengePlan {
  readonly actions: readonly [LivenessAction, LivenessAction];
  /** Wait before each prompt, ms. */
  readonly gapsMs: readonly [number, number];
}

/** A plan from one set of draws; uses slots 0–3. */
export function drawChallenge(draw: Draws): ChallengePlan {
  const left = [...LIVENESS_ACTIONS];
  const take = (slot: number): LivenessAction => {
    const [action] = left.splice(draw(slot, 0, left.length - 1), 1);
    if (action === undefined) throw new RangeError('expected a draw within the range asked for');
    return action;
  };
  const actions = [take(0), take(1)] as const;
  return { actions, gapsMs: [draw(2, GAP_MIN_MS, GAP_MAX_MS), draw(3, GAP_MIN_MS, GAP_MAX_MS)] };
}

/** A prompt as it went out. */
export interface PromptedStep {
  readonly action: LivenessAction;
  /** When the client confirmed the prompt, epoch ms of the server. */
  readonly promptedAt: number;
}

/** A challenge as it took place. */
export interface LivenessChallenge {
  readonly steps: readonly PromptedStep[];
  readonly startedAt: number;
  /** After this no frame counts. */
  readonly expiresAt: number;
}

/** Every so many frames the descriptor is computed. */
export const DESCRIBED_EVERY = 3;

/**
 * What to read of the n-th frame of a challenge: networks cost more than everything else. Eyes in every frame where they matter, else
 * in every other one, since closing them unasked counts too; the descriptor in between, where the face's place shows that it is the same.
 */
export function frameOptions(
  n: number,
  actions: readonly LivenessAction[],
): {
  readonly descriptor: boolean;
  readonly eyes: boolean;
  readonly sureCount: boolean;
  readonly cleaned: boolean;
} {
  const eyes = actions.includes('close-eyes') || n % 2 === 1;
  return { descriptor: n % DESCRIBED_EVERY === 0, eyes, sureCount: false, cleaned: false };
}
