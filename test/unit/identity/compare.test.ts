import { describe, expect, it } from 'vitest';
import {
  compareWithTemplate,
  DescriptorError,
  descriptorDistance,
  enrol,
  type FaceTemplate,
} from '../../../server/src/core/identity/compare.ts';
import { differingBits, findCopies, findSameFace } from '../../../server/src/core/identity/duplicate.ts';
import { rateThresholds, suggestThreshold, wilson } from '../../../server/src/core/identity/error-rates.ts';
import { gate } from '../../../server/src/core/identity/quality.ts';
import type { EngineName, FaceReading } from '../../../server/src/core/identity/reading.ts';
import { CANNOT_TELL_TEXT } from '../../../server/src/core/identity/reasons.ts';
import { FACE_THRESHOLDS } from '../../../server/src/core/identity/thresholds.ts';
import { descriptorOf, readingOf } from '../../support/face-shape.ts';

const ENGINE: EngineName = { driver: 'onnx', models: { 'face-recognition': 'aa' } };
const TEMPLATE: FaceTemplate = { mean: descriptorOf(0), photos: 3, thresholds: 'set', engine: ENGINE };

const compare = (photo: FaceReading, template: FaceTemplate | null = TEMPLATE, engine = ENGINE) =>
  compareWithTemplate(photo, engine, template, FACE_THRESHOLDS);
const atDistance = (noise: number) => readingOf({ descriptor: descriptorOf(0, noise) });

describe('what is no descriptor', () => {
  const sparse = new Array<number>(128);
  sparse[0] = 1.45;
  const broken: readonly (readonly [string, readonly number[]])[] = [
    ['empty', []],
    ['short', descriptorOf(0).slice(1)],
    ['long', [...descriptorOf(0), 0]],
    ['with NaN', descriptorOf(0).with(5, Number.NaN)],
    ['infinite', descriptorOf(0).with(5, Number.POSITIVE_INFINITY)],
    ['all zero', new Array<number>(128).fill(0)],
    ['too long a vector', descriptorOf(0, 40)],
    ['with holes', sparse],
  ];

  it.each(broken)('is never a score: %s', (_name, values) => {
    expect(() => descriptorDistance(values, descriptorOf(0), FACE_THRESHOLDS)).toThrow(DescriptorError);
    expect(() => descriptorDistance(descriptorOf(0), values, FACE_THRESHOLDS)).toThrow(DescriptorError);
    expect(() => compare(readingOf({ descriptor: values }))).toThrow(DescriptorError);
    expect(() => compare(readingOf(), { ...TEMPLATE, mean: values })).toThrow(DescriptorError);
  });

  it('does not stand in the message', () => {
    expect(() => descriptorDistance(descriptorOf(0).with(5, Number.NaN), [], FACE_THRESHOLDS)).toThrow(
      'first descriptor: expected finite numbers',
    );
  });
});

