import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pastPopups, withPast } from '../../../server/src/core/rules/popup-interval/past.ts';

const HOUR = 3_600_000;
const ms = fc.oneof(fc.nat(12 * HOUR), fc.constantFrom(0, 2 ** 26 - 1, 2 ** 26, 2 ** 32, 400 * 24 * HOUR));
const popup = fc.record({
  atCreditedMs: ms,
  issuedAt: ms,
  shownAt: fc.oneof(fc.constant(null), ms, fc.constant(2 ** 26 - 2)),
  answeredAt: ms,
  deadlineAt: ms,
});

describe('popups that are over', () => {
  it('come out as they went in, whatever their times', () => {
    fc.assert(
      fc.property(fc.array(popup, { maxLength: 12 }), (popups) => {
        expect(pastPopups(popups.reduce(withPast, [] as readonly number[]))).toEqual(popups);
      }),
    );
  });

  it('weigh three numbers each in any sitting of twelve hours', () => {
    const at = 12 * HOUR;
    const last = { atCreditedMs: at, issuedAt: at, shownAt: at, answeredAt: at, deadlineAt: at };
    expect(withPast([], last)).toHaveLength(3);
  });
});
