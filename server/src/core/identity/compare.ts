/**
 * Comparison of descriptors. Fails closed: whatever is not 128 finite numbers of the expected norm is an error and never a score,
 * and nothing but a distance below the threshold is a match.
 */
import { gate } from './quality.ts';
import { DESCRIPTOR_LENGTH, type EngineName, type FaceReading } from './reading.ts';
import type { CannotTell } from './reasons.ts';
import type { FaceThresholds } from './thresholds.ts';

/** A descriptor that is none. The message never holds its numbers. */
export class DescriptorError extends Error {
  override readonly name: string = 'DescriptorError';
}

/** Euclidean norm. */
function normOf(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/**
 * @param what names the argument in the message.
 * @throws DescriptorError unless it is 128 finite numbers whose norm is that of a face's descriptor.
 */
export function checkDescriptor(values: readonly number[], what: string, thresholds: FaceThresholds): void {
  if (!Array.isArray(values) || values.length !== DESCRIPTOR_LENGTH) {
    throw new DescriptorError(`${what}: expected ${DESCRIPTOR_LENGTH} numbers`);
  }
  // `every` skips the holes of a sparse array, hence the loop.
  for (let i = 0; i < values.length; i += 1) {
    if (!Number.isFinite(values[i])) throw new DescriptorError(`${what}: expected finite numbers`);
  }
  const norm = normOf(values);
  if (!(norm >= thresholds.normMin && norm <= thresholds.normMax)) {
    throw new DescriptorError(
      `${what}: expected a norm from ${thresholds.normMin} to ${thresholds.normMax}, got ${norm.toFixed(3)}`,
    );
  }
}

/** Euclidean distance of two descriptors. @throws DescriptorError */
export function descriptorDistance(
  a: readonly number[],
  b: readonly number[],
  thresholds: FaceThresholds,
): number {
  checkDescriptor(a, 'first descriptor', thresholds);
  checkDescriptor(b, 'second descriptor', thresholds);
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? Number.NaN)) ** 2, 0));
}

/** What is kept of an enrolment: personal data of the most sensitive kind. */
export interface FaceTemplate {
  /** Mean of the enrolled descriptors. */
  readonly mean: readonly number[];
  readonly photos: number;
  readonly thresholds: string;
  readonly engine: EngineName;
}

/** The model whose numbers a template holds. */
const DESCRIPTOR_MODEL = 'face-recognition';

/** A template, or which photo to take again and why. */
export type Enrolment =
  | { readonly ok: true; readonly template: FaceTemplate }
  | {
      readonly ok: false;
      readonly problem: 'too-few-photos' | 'photo-unusable' | 'different-people';
      /** Index of the photo, null when it is about all of them. */
      readonly photo: number | null;
      readonly reason: CannotTell | null;
    };

const refused = (
  problem: (Enrolment & { ok: false })['problem'],
  photo: number | null = null,
  reason: CannotTell | null = null,
): Enrolment => ({ ok: false, problem, photo, reason });

/** The one photo that is far from most others, null when they simply disagree. */
function oddOneOut(descriptors: readonly (readonly number[])[], thresholds: FaceThresholds): number | null {
  const strangers = descriptors.map(
    (one) =>
      descriptors.filter((other) => descriptorDistance(one, other, thresholds) > thresholds.enrolSpreadMax)
        .length,
  );
  const odd = strangers.flatMap((count, i) => (count === descriptors.length - 1 ? [i] : []));
  return odd.length === 1 ? (odd[0] ?? null) : null;
}

/**
 * Makes a template of three or more photos of one person.
 * @throws DescriptorError when a reading holds a broken descriptor: a fault of ours.
 */
export function enrol(
  photos: readonly FaceReading[],
  engine: EngineName,
  thresholds: FaceThresholds,
): Enrolment {
  if (photos.length < thresholds.enrolPhotosMin) return refused('too-few-photos');
  const descriptors: (readonly number[])[] = [];
  for (const [i, photo] of photos.entries()) {
    const good = gate(photo, thresholds);
    if (typeof good === 'string') return refused('photo-unusable', i, good);
    const { descriptor } = good.face;
    if (descriptor === null) throw new DescriptorError(`photo ${i}: expected a reading with a descriptor`);
    checkDescriptor(descriptor, `photo ${i}`, thresholds);
    descriptors.push(descriptor);
  }
  const together = descriptors.every((one) =>
    descriptors.every((other) => descriptorDistance(one, other, thresholds) <= thresholds.enrolSpreadMax),
  );
  if (!together) return refused('different-people', oddOneOut(descriptors, thresholds), 'borderline');
  const mean = Array.from(
    { length: DESCRIPTOR_LENGTH },
    (_, i) => descriptors.reduce((sum, one) => sum + (one[i] ?? Number.NaN), 0) / descriptors.length,
  );
  checkDescriptor(mean, 'mean of the photos', thresholds);
  return { ok: true, template: { mean, photos: descriptors.length, thresholds: thresholds.id, engine } };
}

/** Same person, another person, or nothing that could be told. */
export type Comparison =
  | { readonly answer: 'match' | 'no-match'; readonly distance: number; readonly thresholds: string }
  | {
      readonly answer: 'cannot-tell';
      readonly reason: CannotTell;
      /** With `borderline` only. */
      readonly distance: number | null;
      readonly thresholds: string;
    };

/** Whether two engines' descriptors can be compared: the same weights, whatever runs them. */
export function comparable(a: EngineName, b: EngineName): boolean {
  const weights = a.models[DESCRIPTOR_MODEL];
  return weights !== undefined && weights !== '' && weights === b.models[DESCRIPTOR_MODEL];
}

/**
 * Compares one photo with an enrolment. One `no-match` decides nothing by itself: the rules want it repeated.
 * @throws DescriptorError when photo or template hold a broken descriptor.
 */
export function compareWithTemplate(
  photo: FaceReading,
  engine: EngineName,
  template: FaceTemplate | null,
  thresholds: FaceThresholds,
): Comparison {
  const untold = (reason: CannotTell, distance: number | null = null): Comparison => ({
    answer: 'cannot-tell',
    reason,
    distance,
    thresholds: thresholds.id,
  });
  if (template === null) return untold('not-enrolled');
  if (!comparable(engine, template.engine)) return untold('other-model');
  const good = gate(photo, thresholds);
  if (typeof good === 'string') return untold(good);
  const { descriptor } = good.face;
  if (descriptor === null) throw new DescriptorError('photo: expected a reading with a descriptor');
  const distance = descriptorDistance(descriptor, template.mean, thresholds);
  if (distance <= thresholds.matchMax) return { answer: 'match', distance, thresholds: thresholds.id };
  if (distance <= thresholds.retryMax) return untold('borderline', distance);
  return { answer: 'no-match', distance, thresholds: thresholds.id };
}