describe('a comparison', () => {
  it('has three answers', () => {
    expect(compare(atDistance(0.5))).toMatchObject({
      answer: 'match',
      distance: 0.5,
      thresholds: FACE_THRESHOLDS.id,
    });
    expect(compare(atDistance(0.501))).toMatchObject({ answer: 'cannot-tell', reason: 'borderline' });
    expect(compare(atDistance(0.55))).toMatchObject({ answer: 'cannot-tell', reason: 'borderline' });
    expect(compare(atDistance(0.551))).toMatchObject({ answer: 'no-match' });
  });

  it('answers nothing without an enrolment, or with one of other weights', () => {
    expect(compare(readingOf(), null)).toMatchObject({ reason: 'not-enrolled' });
    expect(
      compare(readingOf(), TEMPLATE, { driver: 'onnx', models: { 'face-recognition': 'bb' } }),
    ).toMatchObject({
      reason: 'other-model',
    });
    const nameless = { driver: 'onnx', models: {} };
    expect(compare(readingOf(), { ...TEMPLATE, engine: nameless }, nameless)).toMatchObject({
      reason: 'other-model',
    });
  });

  it.each([
    ['too-far', { sizePx: 40 }],
    ['too-dark', { brightness: 20 }],
    ['too-bright', { burntShare: 0.8 }],
    ['blurred', { sharpness: 3 }],
    ['no-face', { score: 0.2 }],
    ['blurred', { sharpness: Number.NaN }],
  ] as const)('says %s instead of guessing', (reason, face) => {
    expect(compare(readingOf({ ...face, descriptor: descriptorOf(7) }))).toMatchObject({
      answer: 'cannot-tell',
      reason,
    });
  });

  it('names people, darkness, load and broken images as they are', () => {
    expect(gate(readingOf({}, { count: 2 }), FACE_THRESHOLDS)).toBe('several-faces');
    const nobody = { ...readingOf({}, { count: 0 }), face: null } as FaceReading;
    expect(gate(nobody, FACE_THRESHOLDS)).toBe('no-face');
    expect(gate({ ...nobody, brightness: 10 } as FaceReading, FACE_THRESHOLDS)).toBe('too-dark');
    expect(gate({ status: 'refused', fault: 'damaged' }, FACE_THRESHOLDS)).toBe('unusable-image');
    expect(gate({ status: 'later', reason: 'queue-full', retryMs: 1 }, FACE_THRESHOLDS)).toBe('busy');
  });

  it('has words in two languages for every reason', () => {
    for (const text of Object.values(CANNOT_TELL_TEXT)) {
      expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(text.en).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('an enrolment', () => {
  const photos = [0, 1, 2].map((direction) => readingOf({ descriptor: descriptorOf(0, 0.3, direction) }));

  it('is the mean of three photos', () => {
    const result = enrol(photos, ENGINE, FACE_THRESHOLDS);
    expect(result.ok && result.template.mean[64]).toBeCloseTo(0.1, 9);
    expect(result.ok && result.template).toMatchObject({
      photos: 3,
      thresholds: FACE_THRESHOLDS.id,
      engine: ENGINE,
    });
  });

  it('is refused with fewer, with an unusable one, and with two people', () => {
    expect(enrol(photos.slice(1), ENGINE, FACE_THRESHOLDS)).toMatchObject({ problem: 'too-few-photos' });
    expect(enrol([...photos, readingOf({ brightness: 9 })], ENGINE, FACE_THRESHOLDS)).toMatchObject({
      problem: 'photo-unusable',
      photo: 3,
      reason: 'too-dark',
    });
    const other = readingOf({ descriptor: descriptorOf(9) });
    expect(enrol([...photos, other], ENGINE, FACE_THRESHOLDS)).toMatchObject({
      problem: 'different-people',
      photo: 3,
    });
  });
});

describe('near-duplicate search', () => {
  const trace = (id: string, hash: string, noise = 0) => ({ id, hash, descriptor: descriptorOf(0, noise) });

  it('finds a copy by picture and face together', () => {
    const earlier = [
      trace('copy', '0123456789abcdee', 0.05),
      trace('same person, other shot', '0123456789abcdef', 0.3),
      trace('other picture', 'fedcba9876543210', 0.05),
    ];
    expect(findCopies(trace('new', '0123456789abcdef'), earlier, FACE_THRESHOLDS)).toEqual([
      { id: 'copy', differingBits: 1, distance: expect.closeTo(0.05, 9) },
    ]);
  });

  it('counts bits over the whole hash and takes nothing else', () => {
    expect(differingBits('ffffffffffffffff', '0000000000000000')).toBe(64);
    expect(differingBits('8000000000000001', '0000000000000000')).toBe(2);
    expect(() => differingBits('', '')).toThrow(RangeError);
  });

  it('finds the same face under another name, closest first', () => {
    const others = [
      { id: 'b', mean: descriptorOf(0, 0.4) },
      { id: 'a', mean: descriptorOf(0, 0.1) },
      { id: 'stranger', mean: descriptorOf(5) },
    ];
    expect(findSameFace(descriptorOf(0), others, FACE_THRESHOLDS).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

describe('error rates', () => {
  it('agree with published Wilson intervals', () => {
    // Newcombe 1998, table I: 81/263 → 0.2553–0.3662; 0/20 → 0–0.1611.
    expect(wilson(81, 263)).toMatchObject({
      low: expect.closeTo(0.2553, 4),
      high: expect.closeTo(0.3662, 4),
    });
    expect(wilson(0, 20)).toMatchObject({ low: 0, high: expect.closeTo(0.1611, 4) });
    expect(() => wilson(1, 0)).toThrow(RangeError);
  });

  it('suggest the largest threshold within the goal', () => {
    const rows = rateThresholds([0.2, 0.3, 0.52], [0.48, 0.7, 0.8, 0.9], [0.4, 0.45, 0.5, 0.55]);
    expect(rows.map((row) => row.falselyAccepted.hits)).toEqual([0, 0, 1, 1]);
    expect(suggestThreshold(rows, 0)).toBe(0.45);
    expect(suggestThreshold(rows.slice(2), 0)).toBeNull();
    expect(() => rateThresholds([Number.NaN], [1], [0.5])).toThrow(RangeError);
  });
});
