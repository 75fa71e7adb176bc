import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classHoursOf } from '../../../server/src/core/credit/class-hours.ts';
import {
  addInterval,
  furthest,
  type IntervalSet,
  measure,
  overlap,
  subtract,
  unite,
} from '../../../server/src/core/credit/interval-set.ts';
import { draws } from '../../../server/src/core/session/draw.ts';

const MINUTE = 60_000;

/** The same set, point by point. */
function pointsOf(set: IntervalSet): Set<number> {
  const points = new Set<number>();
  for (const [from, to] of set) for (let i = from; i < to; i += 1) points.add(i);
  return points;
}

const interval = fc.tuple(fc.nat(60), fc.nat(60));

describe('interval sets', () => {
  it('agree with sets of points', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 12 }), interval, (pairs, [low, high]) => {
        const set = pairs.reduce<IntervalSet>((sum, [from, to]) => addInterval(sum, from, to), []);
        const points = new Set(pairs.flatMap(([from, to]) => [...pointsOf([[from, to]])]));
        expect(pointsOf(set)).toEqual(points);
        expect(measure(set)).toBe(points.size);
        expect(furthest(set)).toBe(points.size === 0 ? 0 : Math.max(...points) + 1);
        expect(overlap(set, low, high)).toBe(
          [...pointsOf([[low, high]])].filter((point) => points.has(point)).length,
        );
        for (let i = 1; i < set.length; i += 1) expect(set[i]?.[0]).toBeGreaterThan(set[i - 1]?.[1] ?? 0);
      }),
    );
  });

  it('unite as points do', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 6 }), fc.array(interval, { maxLength: 6 }), (a, b) => {
        const setOf = (pairs: readonly (readonly [number, number])[]): IntervalSet =>
          pairs.reduce<IntervalSet>((sum, [from, to]) => addInterval(sum, from, to), []);
        expect(unite(setOf(a), setOf(b))).toEqual(setOf([...a, ...b]));
      }),
    );
  });
});

describe('class hours', () => {
  it.each([
    [5, [5]],
    [40, [40]],
    [49, [49]],
    [50, [40, 10]],
    [80, [40, 40]],
    [89, [40, 49]],
    [90, [40, 40, 10]],
  ])('a lesson of %i minutes has hours of %j minutes', (minutes, expected) => {
    const hours = classHoursOf(minutes * MINUTE, 40 * MINUTE);
    expect(hours.map((hour) => (hour.toMs - hour.fromMs) / MINUTE)).toEqual(expected);
  });
});

describe('draws', () => {
  const seed = '0f'.repeat(32);

  it('stay in their range and reach both ends', () => {
    const values = Array.from({ length: 400 }, (_, n) => draws(seed, 'popup', n)(4, 3, 6));
    expect(new Set(values)).toEqual(new Set([3, 4, 5, 6]));
  });

  it('refuse a seed that is no seed, an empty range, and a slot that does not exist', () => {
    expect(() => draws('', 'popup', 0)).toThrow(RangeError);
    expect(() => draws(seed.toUpperCase(), 'popup', 0)).toThrow(RangeError);
    expect(() => draws(seed, 'popup', 0)(0, 2, 1)).toThrow(RangeError);
    expect(() => draws(seed, 'popup', 0)(5, 0, 1)).toThrow(RangeError);
  });
});

describe('differences of interval sets', () => {
  it('agree with differences of sets of points', () => {
    const pairs = fc.array(interval, { maxLength: 8 });
    const setOf = (list: readonly (readonly [number, number])[]): IntervalSet =>
      list.reduce<IntervalSet>((sum, [from, to]) => addInterval(sum, from, to), []);
    fc.assert(
      fc.property(pairs, pairs, (a, b) => {
        const gone = pointsOf(setOf(b));
        const expected = [...pointsOf(setOf(a))].filter((point) => !gone.has(point));
        expect([...pointsOf(subtract(setOf(a), setOf(b)))]).toEqual(expected);
      }),
    );
  });
});
