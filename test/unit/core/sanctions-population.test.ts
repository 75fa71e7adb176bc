import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addSitting,
  emptyPopulation,
  judgeWindow,
  POPULATION_SITTINGS_MAX,
  POPULATION_SUPPRESSIONS_MAX,
  type PopulationSitting,
  type PopulationWindow,
  populationCounts,
  populationKey,
} from '../../../server/src/core/sanctions/population-window.ts';
import { packOf } from '../../support/sitting.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 2, 2);
const POPUP = 'popup-suppressed';

const { sanctions } = packOf('zz-2022-2');

function sitting(n: number, parts: Partial<PopulationSitting> = {}): PopulationSitting {
  return { session: `s${n}`, learner: `l${n}`, openedAt: NOW - n, suppressions: [POPUP], ...parts };
}

function gather(sittings: readonly PopulationSitting[], window = emptyPopulation(DAY)): PopulationWindow {
  return sittings.reduce(addSitting, window);
}

const many = (count: number, parts: Partial<PopulationSitting> = {}): PopulationSitting[] =>
  Array.from({ length: count }, (_, n) => sitting(n, parts));

const clean = (count: number): PopulationSitting[] =>
  Array.from({ length: count }, (_, n) => sitting(1_000 + n, { suppressions: [] }));

/** The oracle: all facts at once, the definition read aloud. */
function batch(facts: readonly PopulationSitting[], windowMs: number, name: string, at: number) {
  const inside = facts.filter((fact) => fact.openedAt >= at - windowMs && fact.openedAt <= at);
  const sessions = new Map<string, PopulationSitting[]>();
  for (const fact of inside) sessions.set(fact.session, [...(sessions.get(fact.session) ?? []), fact]);
  const affected = [...sessions.values()].filter((same) =>
    same.some((fact) => fact.suppressions.includes(name)),
  );
  return {
    sittings: sessions.size,
    affectedSittings: affected.length,
    affectedLearners: new Set(affected.map((same) => same[0]?.learner)).size,
  };
}

/** What a real server adds: a sitting's opening and learner follow from its id; only suppressions become known later. */
const facts = fc.array(
  fc.record({ n: fc.integer({ min: 0, max: 40 }), shown: fc.subarray([POPUP, 'photo-suppressed']) }).map(
    ({ n, shown }): PopulationSitting => ({
      session: `s${n}`,
      learner: `l${n % 7}`,
      openedAt: NOW + ((n * 7_919) % 40) * HOUR,
      suppressions: shown,
    }),
  ),
  { maxLength: 80 },
);

describe('the thresholds', () => {
  it.each([
    ['four learners', 4, 0, false],
    ['five learners', 5, 0, true],
    ['exactly half of all sittings', 5, 5, true],
    ['less than half of all sittings', 5, 6, false],
  ])('%s → %s', (_name, affected, others, complete) => {
    const window = gather([...many(affected), ...clean(others)]);
    expect(judgeWindow(window, POPUP, NOW, sanctions).complete).toBe(complete);
  });

  it('are those of the pack', () => {
    const strict = packOf('lj-2026-8').sanctions;
    expect(judgeWindow(gather(many(7)), POPUP, NOW, strict).complete).toBe(false);
    expect(judgeWindow(gather(many(8)), POPUP, NOW, strict).complete).toBe(true);
    expect(judgeWindow(gather([...many(9), ...clean(6)]), POPUP, NOW, strict).complete).toBe(true);
    expect(judgeWindow(gather([...many(9), ...clean(7)]), POPUP, NOW, strict).complete).toBe(false);
    expect(judgeWindow(gather(many(2)), POPUP, NOW, packOf('demo').sanctions).complete).toBe(true);
    const sessions = { ...sanctions, populationLearners: 2, minSessions: 4 };
    expect(judgeWindow(gather(many(3)), POPUP, NOW, sessions).complete).toBe(false);
    expect(judgeWindow(gather(many(4)), POPUP, NOW, sessions).complete).toBe(true);
  });

  it('count learners, not the sittings of one', () => {
    const window = gather(many(50, { learner: 'alone' }));
    expect(judgeWindow(window, POPUP, NOW, sanctions)).toEqual({
      complete: false,
      learners: 1,
      sharePermille: 1000,
    });
  });

  it('count one control at a time', () => {
    const window = gather([...many(4), sitting(9, { suppressions: ['photo-suppressed'] })]);
    expect(judgeWindow(window, POPUP, NOW, sanctions)).toEqual({
      complete: false,
      learners: 4,
      sharePermille: 800,
    });
  });

  it('keep lessons and builds apart', () => {
    const of = { platform: 'p', course: 'c', lesson: 'l', build: 'b' };
    expect(
      new Set([of, { ...of, lesson: 'm' }, { ...of, build: 'c' }, { ...of, course: 'd' }].map(populationKey))
        .size,
    ).toBe(4);
    expect(populationKey({ ...of, platform: 'p","c' })).not.toBe(populationKey({ ...of, course: 'c","c' }));
  });
});

