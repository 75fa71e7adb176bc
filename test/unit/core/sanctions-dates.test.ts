import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  dayStartsAt,
  holdsDate,
  isLocalDate,
  isZone,
  localDate,
} from '../../../server/src/core/calendar/local-date.ts';
import { banInForce, banOverAt, banTerm } from '../../../server/src/core/sanctions/ban-dates.ts';

const ZONE = 'Asia/Shanghai';

/**
 * The oracle: the Gregorian calendar in whole numbers, counted up day by day. It shares nothing with the code under test.
 */
interface Day {
  readonly y: number;
  readonly m: number;
  readonly d: number;
}

function isLeap(y: number): boolean {
  if (y % 400 === 0) return true;
  if (y % 100 === 0) return false;
  return y % 4 === 0;
}

function lengthOf(y: number, m: number): number {
  if (m === 2) return isLeap(y) ? 29 : 28;
  return m === 4 || m === 6 || m === 9 || m === 11 ? 30 : 31;
}

function nextDay({ y, m, d }: Day): Day {
  if (d < lengthOf(y, m)) return { y, m, d: d + 1 };
  return m < 12 ? { y, m: m + 1, d: 1 } : { y: y + 1, m: 1, d: 1 };
}

function write({ y, m, d }: Day): string {
  return `${y}-${m < 10 ? '0' : ''}${m}-${d < 10 ? '0' : ''}${d}`;
}

/** The days of a 400-year cycle. */
const CYCLE_DAYS = 146_097;

describe('ban terms over a whole 400-year cycle', () => {
  /** Start days whose term of `years` does not end as the calendar says, and how many days were tried. */
  function tryAll(years: number, fromYear: number, toYear: number): { wrong: string[]; days: number } {
    const wrong: string[] = [];
    let days = 0;
    for (let day: Day = { y: fromYear, m: 1, d: 1 }; day.y < toYear; day = nextDay(day)) {
      const endsOn = { ...day, y: day.y + years };
      if (day.m === 2 && day.d === 29 && !isLeap(endsOn.y)) endsOn.d = 28;
      const term = banTerm(write(day), years);
      if (term.startsOn !== write(day) || term.endsOn !== write(endsOn)) wrong.push(write(day));
      days += 1;
    }
    return { wrong, days };
  }

  it('two years from every one of its 146,097 days end as the calendar says', () => {
    expect(tryAll(2, 2000, 2400)).toEqual({ wrong: [], days: CYCLE_DAYS });
  }, 60_000);

  it.each([1, 3, 4, 5])('%i years do so around the turn of a century without 29 February', (years) => {
    expect(tryAll(years, 2095, 2101)).toEqual({ wrong: [], days: 2_192 - 1 });
  });

  it('are over at midnight in Shanghai after the last day, every day of four years', () => {
    // Shanghai is eight hours ahead all year in these centuries: its midnight is 16:00 UTC of the day before.
    let midnight = Date.parse('2023-12-31T16:00:00Z');
    const wrong: string[] = [];
    for (let day: Day = { y: 2024, m: 1, d: 1 }; day.y < 2028; day = nextDay(day)) {
      midnight += 86_400_000;
      if (banOverAt({ startsOn: '2000-01-01', endsOn: write(day) }, ZONE) !== midnight)
        wrong.push(write(day));
    }
    expect(wrong).toEqual([]);
  });
});

describe('both sides of midnight in Shanghai', () => {
  const term = banTerm('2024-02-29', 2);

  it.each([
    ['2024-02-28T15:59:59.999Z', false],
    ['2024-02-28T16:00:00.000Z', true],
    ['2026-02-28T15:59:59.999Z', true],
    ['2026-02-28T16:00:00.000Z', false],
  ])('at %s a ban from 29 February 2024 is in force: %s', (instant, expected) => {
    expect(banInForce(term, localDate(Date.parse(instant), ZONE))).toBe(expected);
  });

  it('makes the first instant after the ban the first one out of it', () => {
    const over = banOverAt(term, ZONE);
    expect([over - 1, over].map((at) => banInForce(term, localDate(at, ZONE)))).toEqual([true, false]);
  });

  it('is another day in another zone', () => {
    const at = Date.parse('2026-03-01T16:30:00Z');
    expect([localDate(at, ZONE), localDate(at, 'UTC')]).toEqual(['2026-03-02', '2026-03-01']);
  });
});

describe('local dates', () => {
  it.each([
    ['2024-02-29', true],
    ['2026-02-29', false],
    ['1900-02-29', false],
    ['2000-02-29', true],
    ['2026-13-01', false],
    ['2026-1-1', false],
    ['2026-01-01T00:00', false],
    ['20260101', false],
    ['+002026-01-01', false],
    ['', false],
  ])('%j is a date: %s', (text, expected) => {
    expect(isLocalDate(text)).toBe(expected);
  });

  it('move by days and months, and stop at the end of a month', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect([addMonths('2026-01-31', 1), addMonths('2024-01-31', 1)]).toEqual(['2026-02-28', '2024-02-29']);
    expect(addMonths('2026-12-31', 2)).toBe('2027-02-28');
    expect(dayStartsAt('2026-03-02', ZONE)).toBe(Date.parse('2026-03-01T16:00:00Z'));
  });

  it('lie in a span with both its ends', () => {
    const span = { from: '2026-03-02', to: '2026-03-03' };
    const days = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'];
    expect(days.map((day) => holdsDate(span, day))).toEqual([false, true, true, false]);
    expect(holdsDate({ from: '2026-03-02', to: null }, '9999-12-31')).toBe(true);
  });

  it('are refused when they are none', () => {
    for (const text of ['2026-02-30', 'today', ''])
      for (const move of [() => addDays(text, 1), () => addMonths(text, 1), () => dayStartsAt(text, ZONE)])
        expect(move).toThrow(RangeError);
  });

  it('know their zones', () => {
    expect(['Asia/Shanghai', 'UTC', 'Asia/Atlantis', ''].map(isZone)).toEqual([true, true, false, false]);
  });
});
