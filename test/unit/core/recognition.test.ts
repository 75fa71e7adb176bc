import { describe, expect, it } from 'vitest';
import { REASONS_MAX, type RequirementId } from '../../../server/src/core/recognition/check.ts';
import { classHoursIn, onlineShare } from '../../../server/src/core/recognition/class-hours.ts';
import {
  type LessonFacts,
  TRAINING_SITTINGS_MAX,
  type TrainingFacts,
  type TrainingSitting,
} from '../../../server/src/core/recognition/facts.ts';
import { type Recognition, recognise } from '../../../server/src/core/recognition/recognise.ts';
import { packOf } from '../../support/sitting.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 2026-03-02 09:00 in Shanghai. */
const MORNING = Date.UTC(2026, 2, 2, 1);
const ALWAYS = [{ from: '2020-01-01', to: null }];

function lesson(name: string, parts: Partial<LessonFacts> = {}): LessonFacts {
  return { lesson: name, videoMs: 40 * MINUTE, approved: ALWAYS, needsApproval: true, ...parts };
}

/** A sitting of the n-th lesson that covers it whole, an hour each. */
function sitting(n: number, parts: Partial<TrainingSitting> = {}): TrainingSitting {
  return {
    session: `s${n}`,
    lesson: `l${n}`,
    outcome: 'valid',
    openedAt: MORNING + n * HOUR,
    endedAt: MORNING + n * HOUR + 45 * MINUTE,
    credited: [[0, 40 * MINUTE]],
    ...parts,
  };
}

/** A training of two lessons in which everything is as it should be. */
function facts(parts: Partial<TrainingFacts> = {}): TrainingFacts {
  return {
    listed: ALWAYS,
    banned: [],
    specialised: true,
    subsidised: true,
    enrolledOn: '2026-03-01',
    previous: [],
    declaredHours: 2,
    programmeHours: 5,
    lessons: [lesson('l1'), lesson('l2')],
    sittings: [sitting(1), sitting(2)],
    ...parts,
  };
}

const answerTo = (parts: Partial<TrainingFacts>, pack = 'zz-2022-2'): Recognition =>
  recognise(facts(parts), packOf(pack));

const unmet = (parts: Partial<TrainingFacts>, pack?: string): RequirementId[] =>
  answerTo(parts, pack)
    .requirements.filter((requirement) => !requirement.met)
    .map((requirement) => requirement.id);

describe('a training in order', () => {
  it('is recognised, with every requirement answered', () => {
    const answer = answerTo({});
    expect(answer).toMatchObject({ recognised: true, creditedHours: 2, recognisedHours: 2, review: null });
    expect(answer.requirements.map(({ id, met, clause }) => `${id} ${met} ${clause}`)).toEqual([
      'platform-registered true zz-2022-2:20(3)',
      'platform-ban true zz-2022-2:20(3)',
      'lessons-covered true zz-2022-2:20(3)',
      'class-hours true zz-2022-2:20(1)',
      'lesson-order true zz-2022-2:20(3)',
      'training-spacing true zz-2022-2:20(3)',
      'video-approved true zz-2022-2:20(3)',
      'online-share true zz-2022-2:21',
    ]);
    expect(answer.pack).toMatchObject({ id: 'zz-2022-2', version: '2' });
  });

  it('says everything that is wrong at once, in both languages, with a way to a person', () => {
    const answer = answerTo({
      listed: [],
      banned: ALWAYS,
      previous: [{ training: 't0', assessedOn: null }],
      declaredHours: 3,
      lessons: [lesson('l1', { approved: [] }), lesson('l2'), lesson('l3')],
      sittings: [sitting(1), sitting(2, { openedAt: MORNING })],
    });
    expect(answer).toMatchObject({ recognised: false, creditedHours: 2, recognisedHours: 0 });
    expect(answer.requirements.filter((requirement) => !requirement.met)).toHaveLength(7);
    expect(answer.review).not.toBeNull();
    for (const { reasons } of answer.requirements) {
      for (const { text } of reasons) {
        expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
        expect(text.en).toMatch(/^[ -~]+$/);
      }
    }
  });

  it('answers the same whatever order its sittings are given in', () => {
    const given = [
      sitting(1),
      sitting(2),
      sitting(2, { session: 's9', outcome: 'incomplete', credited: [[0, 9]] }),
    ];
    expect(answerTo({ sittings: given.toReversed() })).toEqual(answerTo({ sittings: given }));
  });
});