describe('the window', () => {
  it.each([
    [DAY, true],
    [DAY + 1, false],
  ])('counts a sitting opened %i ms before: %s', (age, counted) => {
    const window = gather([...many(4), sitting(9, { openedAt: NOW - age })]);
    expect(judgeWindow(window, POPUP, NOW, sanctions).complete).toBe(counted);
  });

  it('lets sittings expire while nothing is added', () => {
    const window = gather(many(5));
    expect(judgeWindow(window, POPUP, NOW + DAY - 4, sanctions).learners).toBe(5);
    expect(judgeWindow(window, POPUP, NOW + DAY - 3, sanctions).learners).toBe(4);
  });

  it('does not judge the past again', () => {
    expect(() => judgeWindow(gather(many(5)), POPUP, NOW - 1, sanctions)).toThrow(RangeError);
    expect(() => judgeWindow(gather(many(5)), POPUP, Number.NaN, sanctions)).toThrow(RangeError);
  });

  it('refuses openings that could never expire, and windows without length', () => {
    for (const openedAt of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 0.5])
      expect(() => gather([sitting(1, { openedAt })])).toThrow(RangeError);
    expect(() => emptyPopulation(0)).toThrow(RangeError);
    expect(() => emptyPopulation(Number.NaN)).toThrow(RangeError);
  });

  it('says no when it is empty', () => {
    expect(judgeWindow(emptyPopulation(DAY), POPUP, NOW, sanctions)).toEqual({
      complete: false,
      learners: 0,
      sharePermille: 0,
    });
  });
});

describe('sitting by sitting as all at once', () => {
  it('counts what the batch counts, for any facts with repetitions', () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 0, max: 30 }), (given, later) => {
        const at = Math.max(NOW, ...given.map((fact) => fact.openedAt)) + later * HOUR;
        expect(populationCounts(gather(given), POPUP, at)).toEqual(batch(given, DAY, POPUP, at));
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on the order', () => {
    const shuffled = facts.chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([given, other]) => {
        expect(gather(other)).toEqual(gather(given));
      }),
      { numRuns: 1_000 },
    );
  });

  it('never changes the window that it was given', () => {
    const window = gather(many(3));
    const before = JSON.stringify(window);
    addSitting(window, sitting(0, { suppressions: ['photo-suppressed'] }));
    expect(JSON.stringify(window)).toBe(before);
  });
});

describe('past the bound', () => {
  it('never overstates a share or a number of learners', () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 1, max: 10 }), (given, sittingsMax) => {
        const window = gather(given, emptyPopulation(DAY, sittingsMax));
        const at = Math.max(NOW, ...given.map((fact) => fact.openedAt));
        const counts = populationCounts(window, POPUP, at);
        const truth = batch(given, DAY, POPUP, at);
        expect(counts.sittings).toBeGreaterThanOrEqual(truth.sittings);
        expect(counts.affectedSittings).toBeLessThanOrEqual(truth.affectedSittings);
        expect(counts.affectedLearners).toBeLessThanOrEqual(truth.affectedLearners);
        expect(window.sittings.length).toBeLessThanOrEqual(sittingsMax);
      }),
      { numRuns: 2_000 },
    );
  });

  it('still finds a platform that does it to thousands', () => {
    const thousands = Array.from({ length: 2 * POPULATION_SITTINGS_MAX }, (_, n) =>
      sitting(n, { openedAt: NOW + n }),
    );
    const window = gather(thousands);
    const at = NOW + thousands.length;
    expect(judgeWindow(window, POPUP, at, sanctions).complete).toBe(true);
    expect(window.sittings).toHaveLength(POPULATION_SITTINGS_MAX);
    expect(window.folded.length).toBeLessThanOrEqual(2);
    expect(populationCounts(window, POPUP, at + 3 * DAY).sittings).toBe(0);
  });

  it('keeps a bounded number of suppressions per sitting', () => {
    const names = Array.from({ length: 100 }, (_, n) => `control-${n}`);
    const window = gather(names.map((name) => sitting(1, { suppressions: [name] })));
    expect(window.sittings[0]?.suppressions).toHaveLength(POPULATION_SUPPRESSIONS_MAX);
  });
});
