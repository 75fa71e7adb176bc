import { STATE } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { bounded } from '../../../server/src/core/credit/interval-set.ts';
import { OPENED_AT, Sitting } from '../../support/sitting.ts';

const MINUTE = 60_000;

/** A page that samples only when told to: every step is in the test's hands. */
function bare(facts: ConstructorParameters<typeof Sitting>[0] = {}): Sitting {
  const sitting = new Sitting({ ignores: ['popup', 'photo'], ...facts });
  sitting.play();
  return sitting;
}

/** Lets `dt` of time and `dm` of media pass in one step. */
function step(sitting: Sitting, dt: number, dm: number): Sitting {
  sitting.t += dt;
  sitting.m += dm;
  sitting.emit({ e: 'beat' });
  return sitting;
}

describe('credit (rules §1)', () => {
  it.each([
    ['2 s ahead in one step', [[5_000, 7_000]], 7_000],
    ['more than 2 s ahead in one step', [[5_000, 7_001]], 0],
    [
      '1 s ahead twice',
      [
        [5_000, 6_000],
        [5_000, 6_000],
      ],
      12_000,
    ],
    [
      '1 s ahead twice and 1 ms more',
      [
        [5_000, 6_000],
        [5_000, 6_001],
      ],
      6_000,
    ],
    [
      'a stall, then catching up with it',
      [
        [5_000, 0],
        [5_000, 10_000],
      ],
      10_000,
    ],
  ])('is bounded over a run: %s', (_name, steps, creditedMs) => {
    const sitting = bare();
    for (const [dt = 0, dm = 0] of steps) step(sitting, dt, dm);
    expect(sitting.verdict.creditedMs).toBe(creditedMs);
  });

  it('gains nothing by pausing: the slack of a new run is what the last one left', () => {
    const sitting = bare();
    step(sitting, 5_000, 6_500).pause().play();
    step(sitting, 5_000, 6_500);
    expect(sitting.verdict.creditedMs).toBe(6_500);
    const careful = bare();
    step(careful, 5_000, 6_500).pause().play();
    step(careful, 5_000, 5_500);
    expect(careful.verdict.creditedMs).toBe(12_000);
  });

  it.each([
    [5 * MINUTE - 1, 7_000],
    [5 * MINUTE, 14_000],
  ])('refills the slack once in five minutes: second use after %i ms', (t, creditedMs) => {
    const sitting = bare();
    step(sitting, 5_000, 7_000).pause();
    sitting.t = t - 5_000;
    sitting.play();
    step(sitting, 5_000, 7_000);
    expect(sitting.verdict.creditedMs).toBe(creditedMs);
  });

  it('gives two drifting clocks their slack again in the middle of a long run', () => {
    // The audio clock runs 0.5 % fast: over an hour 18 s, of which no five minutes hold more than the slack.
    const sitting = new Sitting({ facts: { videoMs: 60 * MINUTE }, claimedRate: 1_000 });
    sitting.rate = 1.005;
    sitting.play().run(59 * MINUTE);
    expect(sitting.kinds('violation')).toEqual([]);
    expect(sitting.verdict.creditedMs).toBeGreaterThan(58 * MINUTE);
  });

  it('stops at an overdue control and resumes when it is met', () => {
    const sitting = new Sitting({ ignores: ['popup'] }).play();
    sitting.until(() => sitting.got('popup'));
    const popup = sitting.directives.find((directive) => directive.kind === 'popup');
    const before = sitting.verdict.creditedMs;
    sitting.run(45_000 + 1_500);
    const stopped = sitting.verdict.creditedMs;
    expect(stopped).toBeLessThanOrEqual(before + 46_000);
    sitting.pause().run(60_000);
    expect(sitting.verdict.creditedMs).toBe(stopped);
    if (popup !== undefined) sitting.answer(popup);
    sitting.play().run(10_000);
    expect(sitting.verdict.creditedMs).toBeGreaterThanOrEqual(stopped + 8_000);
    expect(sitting.kinds('violation')).toEqual([]);
  });

  it('never credits what lies beyond the end, nor more than the server’s time', () => {
    const sitting = bare({ facts: { videoMs: 20_000 } });
    for (let i = 0; i < 8; i += 1) step(sitting, 5_000, 5_000);
    expect(sitting.verdict.creditedMs).toBe(20_000);
  });

  it.each([
    [979, 'incomplete'],
    [980, 'valid'],
  ])('a lesson is complete from 98 %% on: %i ‰ → %s', (permille, outcome) => {
    const videoMs = 100_000;
    const sitting = new Sitting({ facts: { videoMs } }).play();
    sitting.until(() => sitting.m >= permille * 100 - 1_000);
    sitting.run(permille * 100 - sitting.m).pause();
    // The rest was not watched; the learner drags to the end, and the guard of the page takes no part.
    sitting.feed({ kind: 'close', at: sitting.now, reason: 'left' });
    expect(sitting.verdict.creditedMs).toBe(permille * 100);
    expect(['incomplete', 'undetermined', 'valid']).toContain(sitting.verdict.outcome);
    expect(sitting.verdict.outcome === 'incomplete').toBe(outcome === 'incomplete');
  });
});