describe('platform-registered', () => {
  it.each([
    [{ from: '2026-03-02', to: '2026-03-02' }, true],
    [{ from: '2026-03-03', to: null }, false],
    [{ from: '2020-01-01', to: '2026-03-01' }, false],
  ])('listed %j: met %s', (span, met) => {
    expect(unmet({ listed: [span] })).toEqual(met ? [] : ['platform-registered']);
  });

  it('looks at every local day of every sitting', () => {
    // 23:30 to 00:30 in Shanghai.
    const night = sitting(2, {
      openedAt: Date.UTC(2026, 2, 2, 15, 30),
      endedAt: Date.UTC(2026, 2, 2, 16, 30),
    });
    const listed = [{ from: '2026-03-02', to: '2026-03-02' }];
    const answer = answerTo({ listed, sittings: [sitting(1), night] });
    expect(answer.requirements[0]).toMatchObject({
      met: false,
      reasons: [{ date: '2026-03-03', session: 's2' }],
    });
    const early = sitting(2, {
      openedAt: Date.UTC(2026, 2, 2, 15, 30),
      endedAt: Date.UTC(2026, 2, 2, 15, 59, 59, 999),
    });
    expect(unmet({ listed, sittings: [sitting(1), early] })).toEqual([]);
  });

  it('looks at the days in the middle of a sitting over two nights', () => {
    const long = sitting(2, { endedAt: MORNING + 47 * HOUR });
    const listed = [
      { from: '2026-03-02', to: '2026-03-02' },
      { from: '2026-03-04', to: null },
    ];
    const registered = answerTo({ listed, sittings: [sitting(1), long] }).requirements[0];
    expect(registered?.reasons.map(({ date }) => date)).toEqual(['2026-03-03']);
  });

  it('bounds the reasons and counts the rest', () => {
    const sittings = Array.from({ length: REASONS_MAX + 5 }, (_, n) =>
      sitting(1, { openedAt: MORNING + n * 24 * HOUR, endedAt: MORNING + n * 24 * HOUR + 1 }),
    );
    const registered = answerTo({ listed: [], sittings }).requirements[0];
    expect(registered?.reasons).toHaveLength(REASONS_MAX);
    expect(registered?.moreReasons).toBe(5);
  });
});

describe('platform-ban', () => {
  it.each([
    [{ from: '2026-03-02', to: '2028-03-02' }, false],
    [{ from: '2024-03-02', to: '2026-03-02' }, false],
    [{ from: '2026-03-03', to: '2028-03-03' }, true],
    [{ from: '2024-03-01', to: '2026-03-01' }, true],
  ])('banned %j: met %s', (span, met) => {
    expect(unmet({ banned: [span] })).toEqual(met ? [] : ['platform-ban']);
  });
});

describe('lessons-covered', () => {
  it.each(['invalid', 'undetermined', 'incomplete', 'in_progress'] as const)(
    'is not met by a sitting that is %s',
    (outcome) => {
      expect(unmet({ sittings: [sitting(1), sitting(2, { outcome })] })).toContain('lessons-covered');
    },
  );

  it.each([
    [980, true],
    [979, false],
  ])('needs the coverage of the pack: %i ‰ → %s', (permille, met) => {
    const credited = [[0, (40 * MINUTE * permille) / 1_000]] as const;
    expect(unmet({ sittings: [sitting(1), sitting(2, { credited })] }).includes('lessons-covered')).toBe(
      !met,
    );
  });

  it('adds up sittings that no violation spoils', () => {
    const first = sitting(2, { session: 'a', outcome: 'incomplete', credited: [[0, 20 * MINUTE]] });
    const rest = sitting(2, {
      openedAt: MORNING + 4 * HOUR,
      endedAt: MORNING + 5 * HOUR,
      credited: [[20 * MINUTE, 40 * MINUTE]],
    });
    expect(unmet({ sittings: [sitting(1), first, rest] })).toEqual([]);
    expect(unmet({ sittings: [sitting(1), { ...first, outcome: 'invalid' }, rest] })).toContain(
      'lessons-covered',
    );
  });

  it('is not met by a course without lessons', () => {
    expect(unmet({ lessons: [], sittings: [] })).toContain('lessons-covered');
  });
});

