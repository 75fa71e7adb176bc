/** Whether the actions that were asked for were done, when they were asked for, and no others; and by something with depth. */
import {
  type LivenessAction,
  type LivenessChallenge,
  ONSET_MAX_MS,
  ONSET_MIN_MS,
  STEP_MS,
} from './challenge.ts';
import type { Moment } from './frames.ts';
import type { LivenessJudgement } from './judge.ts';
import { planarityResidual } from './planarity.ts';

/** Yaw proxy of a turn. A flat photo tilted by 45° moved it by at most 0.28. */
export const TURN_MIN = 0.35;
/** Residual of a turn, in eye distances. Real turns of 30° left 0.06 or more. */
export const DEPTH_MIN = 0.05;
/** Up to this residual a turn is that of something flat: below every real turn of 30° that was measured. */
const FLAT_MAX = 0.04;
/** Broadness ÷ that at rest below which a face has clearly turned away: cos 32°. */
const NARROWED_MAX = 0.85;
/** Frames that show a flat turn before it counts. */
const FLAT_FRAMES_MIN = 2;
/** Growth of the mouth opening. */
export const MOUTH_MIN = 0.25;
/** Openness of closed eyes: at most this, and at most so much of the openness at rest. */
export const EYES_CLOSED_MAX = 0.2;
export const EYES_CLOSED_SHARE_MAX = 0.6;
/** Share of the openness at rest from which eyes are open again. */
const EYES_OPEN_SHARE_MIN = 0.75;
/** Frames of closed eyes: a blink has one or two at 8 to 15 frames a second, a second of closed eyes at least five. */
export const CLOSED_FRAMES_MIN = 4;
/** A turn begins where a fifth of it is done, and passes through the middle. */
const BEGUN_SHARE = 0.2;
/** Milliseconds at the start of a step in which the step before may still be under way. */
const AFTERGLOW_MS = 600;

const NOT_FOLLOWED: LivenessJudgement = { answer: 'cannot-tell', reason: 'not-followed' };

function eyesClosed({ eyes, eyesAtRest }: Moment): boolean {
  if (eyes === null || eyesAtRest === null) return false;
  return eyes <= Math.min(EYES_CLOSED_MAX, EYES_CLOSED_SHARE_MAX * eyesAtRest);
}

/** How far an action is done in a frame: 1 = done. */
function progress(action: LivenessAction, moment: Moment): number {
  switch (action) {
    case 'turn-left':
      return moment.turn / TURN_MIN;
    case 'turn-right':
      return -moment.turn / TURN_MIN;
    case 'open-mouth':
      return moment.mouth / MOUTH_MIN;
    case 'close-eyes':
      return eyesClosed(moment) ? 1 : 0;
    default:
      action satisfies never;
      return 0;
  }
}

function isTurn(action: LivenessAction): boolean {
  return action === 'turn-left' || action === 'turn-right';
}

