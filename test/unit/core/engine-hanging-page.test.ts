/**
 * A page whose main thread hangs cannot pause: what plays on in a gap between two samples is no evidence (rules §0, principle
 * 1). A page that takes a sample past the limit and lets the media play on is (docs/adr/0014). Either way nothing is credited.
 */
import { STATE } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { OPENED_AT, packOf, Sitting } from '../../support/sitting.ts';

/** Time passes and media plays on, without a sample. */
function hang(sitting: Sitting, ms: number): Sitting {
  sitting.t += ms;
  sitting.m += ms;
  return sitting;
}

/** One sample after `ms` of playing. */
function sampleAfter(sitting: Sitting, ms: number): Sitting {
  hang(sitting, ms).emit({ e: 'beat' });
  return sitting;
}

/** A minute of playing, then the page goes away in a way. */
function away(bit: number): Sitting {
  return new Sitting({ ignores: ['popup', 'photo'] }).play().run(60_000).set(bit, true, 'visibility');
}

describe.each([
  ['hidden', STATE.hidden, 5_000, 'played-hidden'],
  ['in picture-in-picture', STATE.pip, 5_000, 'played-pip'],
  ['unfocused', STATE.unfocused, 10_000, 'played-unfocused'],
] as const)('a page %s', (_name, bit, graceMs, kind) => {
  it('that hangs, says on waking that it plays and then pauses, is not accused and gets no credit', () => {
    const sitting = sampleAfter(away(bit), graceMs + 20_000);
    hang(sitting, 2_000).pause();
    expect(sitting.kinds('violation')).toEqual([]);
    expect(sitting.verdict.creditedMs).toBe(60_000);
  });

  it('that is paused during a hang by the media element is not accused', () => {
    const sitting = hang(away(bit), 90_000).pause();
    expect(sitting.kinds('violation')).toEqual([]);
  });

  it.each([
    [2_000, []],
    [2_001, [`multi-window/${kind}`]],
  ])('with a sample at the end of the grace and %i ms of playing after it → %j', (ms, kinds) => {
    const sitting = sampleAfter(sampleAfter(away(bit), graceMs), ms);
    expect(sitting.kinds('violation')).toEqual(kinds);
  });

  it('with its last sample before the end of the grace is not accused, however long the gap', () => {
    const sitting = hang(sampleAfter(away(bit), graceMs - 1), 30_000).pause();
    expect(sitting.kinds('violation')).toEqual([]);
  });

  it('is credited up to the grace and not past it', () => {
    const upTo = sampleAfter(away(bit), graceMs);
    expect(upTo.verdict.creditedMs).toBe(60_000 + graceMs);
    expect(sampleAfter(away(bit), graceMs + 1).verdict.creditedMs).toBe(60_000);
    expect(sampleAfter(upTo, 5_000).verdict.creditedMs).toBe(60_000 + graceMs);
  });

  it('that lets it play on with regular samples is found from its going away', () => {
    const sitting = away(bit)
      .run(graceMs + 12_000)
      .set(bit, false, 'visibility');
    const [finding] = sitting.verdict.findings.filter((f) => f.kind === kind);
    expect([finding?.span.fromT, finding?.span.toT]).toEqual([60_000, 72_000 + graceMs]);
  });
});

/** Up to the deadline of an open popup, in one step. */
function toDeadline(sitting: Sitting, offMs: number): Sitting {
  const left = OPENED_AT + (sitting.state.popup.open?.deadlineAt ?? 0) - sitting.now + offMs;
  return sampleAfter(sitting, left);
}

function withPopup(): Sitting {
  const sitting = new Sitting({ ignores: ['popup'], delayMs: 0 }).play();
  return sitting.until(() => sitting.state.popup.open !== null);
}

describe('a popup’s deadline', () => {
  it('over which the page hangs, says on waking that it plays and then pauses, accuses nobody', () => {
    const sitting = hang(toDeadline(withPopup(), -10), 40_000);
    sitting.emit({ e: 'beat' });
    hang(sitting, 2_000).pause();
    expect(sitting.kinds('violation')).toEqual([]);
  });

  it.each([
    [-1, 60_000, []],
    [0, 2_000, []],
    [0, 2_001, ['popup-interval/popup-suppressed']],
  ])('with a sample %i ms from it and %i ms of playing after that → %j', (offMs, ms, kinds) => {
    const sitting = sampleAfter(toDeadline(withPopup(), offMs), ms);
    expect(sitting.kinds('violation')).toEqual(kinds);
  });

  it('earns nothing past it in a hang either', () => {
    const sitting = toDeadline(withPopup(), 0);
    const { creditedMs } = sitting.verdict;
    expect(sampleAfter(sitting, 1_500).verdict.creditedMs).toBe(creditedMs);
  });
});

describe('a photo request’s deadline', () => {
  const facts = { pack: packOf('demo'), videoMs: 64_000 };

  it.each([
    ['a page that hangs over it to the end of the hour', 40_000, 0, []],
    [
      'a page that plays on with samples to the end of the hour',
      0,
      40_000,
      ['random-photo/photo-suppressed'],
    ],
  ])('and %s → %j', (_name, hungMs, sampledMs, kinds) => {
    const sitting = new Sitting({ ignores: ['photo'], delayMs: 0, facts }).play();
    sitting.until(() => sitting.state.photo.open !== null);
    hang(sitting, hungMs).run(sampledMs).pause();
    expect(sitting.kinds('violation').filter((name) => name.startsWith('random-photo'))).toEqual(kinds);
  });
});