describe('class-hours', () => {
  it.each([
    [1, true],
    [2, true],
    [3, false],
  ])('%i declared hours: met %s', (declaredHours, met) => {
    expect(unmet({ declaredHours })).toEqual(met ? [] : ['class-hours']);
  });

  it.each([
    [[40 * MINUTE], 1],
    [[40 * MINUTE - 1], 0],
    [[20 * MINUTE, 20 * MINUTE], 1],
    [[80 * MINUTE - 1], 1],
    [[], 0],
  ])('videos of %j ms hold %i', (videos, hours) => {
    expect(classHoursIn(videos, 40 * MINUTE)).toBe(hours);
  });

  it('are as long as the pack says', () => {
    const parts = {
      lessons: [lesson('l1', { videoMs: 30 * MINUTE }), lesson('l2', { videoMs: 30 * MINUTE })],
    };
    expect(unmet(parts)).toEqual(['class-hours']);
    expect(unmet(parts, 'lj-2026-8')).toEqual([]);
  });
});

describe('lesson-order', () => {
  it.each([
    [0, true],
    [-1, false],
  ])('a lesson begun %i ms from the end of the one ahead: met %s', (gap, met) => {
    const openedAt = sitting(1).endedAt + gap;
    expect(unmet({ sittings: [sitting(1), sitting(2, { openedAt })] })).toEqual(met ? [] : ['lesson-order']);
  });

  it('is free in a general course', () => {
    expect(unmet({ specialised: false, sittings: [sitting(1), sitting(2, { openedAt: MORNING })] })).toEqual(
      [],
    );
  });

  it('lets earlier lessons be watched again', () => {
    const again = sitting(1, {
      session: 'again',
      openedAt: MORNING + 9 * HOUR,
      endedAt: MORNING + 10 * HOUR,
    });
    expect(unmet({ sittings: [sitting(1), sitting(2), again] })).toEqual([]);
  });

  it('does not hold an invalid attempt against a later one in order', () => {
    const early = sitting(2, {
      session: 'early',
      outcome: 'invalid',
      openedAt: MORNING,
      endedAt: MORNING + 1,
    });
    expect(unmet({ sittings: [early, sitting(1), sitting(2)] })).toEqual([]);
  });

  it('does not hold a look without credit against the order', () => {
    const look = sitting(2, {
      session: 'look',
      outcome: 'incomplete',
      openedAt: MORNING,
      endedAt: MORNING + 1,
      credited: [],
    });
    expect(unmet({ sittings: [look, sitting(1), sitting(2)] })).toEqual([]);
  });

  it('counts content studied in order, when only a photo was made up later', () => {
    const noPhoto = sitting(1, { session: 'no-photo', outcome: 'undetermined' });
    const madeUp = sitting(1, { openedAt: MORNING + 9 * HOUR, endedAt: MORNING + 10 * HOUR });
    expect(unmet({ sittings: [noPhoto, sitting(2), madeUp] })).toEqual([]);
  });

  it('is not met by a last lesson before a missing one', () => {
    expect(unmet({ sittings: [sitting(2)] })).toEqual(['lessons-covered', 'class-hours', 'lesson-order']);
  });
});

