/** Whether one and the same, enrolled person is in all frames. */
import { descriptorDistance } from '../compare.ts';
import type { FaceThresholds } from '../thresholds.ts';
import { type Moment, median } from './frames.ts';
import type { LivenessJudgement } from './judge.ts';

/** Frames with a descriptor that a judgement needs. */
export const IDENTITY_FRAMES_MIN = 4;

/** A face turned or grimacing further than this is not compared with the enrolment. */
const NEUTRAL_TURN_MAX = 0.2;
const NEUTRAL_MOUTH_MAX = 0.15;

/** Descriptor distance between neighbouring frames of one person, turns and grimaces included. */
export const NEIGHBOUR_DISTANCE_MAX = 0.6;

/** Breaks between neighbours from which the face has changed: one bad frame makes up to two. */
const BREAKS_MIN = 3;

/** Part of a face's size that its middle may move between two frames, per 100 ms. */
const MOVE_PER_100_MS_MAX = 0.8;

interface Described extends Moment {
  readonly descriptor: readonly number[];
}

function isDescribed(moment: Moment): moment is Described {
  return moment.descriptor !== null;
}

function centreAndSize({ landmarks }: Moment): { x: number; y: number; size: number } {
  const xs = landmarks.map(({ x }) => x);
  const ys = landmarks.map(({ y }) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { x: (left + right) / 2, y: (top + bottom) / 2, size: Math.max(right - left, bottom - top) };
}

/** Places where the face jumps: no head moves that far between two frames. */
function jumps(moments: readonly Moment[]): number {
  return moments.filter((moment, i) => {
    const before = moments[i - 1];
    if (before === undefined) return false;
    const [a, b] = [centreAndSize(before), centreAndSize(moment)];
    const allowed = b.size * MOVE_PER_100_MS_MAX * Math.max(1, (moment.at - before.at) / 100);
    return Math.hypot(a.x - b.x, a.y - b.y) > allowed;
  }).length;
}

/** Null when it is the enrolled person throughout, else the judgement. @throws DescriptorError on a broken descriptor. */
export function judgeIdentity(
  moments: readonly Moment[],
  enrolled: readonly number[],
  thresholds: FaceThresholds,
): LivenessJudgement | null {
  const described = moments.filter(isDescribed);
  const neutral = described.filter(
    ({ turn, mouth }) => Math.abs(turn) <= NEUTRAL_TURN_MAX && mouth <= NEUTRAL_MOUTH_MAX,
  );
  if (neutral.length < IDENTITY_FRAMES_MIN) return { answer: 'cannot-tell', reason: 'too-few-frames' };
  const distances = neutral.map(({ descriptor }) => descriptorDistance(descriptor, enrolled, thresholds));
  const middle = median(distances);
  if (middle > thresholds.retryMax) return { answer: 'failed', evidence: 'other-person' };
  const breaks = described.filter((moment, i) => {
    const before = described[i - 1];
    if (before === undefined) return false;
    return descriptorDistance(moment.descriptor, before.descriptor, thresholds) > NEIGHBOUR_DISTANCE_MAX;
  }).length;
  const strangers = distances.filter((distance) => distance > NEIGHBOUR_DISTANCE_MAX).length;
  if (breaks >= BREAKS_MIN || strangers >= BREAKS_MIN)
    return { answer: 'failed', evidence: 'person-changed' };
  if (middle > thresholds.matchMax || breaks > 0 || strangers > 0 || jumps(moments) > 0)
    return { answer: 'cannot-tell', reason: 'borderline' };
  return null;
}