describe('one learner in two places', () => {
  const elsewhere = (sitting: Sitting, fromMs: number, toMs: number, credited = true): void =>
    sitting.feed({
      kind: 'elsewhere',
      at: sitting.now,
      session: 'other',
      from: OPENED_AT + fromMs,
      to: OPENED_AT + toMs,
      credited,
    });

  it('credits no server time that another sitting has', () => {
    const sitting = bare();
    step(sitting, 5_000, 5_000);
    sitting.t += 5_000;
    elsewhere(sitting, 6_000, 10_000);
    sitting.t -= 5_000;
    step(sitting, 5_000, 5_000);
    step(sitting, 5_000, 5_000);
    expect(sitting.verdict.credited).toEqual([
      [0, 5_000],
      [10_000, 15_000],
    ]);
  });

  it.each([
    [10_000, []],
    [10_001, ['multi-window/second-sitting']],
  ])('a second sitting that plays for %i ms at the same time → %j', (sharedMs, kinds) => {
    const sitting = bare();
    for (let i = 0; i < 6; i += 1) step(sitting, 5_000, 5_000);
    elsewhere(sitting, 10_000, 10_000 + sharedMs);
    expect(sitting.kinds('violation')).toEqual(kinds);
    expect(sitting.verdict.findings[0]?.span.fromAt ?? OPENED_AT + 10_000).toBe(OPENED_AT + 10_000);
  });

  it('counts the same overlap once, however often it is told', () => {
    const sitting = bare();
    for (let i = 0; i < 6; i += 1) step(sitting, 5_000, 5_000);
    for (let i = 0; i < 5; i += 1) elsewhere(sitting, 10_000, 16_000);
    expect(sitting.kinds('violation')).toEqual([]);
    elsewhere(sitting, 12_000, 20_500);
    expect(sitting.kinds('violation')).toEqual(['multi-window/second-sitting']);
    expect(sitting.verdict.findings[0]?.measured).toBe(10_500);
  });

  it('counts what was played here and not credited, however the beats of both lie', () => {
    const sitting = bare();
    step(sitting, 500, 500);
    for (let i = 0; i < 3; i += 1) {
      elsewhere(sitting, i * 5_000 - 4_000, i * 5_000 + 1_000);
      step(sitting, 5_000, 5_000);
    }
    elsewhere(sitting, 11_000, 15_500);
    // Told of before it has passed, up to half a second of each stretch is not believed.
    expect(sitting.verdict.findings[0]?.kind).toBe('second-sitting');
    expect(sitting.verdict.findings[0]?.measured).toBeGreaterThanOrEqual(14_000);
  });

  it('accuses nobody of one sitting after the other', () => {
    const sitting = bare();
    elsewhere(sitting, -60_000, 0);
    for (let i = 0; i < 6; i += 1) step(sitting, 5_000, 5_000);
    expect(sitting.verdict).toMatchObject({ findings: [], creditedMs: 30_000 });
  });

  it('takes no notice of a stretch that is none', () => {
    const sitting = bare();
    elsewhere(sitting, 5_000, 5_000);
    elsewhere(sitting, 9_000, 1_000);
    step(sitting, 5_000, 5_000);
    expect(sitting.verdict).toMatchObject({ findings: [], creditedMs: 5_000 });
  });
});

describe('bounded sets', () => {
  it('join their oldest intervals, which only ever makes them larger', () => {
    const set = [
      [0, 1],
      [4, 5],
      [8, 9],
    ] as const;
    expect(bounded(set, 3)).toBe(set);
    expect(bounded(set, 2)).toEqual([
      [0, 5],
      [8, 9],
    ]);
  });
});

describe('class time of a page that says nothing', () => {
  it('is none while the playback stands still', () => {
    const sitting = new Sitting().run(10 * MINUTE);
    sitting.set(STATE.unfocused, true, 'focus').run(10 * MINUTE);
    expect(sitting.verdict).toMatchObject({ creditedMs: 0, findings: [] });
  });
});
