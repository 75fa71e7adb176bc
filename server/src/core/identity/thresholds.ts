/** Every number that decides about a face, in one dated set. Results name the set; a change is a new set. */

/** A set of thresholds. */
export interface FaceThresholds {
  readonly id: string;
  /** ISO date on which the set was fixed. */
  readonly date: string;
  /** Largest descriptor distance to the enrolled mean that is the same person. */
  readonly matchMax: number;
  /** Up to here nothing is decided: another photo is asked for. */
  readonly retryMax: number;
  /** Norms that descriptors of real faces have; anything else is not a descriptor. */
  readonly normMin: number;
  readonly normMax: number;
  /** Photos that an enrolment needs. */
  readonly enrolPhotosMin: number;
  /** Largest distance between two photos of one enrolment. */
  readonly enrolSpreadMax: number;
  /** Largest distance between the means of two learners that sends them to review as one person. */
  readonly samePersonMax: number;
  /** Smallest face, px of the decoded image. */
  readonly facePxMin: number;
  /** Mean luma of the face, 0–255. */
  readonly brightnessMin: number;
  /** Share of nearly white pixels of the face. */
  readonly burntMax: number;
  /** Variance of the Laplacian. */
  readonly sharpnessMin: number;
  /** Detector score. */
  readonly scoreMin: number;
  /** Bits in which the hashes of a photo and its copy differ, of 64. */
  readonly copyBitsMax: number;
  /** Descriptor distance between a photo and its copy. */
  readonly copyDistanceMax: number;
}

/** The set in force; provenance and error rates are in docs/identity.md. */
export const FACE_THRESHOLDS: FaceThresholds = {
  id: 'faces-2026-11-24',
  date: '2026-11-24',
  matchMax: 0.5,
  retryMax: 0.55,
  normMin: 0.9,
  normMax: 2,
  enrolPhotosMin: 3,
  enrolSpreadMax: 0.6,
  samePersonMax: 0.45,
  facePxMin: 60,
  brightnessMin: 40,
  burntMax: 0.5,
  sharpnessMin: 12,
  scoreMin: 0.5,
  copyBitsMax: 6,
  copyDistanceMax: 0.12,
};
