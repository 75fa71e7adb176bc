import type { LearningEvent } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { Sitting } from '../../support/sitting.ts';

const MINUTE = 60_000;

/** A sitting of forty minutes whose popups are answered after the given latencies, in turn. */
function answering(latencies: readonly number[], options: { wrongFirst?: number } = {}): Sitting {
  const sitting = new Sitting({ ignores: ['popup'], facts: { videoMs: 40 * MINUTE } }).play();
  for (let n = 0; sitting.state.ended === null && n < 40; n += 1) {
    sitting.until(() => sitting.state.popup.open !== null || sitting.state.ended !== null);
    const open = sitting.state.popup.open;
    if (open === null) break;
    sitting.emit({ e: 'popup.shown', id: open.id });
    for (let w = 0; w < (options.wrongFirst ?? 0); w += 1)
      sitting.emit({ e: 'popup.answer', id: open.id, a: 'no' });
    sitting.run(latencies[n % latencies.length] ?? 0);
    const directive = sitting.directives.find((d) => d.kind === 'popup' && d.id === open.id);
    if (directive !== undefined) sitting.answer(directive);
  }
  return sitting;
}

describe('patterns of answers are hints and change no outcome', () => {
  it.each([
    ['a person', [2_310, 4_870, 3_333, 2_901, 6_042, 3_719], []],
    ['always the same', [3_017, 3_017, 3_017], ['answers-regular']],
    ['close together', [3_011, 3_069, 3_033, 3_047], ['answers-regular']],
    ['a little apart', [3_011, 3_072, 3_033, 3_047], []],
    ['on a grid', [2_250, 5_500, 3_750, 4_251], ['answers-regular']],
    ['off the grid', [2_250, 5_500, 3_756, 4_251], []],
    ['299 ms, more than once', [299, 4_132, 2_744, 3_618, 2_931], ['answers-inhuman']],
    ['never below 300 ms', [300, 4_132, 2_744, 3_618, 2_931], []],
  ])('%s: %j → %j', (_name, latencies, kinds) => {
    const { findings, outcome } = answering(latencies).verdict;
    expect(findings.map((finding) => finding.kind)).toEqual(kinds);
    expect(findings.every((finding) => finding.severity === 'hint')).toBe(true);
    expect(outcome).toBe('valid');
  });

  it.each([
    [4, ['answers-guessed']],
    [2, []],
  ])('given %i wrong answers before each right one, then %j', (wrongFirst, kinds) => {
    const { findings, outcome } = answering([2_310, 4_870, 3_333, 2_901, 6_042], { wrongFirst }).verdict;
    expect(findings.map((finding) => finding.kind)).toEqual(kinds);
    expect(outcome).toBe('valid');
  });

  it('given an answer to a popup that was never shown, then it is noted once and met all the same', () => {
    const sitting = new Sitting({ ignores: ['popup'], facts: { videoMs: 10 * MINUTE } }).play();
    for (let n = 0; n < 6 && sitting.state.ended === null; n += 1) {
      sitting
        .until(() => sitting.state.popup.open !== null || sitting.state.ended !== null)
        .run(2_000 + 313 * n);
      const directive = sitting.directives.findLast((d) => d.kind === 'popup');
      if (directive !== undefined && sitting.state.ended === null) sitting.answer(directive);
    }
    sitting.run(11 * MINUTE);
    expect(sitting.kinds('hint')).toEqual(['answer-pattern/answers-unshown']);
    expect(sitting.verdict.outcome).toBe('valid');
  });
});

describe('odd records are hints, earn nothing and break nothing', () => {
  it('automation and untrusted input are noted once each', () => {
    const sitting = new Sitting().play().run(10_000);
    for (const what of ['automation', 'untrusted-input', 'automation'] as const)
      sitting.emit({ e: 'tamper', what });
    expect(sitting.kinds('hint')).toEqual(['record-integrity/tampered', 'record-integrity/tampered']);
    expect(sitting.run(11 * MINUTE).verdict.outcome).toBe('valid');
  });

  it.each([
    [2_000, []],
    [2_001, ['record-integrity/time-backwards']],
  ])('time that goes back by %i ms → %j, and no credit for it', (ms, kinds) => {
    const sitting = new Sitting().play().run(30_000);
    const { creditedMs } = sitting.verdict;
    sitting.t -= ms;
    sitting.emit({ e: 'beat' });
    expect(sitting.kinds('hint')).toEqual(kinds);
    expect(sitting.verdict.creditedMs).toBe(creditedMs);
  });

  it.each([
    [602_000, []],
    [602_001, ['record-integrity/beyond-end']],
  ])('a position of %i ms in a video of 600 s → %j, and no credit for it', (m, kinds) => {
    const sitting = new Sitting().play();
    sitting.m = m;
    sitting.t += 5_000;
    sitting.emit({ e: 'beat' });
    sitting.run(0);
    expect(sitting.kinds('hint')).toEqual(kinds);
    expect(sitting.verdict.creditedMs).toBe(0);
  });

  it.each([
    [0, []],
    [598_000, []],
    [602_000, []],
    [597_999, ['record-integrity/video-differs']],
    [602_001, ['record-integrity/video-differs']],
  ])('a page whose video lasts %i ms where 600 s are registered → %j', (d, kinds) => {
    const sitting = new Sitting();
    sitting.emit({ e: 'open', d, build: 'test/1' });
    expect(sitting.kinds('hint')).toEqual(kinds);
  });

  it.each([
    [120_000, []],
    [120_001, ['record-integrity/clock-lagging']],
  ])('a record %i ms behind on a live connection → %j', (lagMs, kinds) => {
    const sitting = new Sitting({ delayMs: 0 });
    sitting.t = 300_000;
    sitting.emit({ e: 'beat' });
    sitting.emit({ e: 'beat' }, sitting.now + lagMs);
    expect(sitting.kinds('hint')).toEqual(kinds);
  });

  it.each([
    [[{ at: 'first', m: 2 ** 53 }]],
    [[{ at: 'first', m: Number.NaN }]],
    [[{ at: 'first', t: Number.NaN }]],
    [[{ at: 'first', t: 2 ** 53 }]],
    [[{ at: 'first', t: -1, m: -1 }]],
  ])('what no parser lets through is not credited either: %j', ([change]) => {
    const sitting = new Sitting().play();
    const event = { e: 'beat', t: 5_000, m: 5_000, s: 1, ...change } as unknown as LearningEvent;
    const batch = { v: 1, session: sitting.facts.session, seq: 50, prev: 'A'.repeat(43), events: [event] };
    sitting.feed({ kind: 'batch', at: sitting.now + 5_000, batch });
    expect(sitting.verdict.creditedMs).toBeLessThanOrEqual(5_000);
    expect(() => JSON.stringify(sitting.verdict)).not.toThrow();
  });

  it('events after the end change nothing', () => {
    const sitting = new Sitting().play().run(11 * MINUTE);
    const before = JSON.stringify(sitting.verdict);
    sitting.emit({ e: 'beat' });
    sitting.feed({ kind: 'tick', at: sitting.now + 99 * MINUTE });
    sitting.feed({ kind: 'close', at: sitting.now, reason: 'banned' });
    expect(JSON.stringify(sitting.verdict)).toBe(before);
  });
});
