/** The same photo twice, and the same face under two names. Both only ask a person to look. */
import { descriptorDistance } from './compare.ts';
import type { FaceThresholds } from './thresholds.ts';

/** What is remembered of a photo for later comparisons. */
export interface PhotoTrace {
  readonly id: string;
  /** 16 hex digits. */
  readonly hash: string;
  readonly descriptor: readonly number[];
}

/** A photo that is too similar to be another shot. */
export interface NearDuplicate {
  readonly id: string;
  readonly differingBits: number;
  readonly distance: number;
}

/** A face close to another learner's. */
export interface SameFace {
  readonly id: string;
  readonly distance: number;
}

/** Matches listed per search, best first. */
export const MATCHES_MAX = 20;

const HASH = /^[0-9a-f]{16}$/;

function ones(half: number): number {
  let rest = half >>> 0;
  let count = 0;
  for (; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Bits in which two perceptual hashes differ, 0–64. @throws RangeError unless both are 16 hex digits. */
export function differingBits(a: string, b: string): number {
  if (!HASH.test(a) || !HASH.test(b)) throw new RangeError('expected two hashes of 16 hex digits');
  const part = (text: string, from: number) => Number.parseInt(text.slice(from, from + 8), 16);
  return ones(part(a, 0) ^ part(b, 0)) + ones(part(a, 8) ^ part(b, 8));
}

/**
 * Earlier photos of which this one is a copy, a crop or a re-compression: the whole picture and the face agree more closely than
 * two shots of a living person do. @throws DescriptorError on a broken descriptor.
 */
export function findCopies(
  photo: PhotoTrace,
  earlier: Iterable<PhotoTrace>,
  thresholds: FaceThresholds,
): readonly NearDuplicate[] {
  const found: NearDuplicate[] = [];
  for (const other of earlier) {
    const bits = differingBits(photo.hash, other.hash);
    if (bits > thresholds.copyBitsMax) continue;
    const distance = descriptorDistance(photo.descriptor, other.descriptor, thresholds);
    if (distance <= thresholds.copyDistanceMax) found.push({ id: other.id, differingBits: bits, distance });
  }
  return found.sort((a, b) => a.distance - b.distance).slice(0, MATCHES_MAX);
}

/** Other learners whose enrolled face may be this one: for human review, never for an automatic outcome. */
export function findSameFace(
  mean: readonly number[],
  others: Iterable<{ readonly id: string; readonly mean: readonly number[] }>,
  thresholds: FaceThresholds,
): readonly SameFace[] {
  const found: SameFace[] = [];
  for (const other of others) {
    const distance = descriptorDistance(mean, other.mean, thresholds);
    if (distance <= thresholds.samePersonMax) found.push({ id: other.id, distance });
  }
  return found.sort((a, b) => a.distance - b.distance).slice(0, MATCHES_MAX);
}
