/**
 * Judges a challenge from the measurements of its frames (face.md; docs/identity.md). Three answers: passed, failed (positive
 * evidence of another person or of something flat), or cannot tell (to be asked again with a new draw).
 */
import type { CannotTell } from '../reasons.ts';
import type { FaceThresholds } from '../thresholds.ts';
import type { LivenessChallenge } from './challenge.ts';
import { CHALLENGE_MS } from './challenge.ts';
import { type FrameMeasurement, type Moment, momentOf, type UsableFrame, usableFrames } from './frames.ts';
import { judgeIdentity } from './identity.ts';
import { judgeSteps } from './steps.ts';

/** What came of a challenge. */
export type LivenessJudgement =
  | { readonly answer: 'passed' }
  | { readonly answer: 'failed'; readonly evidence: LivenessEvidence }
  | { readonly answer: 'cannot-tell'; readonly reason: CannotTell };

/** Positive evidence against a challenge. Even so one failure decides nothing: the rules want it repeated. */
export type LivenessEvidence =
  /** The frames show somebody else than the enrolled learner. */
  | 'other-person'
  /** The face changed into another one on the way. */
  | 'person-changed'
  /** The face turned away as a flat picture does. */
  | 'flat';

/** Usable frames that a judgement needs. */
export const FRAMES_MIN = 8;

/** Frames of one challenge that are looked at; more are refused where they arrive. */
export const FRAMES_MAX = 150;

/** Share of the frames in which a second person, or none, is forgiven. */
const FAULTY_SHARE_MAX = 0.25;

/** What a judgement is made with. */
export interface LivenessInput {
  readonly challenge: LivenessChallenge;
  /** In order of arrival. */
  readonly frames: readonly FrameMeasurement[];
  /** Mean of the enrolled descriptors. */
  readonly enrolled: readonly number[];
  readonly thresholds: FaceThresholds;
}

const untold = (reason: CannotTell): LivenessJudgement => ({ answer: 'cannot-tell', reason });

/** Times must grow, tags must name a step that had been shown: whatever else was not made for this challenge. */
function inOrder({ challenge, frames }: LivenessInput): boolean {
  return frames.every(({ at, step }, i) => {
    const before = frames[i - 1];
    const shown = step === -1 ? challenge.startedAt : challenge.steps[step]?.promptedAt;
    if (before !== undefined && (at < before.at || step < before.step)) return false;
    return shown !== undefined && at >= shown && at >= challenge.startedAt;
  });
}

function mostFrequent(faults: readonly CannotTell[]): CannotTell {
  const counts = new Map<CannotTell, number>();
  for (const fault of faults) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  const [top] = [...counts].sort((a, b) => b[1] - a[1]);
  return top === undefined ? 'too-few-frames' : top[0];
}

/** Moments with yaw, mouth and eyes relative to the time before the first prompt; null without enough such frames. */
function momentsOf(usable: readonly UsableFrame[], challenge: LivenessChallenge): readonly Moment[] | null {
  return momentOf(usable, challenge.steps[0]?.promptedAt ?? challenge.startedAt);
}

/**
 * Judges a challenge.
 * @throws DescriptorError or LandmarkError when a measurement is broken: a fault of ours, never the learner's.
 */
export function judgeLiveness(input: LivenessInput): LivenessJudgement {
  const { challenge, thresholds } = input;
  const end = Math.min(challenge.expiresAt, challenge.startedAt + CHALLENGE_MS);
  if (challenge.steps.length < 2) return untold('too-few-frames');
  if (input.frames.length > FRAMES_MAX || !inOrder(input)) return untold('not-followed');
  const inTime = input.frames.filter(({ at }) => at <= end);
  if (inTime.length < FRAMES_MIN)
    return untold(inTime.length < input.frames.length ? 'expired' : 'too-few-frames');
  const { usable, faults } = usableFrames(inTime, thresholds);
  if (usable.length < FRAMES_MIN || faults.length > inTime.length * FAULTY_SHARE_MAX)
    return untold(mostFrequent(faults));
  const moments = momentsOf(usable, challenge);
  if (moments === null) return untold('too-few-frames');
  const identity = judgeIdentity(moments, input.enrolled, thresholds);
  if (identity !== null) return identity;
  return judgeSteps(moments, challenge);
}