describe('video-approved', () => {
  it.each([
    [{ from: '2026-03-02', to: null }, true],
    [{ from: '2026-03-03', to: null }, false],
    [{ from: '2020-01-01', to: '2026-03-01' }, false],
  ])('approved %j: met %s', (span, met) => {
    expect(unmet({ lessons: [lesson('l1'), lesson('l2', { approved: [span] })] })).toEqual(
      met ? [] : ['video-approved'],
    );
  });

  it('asks for new material only', () => {
    expect(unmet({ lessons: [lesson('l1'), lesson('l2', { approved: [], needsApproval: false })] })).toEqual(
      [],
    );
  });

  it('asks for lessons that the course does not name', () => {
    expect(unmet({ sittings: [sitting(1), sitting(2), sitting(3)] })).toEqual(['video-approved']);
  });
});

describe('training-spacing', () => {
  const assessed = (assessedOn: string | null): Partial<TrainingFacts> => ({
    previous: [{ training: 't0', assessedOn }],
  });

  it.each([
    ['2026-01-31', []],
    ['2026-02-01', ['training-spacing']],
    [null, ['training-spacing']],
  ])('assessed on %s, enrolled on 1 March → %j', (assessedOn, expected) => {
    expect(unmet(assessed(assessedOn))).toEqual(expected);
  });

  it('names the first admissible date', () => {
    const spacing = answerTo(assessed('2026-02-01')).requirements.find(({ id }) => id === 'training-spacing');
    expect(spacing?.reasons).toMatchObject([{ date: '2026-03-02' }]);
  });

  it('binds subsidised trainings only', () => {
    expect(unmet({ ...assessed(null), subsidised: false })).toEqual([]);
  });

  it('is as long as the pack says', () => {
    expect(unmet(assessed('2026-01-01'), 'lj-2026-8')).toEqual(['training-spacing']);
    expect(unmet(assessed('2025-12-31'), 'lj-2026-8')).toEqual([]);
  });
});

describe('online-share', () => {
  it.each([
    [5, 2, []],
    [4, 1, ['online-share']],
    [2, 0, ['online-share']],
  ])('of a programme of %i hours %i count', (programmeHours, hours, expected) => {
    const answer = answerTo({ programmeHours });
    expect(answer).toMatchObject({ recognised: true, recognisedHours: hours });
    expect(unmet({ programmeHours })).toEqual(expected);
    expect(answer.review === null).toBe(expected.length === 0);
  });

  it.each([
    [40, 100, 40, true],
    [41, 100, 40, false],
    [0, 0, 0, true],
    [1, 0, 0, false],
  ])('%i on line of %i: %i count, within the cap %s', (online, total, countedHours, withinCap) => {
    expect(onlineShare(online, total, packOf('zz-2022-2').duties)).toMatchObject({ countedHours, withinCap });
  });

  it('is as large as the pack says', () => {
    expect(unmet({ programmeHours: 4 }, 'lj-2026-8')).toEqual([]);
    expect(unmet({ programmeHours: 3 }, 'lj-2026-8')).toEqual(['online-share']);
  });
});

describe('facts that are none', () => {
  it('are bounded', () => {
    const sittings = Array.from({ length: TRAINING_SITTINGS_MAX + 1 }, () =>
      sitting(1, { outcome: 'incomplete', credited: [] }),
    );
    expect(() => answerTo({ sittings })).toThrow(RangeError);
    expect(answerTo({ sittings: sittings.slice(1) }).recognised).toBe(false);
  });

  it.each<[string, Partial<TrainingFacts>]>([
    ['a date', { enrolledOn: 'yesterday' }],
    ['an assessment', { previous: [{ training: 't', assessedOn: '2026-02-30' }] }],
    ['declared hours', { declaredHours: Number.NaN }],
    ['no declared hours', { declaredHours: 0 }],
    ['programme hours', { programmeHours: 0.5 }],
    ['a length', { lessons: [lesson('l1', { videoMs: 0 })] }],
    ['a length', { lessons: [lesson('l1', { videoMs: Number.NaN })] }],
    ['a lesson named twice', { lessons: [lesson('l1'), lesson('l1')] }],
    ['an instant', { sittings: [sitting(1, { endedAt: Number.NaN })] }],
  ])('never become an answer: %s', (_name, parts) => {
    expect(() => answerTo(parts)).toThrow(RangeError);
  });
});
