/** What an engine reads from one image, as plain data. Judged in this folder; never measured here. */

/** Numbers in a descriptor. */
export const DESCRIPTOR_LENGTH = 128;

/** Points of a face's landmarks. */
export const LANDMARK_COUNT = 68;

/** Longest side of a decoded image, px; a larger one is scaled down when it is decoded. */
export const DECODED_SIDE_MAX_PX = 1_280;

/** A point of the decoded image, px; x to the right, y down, unmirrored. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Why bytes cannot be used as an image. All are the sender's doing and harmless. */
export type ImageFault =
  /** No bytes, or no format that is taken (JPEG, PNG, WebP). */
  | 'not-an-image'
  /** Begins as an image and ends early, or contradicts itself. */
  | 'damaged'
  /** More bytes, pixels or passes than are decoded. */
  | 'too-large'
  /** More than one frame. */
  | 'animated'
  /** Too few pixels to hold a face. */
  | 'too-small'
  /** Took longer than its time. */
  | 'too-slow';

/** The largest face of an image. */
export interface FaceSeen {
  /** Score of the detector, 0–1. */
  readonly score: number;
  /** Of the box round the landmarks: the longer side, px of the decoded image. */
  readonly sizePx: number;
  /** 68 points (iBUG order). */
  readonly landmarks: readonly Point[];
  /** Mean luma of the aligned face, 0–255. */
  readonly brightness: number;
  /** Share of the aligned face that is nearly white, 0–1. */
  readonly burntShare: number;
  /** Variance of the Laplacian of the aligned face's luma: low when blurred. */
  readonly sharpness: number;
  /** Mean of the descriptors of the aligned face and of its mirror image; null when it was not asked for. */
  readonly descriptor: readonly number[] | null;
  /** Opening of the image-left and image-right eye ÷ its width, from the iris net; null when it was not asked for. */
  readonly eyes: readonly [number, number] | null;
}

/** Who read it: results of different engines or weights are not to be mixed. */
export interface EngineName {
  readonly driver: string;
  /** Model id → SHA-256 of its weights. */
  readonly models: Readonly<Record<string, string>>;
}

/** A readable image. */
export interface ImageReading {
  readonly status: 'read';
  readonly widthPx: number;
  readonly heightPx: number;
  /** Mean luma of the whole image, 0–255. */
  readonly brightness: number;
  /** Perceptual hash of the whole image: 16 hex digits (64 bits). */
  readonly hash: string;
  /** Faces counted; the slower detector is asked whenever the faster one does not see exactly one. */
  readonly count: number;
  /** The largest one. */
  readonly face: FaceSeen | null;
  /** The image again: upright, without any metadata, JPEG; null when it was not asked for. */
  readonly cleaned: Uint8Array | null;
}

/** What came of one image. */
export type FaceReading =
  | ImageReading
  | { readonly status: 'refused'; readonly fault: ImageFault }
  /** Nothing was lost and nothing was read: the same bytes are to be given again. */
  | {
      readonly status: 'later';
      readonly reason: 'queue-full' | 'too-slow' | 'worker-lost' | 'closed';
      readonly retryMs: number;
    };
