/** Whether an image is good enough to be judged, before anybody is. */
import type { FaceReading, FaceSeen, ImageReading } from './reading.ts';
import type { CannotTell } from './reasons.ts';
import type { FaceThresholds } from './thresholds.ts';

/** An image that passed: exactly one face, big, bright and sharp enough. */
export interface GoodImage {
  readonly image: ImageReading;
  readonly face: FaceSeen;
}

/** What is wrong with a face; null when nothing is. */
export function faceFault(face: FaceSeen, thresholds: FaceThresholds): CannotTell | null {
  // Written so that NaN never passes.
  if (!(face.score >= thresholds.scoreMin)) return 'no-face';
  if (!(face.sizePx >= thresholds.facePxMin)) return 'too-far';
  if (!(face.brightness >= thresholds.brightnessMin)) return 'too-dark';
  if (!(face.burntShare <= thresholds.burntMax)) return 'too-bright';
  if (!(face.sharpness >= thresholds.sharpnessMin)) return 'blurred';
  return null;
}

/** The image if it can be judged, else the reason that the learner can act on. */
export function gate(reading: FaceReading, thresholds: FaceThresholds): GoodImage | CannotTell {
  if (reading.status === 'later') return 'busy';
  if (reading.status === 'refused') return 'unusable-image';
  const { face, count } = reading;
  // In the dark the detectors see nobody: the reason is the light, not the person.
  if (count === 0 || face === null)
    return reading.brightness < thresholds.brightnessMin ? 'too-dark' : 'no-face';
  if (count > 1) return 'several-faces';
  return faceFault(face, thresholds) ?? { image: reading, face };
}
