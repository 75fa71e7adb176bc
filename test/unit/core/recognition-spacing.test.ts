import { describe, expect, it } from 'vitest';
import { admissibleOn, spacingAfter } from '../../../server/src/core/recognition/spacing.ts';

/** The oracle: month lengths in a table and the day after counted by hand. */
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function lengthOf(year: number, month: number): number {
  const leap = month === 1 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (LENGTHS[month] ?? 0) + (leap ? 1 : 0);
}

function text(year: number, month: number, day: number): string {
  return [String(year), String(month + 1).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}

function expected(year: number, month: number, day: number, months: number): [string, string] {
  const count = year * 12 + month + months;
  const [toYear, toMonth] = [Math.floor(count / 12), count % 12];
  const last = Math.min(day, lengthOf(toYear, toMonth));
  const waitsUntil = text(toYear, toMonth, last);
  if (last < lengthOf(toYear, toMonth)) return [waitsUntil, text(toYear, toMonth, last + 1)];
  const next = count + 1;
  return [waitsUntil, text(Math.floor(next / 12), next % 12, 1)];
}

describe('spacing over a whole four-year cycle', () => {
  it.each([1, 2, 12])('%i month(s) after each of its 1,461 days', (months) => {
    let days = 0;
    for (let year = 2024; year < 2028; year += 1) {
      for (let month = 0; month < 12; month += 1) {
        for (let day = 1; day <= lengthOf(year, month); day += 1) {
          const [waitsUntil, firstAdmissible] = expected(year, month, day, months);
          expect(spacingAfter(text(year, month, day), months)).toEqual({ waitsUntil, firstAdmissible });
          days += 1;
        }
      }
    }
    expect(days).toBe(1_461);
  });

  it.each([
    ['2026-03-15', '2026-04-15', '2026-04-16'],
    ['2026-01-31', '2026-02-28', '2026-03-01'],
    ['2024-01-31', '2024-02-29', '2024-03-01'],
    ['2026-01-28', '2026-02-28', '2026-03-01'],
    ['2024-02-29', '2024-03-29', '2024-03-30'],
    ['2026-03-31', '2026-04-30', '2026-05-01'],
    ['2026-12-31', '2027-01-31', '2027-02-01'],
  ])(
    'after %s the last day of waiting is %s and the first admissible one %s',
    (day, waitsUntil, firstAdmissible) => {
      expect(spacingAfter(day, 1)).toEqual({ waitsUntil, firstAdmissible });
    },
  );

  it('is nothing where the pack asks for none', () => {
    expect(spacingAfter('2026-03-15', 0)).toEqual({ waitsUntil: null, firstAdmissible: '2026-03-15' });
    expect(admissibleOn('2026-03-15', [{ training: 't', assessedOn: null }], 0).admissible).toBe(true);
  });
});

describe('the next training', () => {
  const march = { training: 'march', assessedOn: '2026-03-15' };
  const january = { training: 'january', assessedOn: '2026-01-10' };
  const open = { training: 'open', assessedOn: null };

  it.each([
    ['2026-04-15', false],
    ['2026-04-16', true],
  ])('may begin on %s: %s', (date, admissible) => {
    expect(admissibleOn(date, [january, march], 1)).toEqual({
      admissible,
      firstAdmissible: '2026-04-16',
      because: admissible ? null : march,
    });
  });

  it('may begin at once after none', () => {
    expect(admissibleOn('2026-03-15', [], 1)).toEqual({
      admissible: true,
      firstAdmissible: '2026-03-15',
      because: null,
    });
  });

  it('waits for an assessment before anything else', () => {
    expect(admissibleOn('2030-01-01', [march, open], 1)).toEqual({
      admissible: false,
      firstAdmissible: null,
      because: open,
    });
  });

  it('refuses dates that are none', () => {
    expect(() => admissibleOn('soon', [], 1)).toThrow(RangeError);
    expect(() => spacingAfter('2026-02-29', 1)).toThrow(RangeError);
  });
});