/** Longest run of frames with closed eyes; frames whose eyes were not measured do not end it. */
function longestClosed(moments: readonly Moment[]): number {
  let longest = 0;
  let run = 0;
  for (const moment of moments) {
    if (moment.eyes === null) continue;
    run = eyesClosed(moment) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** Whether an action shows in the frames, judged as if it had been asked for. */
function shows(action: LivenessAction, moments: readonly Moment[]): boolean {
  if (action === 'close-eyes') return longestClosed(moments) >= CLOSED_FRAMES_MIN;
  const done = moments.filter((moment) => {
    // A turned head distorts mouth and eyes: neither is read from it.
    if (!isTurn(action) && Math.abs(moment.turn) > TURN_MIN / 2) return false;
    return progress(action, moment) >= 1;
  });
  return done.length > 0;
}

/** A head that turns passes through the middle; a picture exchanged for another does not. */
function hasWay(action: LivenessAction, moments: readonly Moment[]): boolean {
  const first = moments.findIndex((moment) => progress(action, moment) >= 1);
  return moments.slice(0, first).some((moment) => {
    const part = progress(action, moment);
    return part >= BEGUN_SHARE && part < 1;
  });
}

/** Depth of a turn: the median residual of the frames in which it is done. */
function depthOf(action: LivenessAction, moments: readonly Moment[]): number {
  const residuals = moments
    .filter((moment) => progress(action, moment) >= 1)
    .map(({ landmarks, rest }) => planarityResidual(rest, landmarks))
    .sort((a, b) => a - b);
  return residuals[Math.floor(residuals.length / 2)] ?? Number.NaN;
}

function reopened(moments: readonly Moment[]): boolean {
  const last = moments.findLastIndex(eyesClosed);
  return moments.slice(last + 1).some(({ eyes, eyesAtRest }) => {
    return eyes !== null && eyesAtRest !== null && eyes >= EYES_OPEN_SHARE_MIN * eyesAtRest;
  });
}

/** Null when the step was done as asked. */
function judgeStep(
  action: LivenessAction,
  promptedAt: number,
  moments: readonly Moment[],
): LivenessJudgement | null {
  if (!shows(action, moments)) return NOT_FOLLOWED;
  const begun = action === 'close-eyes' ? 1 : isTurn(action) ? BEGUN_SHARE * 2 : 0.5;
  const onset = moments.find((moment) => progress(action, moment) >= begun);
  const after = (onset?.at ?? promptedAt) - promptedAt;
  if (after < ONSET_MIN_MS || after > ONSET_MAX_MS) return NOT_FOLLOWED;
  if (action === 'close-eyes') return reopened(moments) ? null : NOT_FOLLOWED;
  if (!isTurn(action)) return null;
  if (!hasWay(action, moments)) return NOT_FOLLOWED;
  const depth = depthOf(action, moments);
  if (depth <= FLAT_MAX) return { answer: 'failed', evidence: 'flat' };
  // Written so that NaN never passes.
  return depth >= DEPTH_MIN ? null : NOT_FOLLOWED;
}

/** A photo that is tilted narrows like a turning head, but its nose stays in the middle and its points stay in a plane. */
function tiltedFlat(moments: readonly Moment[]): boolean {
  const flat = moments.filter(({ turn, broadness, landmarks, rest }) => {
    if (broadness > NARROWED_MAX || Math.abs(turn) >= TURN_MIN) return false;
    return planarityResidual(rest, landmarks) <= FLAT_MAX;
  });
  return flat.length >= FLAT_FRAMES_MIN;
}

/** Frames of step `i`: from its prompt to the next one's, or to the end of its time. */
function framesOf(moments: readonly Moment[], { steps }: LivenessChallenge, i: number): readonly Moment[] {
  const from = steps[i]?.promptedAt ?? 0;
  const to = Math.min(steps[i + 1]?.promptedAt ?? Number.POSITIVE_INFINITY, from + STEP_MS);
  return moments.filter(({ at }) => at >= from && at < to);
}

/** Actions that are done in the frames of a step, and that nobody asked for there. */
function hasUnasked(action: LivenessAction, moments: readonly Moment[], promptedAt: number): boolean {
  const own = moments.filter(({ at }) => at >= promptedAt + AFTERGLOW_MS);
  const others: readonly LivenessAction[] = ['turn-left', 'turn-right', 'open-mouth', 'close-eyes'];
  return others.some((other) => other !== action && shows(other, own));
}

/** Judges all steps; the identity has been judged before. */
export function judgeSteps(moments: readonly Moment[], challenge: LivenessChallenge): LivenessJudgement {
  const { steps } = challenge;
  if (tiltedFlat(moments)) return { answer: 'failed', evidence: 'flat' };
  const before = moments.filter(({ at }) => at < (steps[0]?.promptedAt ?? 0));
  const early = (['turn-left', 'turn-right', 'open-mouth', 'close-eyes'] as const).some((action) =>
    shows(action, before),
  );
  if (early) return NOT_FOLLOWED;
  for (const [i, { action, promptedAt }] of steps.entries()) {
    const frames = framesOf(moments, challenge, i);
    const judgement = judgeStep(action, promptedAt, frames);
    if (judgement !== null) return judgement;
    if (hasUnasked(action, frames, promptedAt)) return NOT_FOLLOWED;
  }
  return { answer: 'passed' };
}
