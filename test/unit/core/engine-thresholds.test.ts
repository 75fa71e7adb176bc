/** Every threshold of rules §2 that has no closer test of its own: one test on each side of it. */
import { STATE } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { OPENED_AT, packOf, Sitting } from '../../support/sitting.ts';

const MINUTE = 60_000;

/** One step by hand. */
function step(sitting: Sitting, dt: number, dm: number): void {
  sitting.t += dt;
  sitting.m += dm;
  sitting.emit({ e: 'beat' });
}

describe('fast-forward', () => {
  it.each([
    [1_000, []],
    [1_001, ['fast-forward/rate-reported']],
  ])('a reported rate above 1 with %i ms advancing → %j', (ms, kinds) => {
    const sitting = new Sitting().play().run(10_000);
    sitting.rate = 1.5;
    sitting.emit({ e: 'rate' });
    step(sitting, ms, ms);
    sitting.setRate(1);
    expect(sitting.kinds('violation')).toEqual(kinds);
  });

  it.each([
    [19_999, 1_060, []],
    [20_000, 1_060, ['fast-forward/slope-measured']],
    [20_000, 1_050, []],
    [20_000, 1_051, ['fast-forward/slope-measured']],
  ])('%i ms of playing at %i ‰ → %j', (ms, permille, kinds) => {
    const sitting = new Sitting({ claimedRate: 1_000 }).play();
    step(sitting, ms, Math.ceil((ms * permille) / 1_000));
    expect(sitting.kinds('violation')).toEqual(kinds);
  });

  it.each([
    [2_000, 5_000, []],
    [2_001, 1_000, []],
    [2_001, 1_001, ['fast-forward/seek-forward']],
  ])('a seek %i ms past the furthest point and %i ms of playing → %j', (pastMs, playedMs, kinds) => {
    const sitting = new Sitting().play().run(10_000);
    sitting.seek(sitting.m + pastMs);
    step(sitting, playedMs, playedMs);
    expect(sitting.kinds('violation')).toEqual(kinds);
  });

  it('seeking back and forth inside what was covered is nobody’s concern', () => {
    const sitting = new Sitting().play().run(MINUTE).seek(5_000).run(5_000).seek(60_000).run(20_000);
    expect(sitting.verdict.findings).toEqual([]);
    expect(sitting.verdict.creditedMs).toBe(80_000);
  });

  it.each([
    [1_000, []],
    [1_001, ['fast-forward/end-claimed']],
  ])('an end after a seek, taken back %i ms later → %j', (ms, kinds) => {
    const sitting = new Sitting().play().run(10_000);
    sitting.seek(600_000);
    sitting.bits = STATE.ended;
    sitting.emit({ e: 'ended' });
    step(sitting, ms, 0);
    sitting.seek(10_000);
    expect(sitting.kinds('violation')).toEqual(kinds);
  });

  it.each([
    [598_000, []],
    [597_999, ['fast-forward/end-claimed']],
  ])('an end claimed at %i ms of 600 s, all of it played → %j', (m, kinds) => {
    const sitting = new Sitting().play().run(m);
    sitting.emit({ e: 'ended' });
    expect(sitting.kinds('violation')).toEqual(kinds);
  });

  it.each([
    [6, []],
    [7, ['fast-forward/end-claimed']],
  ])('%i small skips of 2 s before the end of 600 s is claimed → %j', (skips, kinds) => {
    const sitting = new Sitting({ facts: { videoMs: 600_000 } }).play();
    for (let i = 0; i < skips; i += 1) sitting.run(10_000).seek(sitting.m + 2_000);
    sitting.run(11 * MINUTE);
    expect(sitting.kinds('violation')).toEqual(kinds);
  });

  it('a sitting that goes on where an unheard one left off claims its end honestly', () => {
    const sitting = new Sitting({ startM: 300_000 }).play().run(6 * MINUTE);
    expect(sitting.kinds('violation')).toEqual([]);
    expect(sitting.verdict.outcome).toBe('in_progress');
  });

  it('what may have played while a page was reloaded is no skip', () => {
    const sitting = new Sitting().play().run(60_000);
    for (let i = 0; i < 4; i += 1) {
      sitting.t += 8_000;
      sitting.m += 6_000;
      sitting.emit({ e: 'open', d: 600_000, build: 'b' });
      sitting.run(30_000);
    }
    sitting.run(11 * MINUTE);
    expect(sitting.kinds('violation')).toEqual([]);
  });
});

