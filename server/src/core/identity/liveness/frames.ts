/** From what was read of each frame to movements relative to the face at rest. */
import { gate } from '../quality.ts';
import type { FaceReading, FaceSeen, Point } from '../reading.ts';
import type { CannotTell } from '../reasons.ts';
import type { FaceThresholds } from '../thresholds.ts';
import { broadness, checkLandmarks, mouthOpening, yawOf } from './measure.ts';

/** One frame of a challenge. */
export interface FrameMeasurement {
  /** When it arrived, epoch ms of the server. */
  readonly at: number;
  /** Index of the step that the client was showing; −1 before the first. */
  readonly step: number;
  readonly reading: FaceReading;
}

/** A frame with exactly one good face. */
export interface UsableFrame {
  readonly at: number;
  readonly step: number;
  readonly face: FaceSeen;
}

/** A frame as movement. */
export interface Moment {
  readonly at: number;
  readonly step: number;
  readonly landmarks: readonly Point[];
  readonly descriptor: readonly number[] | null;
  /** Yaw minus yaw at rest; positive to the learner's left. */
  readonly turn: number;
  /** Mouth opening minus that at rest. */
  readonly mouth: number;
  /** Mean openness of the eyes; null when it was not measured. */
  readonly eyes: number | null;
  /** Openness of the eyes at rest; null when it was not measured. */
  readonly eyesAtRest: number | null;
  /** Broadness ÷ broadness at rest. */
  readonly broadness: number;
  /** The face at rest, for comparing shapes. */
  readonly rest: readonly Point[];
}

/** Frames at rest that a baseline needs. */
export const REST_FRAMES_MIN = 2;

/** Milliseconds after the first prompt that still count as rest: nobody moves sooner. */
const REST_AFTER_PROMPT_MS = 200;

/** Sorts the frames that can be judged from those that cannot, each with its reason. */
export function usableFrames(
  frames: readonly FrameMeasurement[],
  thresholds: FaceThresholds,
): { readonly usable: readonly UsableFrame[]; readonly faults: readonly CannotTell[] } {
  const usable: UsableFrame[] = [];
  const faults: CannotTell[] = [];
  for (const { at, step, reading } of frames) {
    const good = gate(reading, thresholds);
    if (typeof good === 'string') {
      faults.push(good);
      continue;
    }
    checkLandmarks(good.face.landmarks);
    usable.push({ at, step, face: good.face });
  }
  return { usable, faults };
}

/** The middle value. @throws RangeError on an empty list. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new RangeError('median: expected at least one value');
  return middle;
}

const eyesOf = (face: FaceSeen): number | null =>
  face.eyes === null ? null : (face.eyes[0] + face.eyes[1]) / 2;

/** Lays all frames against those before `firstPromptAt`; null when these are too few. */
export function momentOf(frames: readonly UsableFrame[], firstPromptAt: number): readonly Moment[] | null {
  const atRest = frames.filter(({ at }) => at < firstPromptAt + REST_AFTER_PROMPT_MS);
  const reference = atRest[Math.floor(atRest.length / 2)];
  if (reference === undefined || atRest.length < REST_FRAMES_MIN) return null;
  const restOf = (measure: (points: readonly Point[]) => number) =>
    median(atRest.map(({ face }) => measure(face.landmarks)));
  const [yaw, mouth, broad] = [restOf(yawOf), restOf(mouthOpening), restOf(broadness)];
  const open = atRest.flatMap(({ face }) => eyesOf(face) ?? []);
  const eyesAtRest = open.length < REST_FRAMES_MIN ? null : median(open);
  return frames.map(({ at, step, face }) => ({
    at,
    step,
    landmarks: face.landmarks,
    descriptor: face.descriptor,
    turn: yawOf(face.landmarks) - yaw,
    mouth: mouthOpening(face.landmarks) - mouth,
    eyes: eyesOf(face),
    eyesAtRest,
    broadness: broadness(face.landmarks) / broad,
    rest: reference.face.landmarks,
  }));
}
