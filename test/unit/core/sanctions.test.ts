import { describe, expect, it } from 'vitest';
import { banInForce, banOverAt, banTerm, localDate } from '../../../server/src/core/sanctions/ban-dates.ts';
import { judgePopulation } from '../../../server/src/core/sanctions/population.ts';
import { packOf } from '../../support/sitting.ts';

const ZONE = 'Asia/Shanghai';

describe('local dates', () => {
  it.each([
    ['2026-03-01T15:59:59.999Z', '2026-03-01'],
    ['2026-03-01T16:00:00.000Z', '2026-03-02'],
  ])('%s is %s in Shanghai', (instant, date) => {
    expect(localDate(Date.parse(instant), ZONE)).toBe(date);
  });
});

describe('ban terms', () => {
  it.each([
    ['2026-03-02', '2028-03-02'],
    ['2024-02-29', '2026-02-28'],
    ['2026-02-28', '2028-02-28'],
    ['2026-12-31', '2028-12-31'],
  ])('two years from %s end on %s', (start, end) => {
    expect(banTerm(start, 2)).toEqual({ startsOn: start, endsOn: end });
  });

  it('is in force on its first and last day and on neither neighbour', () => {
    const term = banTerm('2026-03-02', 2);
    const days = ['2026-03-01', '2026-03-02', '2028-03-02', '2028-03-03'];
    expect(days.map((day) => banInForce(term, day))).toEqual([false, true, true, false]);
  });

  it('is over at midnight in Shanghai after its last day', () => {
    expect(banOverAt(banTerm('2026-03-02', 2), ZONE)).toBe(Date.parse('2028-03-02T16:00:00Z'));
  });

  it('refuses what is no date', () => {
    expect(() => banTerm('2026-02-30x', 2)).toThrow(RangeError);
  });
});

describe('population evidence', () => {
  const { sanctions } = packOf('demo');
  const sitting = (session: string, learner: string): { session: string; learner: string } => ({
    session,
    learner,
  });

  it.each([
    ['one learner in many sittings', 3, ['a', 'a', 'a'], false],
    ['two learners, all sittings', 2, ['a', 'b'], true],
    ['two learners, exactly half', 4, ['a', 'b'], true],
    ['two learners, less than half', 5, ['a', 'b'], false],
  ])('%s → %s', (_name, sittings, learners, complete) => {
    const affected = learners.map((learner, i) => sitting(`s${i}`, learner));
    expect(judgePopulation({ sittings, affected }, sanctions).complete).toBe(complete);
  });

  it('needs five learners under the full pack', () => {
    const affected = ['a', 'b', 'c', 'd'].map((learner) => sitting(`s-${learner}`, learner));
    const full = packOf('zz-2022-2').sanctions;
    expect(judgePopulation({ sittings: 4, affected }, full).complete).toBe(false);
    const five = [...affected, sitting('s-e', 'e')];
    expect(judgePopulation({ sittings: 5, affected: five }, full)).toEqual({
      complete: true,
      learners: 5,
      sharePermille: 1000,
    });
  });

  it('says no when there is nothing', () => {
    expect(judgePopulation({ sittings: 0, affected: [] }, sanctions)).toEqual({
      complete: false,
      learners: 0,
      sharePermille: 0,
    });
  });
});