describe('popup-interval', () => {
  it.each([
    [2_000, []],
    [2_001, ['popup-interval/popup-suppressed']],
  ])('media %i ms past the deadline of a shown popup → %j', (ms, kinds) => {
    const sitting = new Sitting({ ignores: ['popup'], delayMs: 0 }).play();
    sitting.until(() => sitting.state.popup.open !== null);
    const open = sitting.state.popup.open;
    sitting.emit({ e: 'popup.shown', id: open?.id ?? '' });
    const toDeadline = OPENED_AT + (sitting.state.popup.open?.deadlineAt ?? 0) - sitting.now;
    step(sitting, toDeadline, toDeadline);
    step(sitting, ms, ms);
    expect(sitting.kinds('violation')).toEqual(kinds);
  });

  it('credits less than five minutes without an answered popup, whatever happens', () => {
    const sitting = new Sitting({ ignores: ['popup'] }).play().run(20 * MINUTE);
    expect(sitting.verdict.creditedMs).toBeLessThan(300_000);
  });

  it('draws its popups between two and four minutes of credited time', () => {
    const { popups } = new Sitting({ facts: { videoMs: 120 * MINUTE } }).play().run(121 * MINUTE).verdict;
    expect(popups.length).toBeGreaterThan(20);
    for (const [i, popup] of popups.entries()) {
      const gap = popup.atCreditedMs - (popups[i - 1]?.atCreditedMs ?? 0);
      expect(gap).toBeGreaterThanOrEqual(120_000);
      expect(gap).toBeLessThan(300_000);
    }
  });

  it('a second confirmation buys no second window', () => {
    const sitting = new Sitting({ ignores: ['popup'] }).play();
    sitting.until(() => sitting.state.popup.open !== null);
    const deadlineAt = sitting.state.popup.open?.deadlineAt;
    sitting.run(20_000).feed({ kind: 'delivered', at: sitting.now, directive: 'p1' });
    expect(sitting.state.popup.open?.deadlineAt).toBe(deadlineAt);
  });
});

describe('random-photo', () => {
  it.each([
    [49, 1],
    [51, 2],
  ])('a lesson of %i minutes asks for %i photo(s), one per class hour', (minutes, photos) => {
    const sitting = new Sitting({ facts: { videoMs: minutes * MINUTE } }).play().run((minutes + 1) * MINUTE);
    const { classHours, outcome } = sitting.verdict;
    expect(classHours.map((hour) => hour.photo)).toEqual(
      Array.from({ length: photos }, (_, i) => `f${i + 1}`),
    );
    expect(outcome).toBe('valid');
  });

  it('a photo that comes after its deadline still covers the hour; credit waited for it', () => {
    const sitting = new Sitting({ ignores: ['photo'] }).play();
    sitting.until(() => sitting.got('photo'));
    sitting.run(25_000).pause().run(20_000);
    const { creditedMs } = sitting.verdict;
    const photo = sitting.directives.find((directive) => directive.kind === 'photo');
    if (photo !== undefined) sitting.answer(photo);
    sitting.play().run(11 * MINUTE);
    expect(sitting.verdict.creditedMs).toBeGreaterThan(creditedMs);
    expect(sitting.verdict.outcome).toBe('valid');
  });
});

describe('random-photo at the end of an hour', () => {
  it.each(Array.from({ length: 12 }, (_, i) => i))(
    'asks for every hour’s photo, wherever the instants fall (seed %i)',
    (i) => {
      const seed = i.toString(16).padStart(2, '0').repeat(32);
      const facts = { seed, pack: packOf('demo'), videoMs: 95_000 };
      const { verdict } = new Sitting({ facts }).play().run(2 * MINUTE);
      expect(verdict.classHours.every((hour) => hour.photo !== null)).toBe(true);
      expect(verdict).toMatchObject({ outcome: 'valid', findings: [] });
    },
  );
});

describe('a burst of fast playing', () => {
  it('given 3 s at 16× inside of honest playing, then the finding ends with the burst and not with the window', () => {
    const sitting = new Sitting({ claimedRate: 1_000 }).play();
    for (let i = 0; i < 5; i += 1) step(sitting, 1_000, 1_000);
    const from = sitting.t;
    for (let i = 0; i < 3; i += 1) step(sitting, 1_000, 16_000);
    const to = sitting.t;
    for (let i = 0; i < 40; i += 1) step(sitting, 1_000, 1_000);
    const found = sitting.verdict.findings.filter(({ kind }) => kind === 'slope-measured');
    expect(found.map(({ span }) => [span.fromT, span.toT])).toEqual([[from, to]]);
    expect(found[0]?.claimed).toBe(1_000);
    expect(found[0]?.measured).toBeGreaterThan(2_000);
  });

  it('given fast playing that goes on past the window, then the finding grows with it', () => {
    const sitting = new Sitting({ claimedRate: 1_000 }).play();
    for (let i = 0; i < 5; i += 1) step(sitting, 1_000, 1_000);
    for (let i = 0; i < 30; i += 1) step(sitting, 1_000, 2_000);
    const to = sitting.t;
    for (let i = 0; i < 5; i += 1) step(sitting, 1_000, 1_000);
    const found = sitting.verdict.findings.filter(({ kind }) => kind === 'slope-measured');
    expect(found.map(({ span }) => span.toT)).toEqual([to]);
  });
});
