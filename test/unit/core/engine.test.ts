import { STATE } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../server/src/core/verdict/verdict.ts';
import { OPENED_AT, packOf, replay, Sitting } from '../../support/sitting.ts';

const MINUTE = 60_000;

describe('an honest sitting', () => {
  it('given a learner who answers everything, when the video ends, then the sitting is valid', () => {
    const sitting = new Sitting().play().run(11 * MINUTE);
    const { verdict } = sitting;
    expect(verdict).toMatchObject({
      outcome: 'valid',
      final: true,
      ended: 'completed',
      findings: [],
      makeUp: null,
    });
    expect(verdict.creditedMs).toBe(600_000);
    expect(verdict.classHours).toEqual([{ hour: 1, fromCreditedMs: 0, toCreditedMs: 600_000, photo: 'f1' }]);
  });

  it('shows every popup interval below five minutes of credited time', () => {
    const { popups } = new Sitting().play().run(11 * MINUTE).verdict;
    expect(popups.length).toBeGreaterThanOrEqual(2);
    const marks = [0, ...popups.map((popup) => popup.atCreditedMs), 600_000];
    for (let i = 1; i < marks.length; i += 1)
      expect((marks[i] ?? 0) - (marks[i - 1] ?? 0)).toBeLessThan(300_000);
    expect(popups.every((popup) => popup.answeredAt !== null && popup.shownAt !== null)).toBe(true);
  });

  it('decides the same when its records are replayed', () => {
    const sitting = new Sitting()
      .play()
      .run(2 * MINUTE)
      .setRate(4)
      .run(20_000)
      .setRate(1)
      .run(11 * MINUTE);
    expect(JSON.stringify(verdictOf(replay(sitting.records)))).toBe(JSON.stringify(sitting.verdict));
  });

  it('counts a part watched twice only once', () => {
    const sitting = new Sitting().play().run(60_000).seek(0).run(60_000);
    expect(sitting.verdict.creditedMs).toBeGreaterThanOrEqual(59_000);
    expect(sitting.verdict.creditedMs).toBeLessThanOrEqual(60_000);
    expect(sitting.verdict.findings).toEqual([]);
  });

  it('goes on where an earlier sitting of the lesson stopped', () => {
    const sitting = new Sitting({ facts: { priorCovered: [[0, 300_000]] } });
    sitting.m = 300_000;
    sitting.play().run(6 * MINUTE);
    expect(sitting.verdict).toMatchObject({ outcome: 'valid', coveragePermille: 1000, creditedMs: 300_000 });
  });

  it('is incomplete, not invalid, when the learner leaves', () => {
    const sitting = new Sitting().play().run(60_000).pause().disconnect();
    sitting.feed({ kind: 'tick', at: sitting.now + 31 * MINUTE });
    expect(sitting.verdict).toMatchObject({ outcome: 'incomplete', ended: 'left', findings: [] });
    expect(sitting.verdict.makeUp?.en).toMatch(/10\.0 %|9\.\d %/);
  });
});

describe('fast-forward', () => {
  it('given 4× with the rate reported, then it is invalid and the interval is right', () => {
    const sitting = new Sitting().play().run(30_000).setRate(4).run(10_000).setRate(1).run(10_000);
    const finding = sitting.verdict.findings.find((f) => f.kind === 'rate-reported');
    expect(sitting.verdict.outcome).toBe('invalid');
    expect(finding?.span.fromAt).toBeCloseTo(OPENED_AT + 30_000, -3);
    expect(finding?.span.toAt).toBeCloseTo(OPENED_AT + 40_000, -3);
    expect(finding).toMatchObject({
      claimed: 4000,
      measured: 4000,
      attribution: 'learner',
      clause: 'zz-2022-2:20(3)',
    });
  });

  it('given 4× with a lying rate, then the measured slope tells', () => {
    const sitting = new Sitting({ claimedRate: 1_000 }).play().run(30_000);
    sitting.rate = 4;
    sitting.run(40_000);
    sitting.rate = 1;
    sitting.run(60_000);
    const finding = sitting.verdict.findings.find((f) => f.kind === 'slope-measured');
    expect(finding).toMatchObject({ severity: 'violation', claimed: 1000 });
    expect(finding?.span.fromT).toBe(30_000);
    expect(finding?.span.toT).toBe(70_000);
    expect(sitting.kinds('violation')).toEqual(['fast-forward/slope-measured']);
  });

  it.each([
    [1.04, 'in_progress'],
    [1.06, 'invalid'],
  ])('given a lasting slope of %f, then the outcome is %s', (rate, outcome) => {
    const sitting = new Sitting({ claimedRate: 1_000 });
    sitting.rate = rate;
    expect(sitting.play().run(2 * MINUTE).verdict.outcome).toBe(outcome);
  });

  it('given a rate that is set back within a second, then it is an attempt', () => {
    const sitting = new Sitting().play().run(30_000).setRate(4).run(200).setRate(1).run(10_000);
    expect(sitting.kinds('violation')).toEqual([]);
    expect(sitting.kinds('hint')).toEqual(['fast-forward/rate-attempt']);
  });

  it('given a stall and catching up, then nothing is held against the learner', () => {
    const sitting = new Sitting().play().run(30_000);
    sitting.rate = 0;
    sitting.run(20_000);
    sitting.rate = 1;
    sitting.run(30_000);
    expect(sitting.verdict.findings).toEqual([]);
    expect(sitting.verdict.creditedMs).toBeGreaterThan(55_000);
  });

  it('given a forward seek and playing on, then it is invalid', () => {
    const sitting = new Sitting().play().run(30_000).seek(400_000).run(10_000);
    expect(sitting.kinds('violation')).toEqual(['fast-forward/seek-forward']);
    expect(sitting.verdict.creditedMs).toBeLessThanOrEqual(40_000);
  });

  it('given a forward seek that is bounced, then it is an attempt', () => {
    const sitting = new Sitting().play().run(30_000).seek(400_000).run(300).seek(30_000).run(30_000);
    expect(sitting.kinds('violation')).toEqual([]);
    expect(sitting.kinds('hint')).toEqual(['fast-forward/seek-attempt']);
    expect(sitting.verdict.creditedMs).toBeGreaterThan(58_000);
  });

  it('given a seek to the very end that fires ended, then it is invalid unless taken back', () => {
    const cheat = new Sitting().play().run(30_000).seek(599_900).run(10_000);
    expect(cheat.kinds('violation')).toEqual(['fast-forward/end-claimed']);
    const bounced = new Sitting().play().run(30_000).seek(599_950).run(100).seek(30_000).play().run(10_000);
    expect(bounced.kinds('violation')).toEqual([]);
  });

  it('given ended dispatched in the middle, then it is invalid', () => {
    const sitting = new Sitting().play().run(30_000);
    sitting.emit({ e: 'ended' });
    expect(sitting.kinds('violation')).toEqual(['fast-forward/end-claimed']);
  });

  it('given a clock that runs ahead of the server, then it is invalid; a late first batch is not', () => {
    const fast = new Sitting().play().run(10_000);
    fast.t += 3_000;
    fast.emit({ e: 'beat' }, fast.now - 3_000);
    expect(fast.kinds('violation')).toEqual(['fast-forward/clock-ahead']);
    const late = new Sitting({ delayMs: 9_000 }).play().run(10_000);
    late.emit({ e: 'beat' }, late.now - 8_900);
    expect(late.verdict.findings).toEqual([]);
  });
});

describe('multi-window', () => {
  it.each([
    ['hidden for 5 s', STATE.hidden, 5_000, []],
    ['hidden for longer', STATE.hidden, 8_000, ['multi-window/played-hidden']],
    ['witnessed hidden though claimed visible', STATE.hiddenWitnessed, 8_000, ['multi-window/played-hidden']],
    ['unfocused for 10 s', STATE.unfocused, 10_000, []],
    ['unfocused for longer', STATE.unfocused, 13_000, ['multi-window/played-unfocused']],
    ['in picture-in-picture', STATE.pip, 8_000, ['multi-window/played-pip']],
  ])('given a page %s while playing, then %j', (_name, bit, ms, expected) => {
    const sitting = new Sitting()
      .play()
      .run(30_000)
      .set(bit, true, 'visibility')
      .run(ms)
      .set(bit, false, 'visibility');
    expect(sitting.run(20_000).kinds('violation')).toEqual(expected);
  });

  it('given a hidden page with the playback paused, then nothing is found and nothing is credited', () => {
    const sitting = new Sitting()
      .play()
      .run(30_000)
      .set(STATE.hidden, true, 'visibility')
      .pause()
      .run(10 * MINUTE);
    expect(sitting.verdict).toMatchObject({ findings: [], creditedMs: 30_000 });
  });

  it('gives the interval from hiding to showing', () => {
    const sitting = new Sitting().play().run(30_000).set(STATE.hidden, true, 'visibility').run(12_000);
    sitting.set(STATE.hidden, false, 'visibility').run(20_000);
    const span = sitting.verdict.findings[0]?.span;
    expect([span?.fromT, span?.toT]).toEqual([30_000, 42_000]);
  });
});

describe('popup-interval', () => {
  it('given an ignored popup and a paused playback, then no credit and no violation', () => {
    const sitting = new Sitting({ ignores: ['popup'] }).play();
    sitting.until(() => sitting.got('popup'));
    sitting
      .run(44_000)
      .pause()
      .run(20 * MINUTE);
    expect(sitting.verdict.findings.filter((f) => f.rule === 'popup-interval')).toEqual([]);
    expect(sitting.verdict.creditedMs).toBeLessThan(300_000);
  });

  it('given an ignored popup and playing on, then it is invalid with attribution unknown', () => {
    const sitting = new Sitting({ ignores: ['popup'] }).play();
    sitting.until(() => sitting.got('popup'));
    sitting.run(60_000);
    const finding = sitting.verdict.findings.find((f) => f.kind === 'popup-suppressed');
    expect(finding).toMatchObject({ severity: 'violation', attribution: 'unknown' });
    const popup = sitting.verdict.popups[0];
    expect(finding?.span.fromAt).toBe(popup?.deadlineAt);
  });

  it('given a popup that never arrived because the network went down, then nothing is held against anyone', () => {
    const sitting = new Sitting({ ignores: ['popup'], facts: { seed: '77'.repeat(32) } }).play();
    const feed = sitting.feed.bind(sitting);
    sitting.feed = (record) => {
      if (record.kind !== 'delivered') feed(record);
    };
    sitting.until(() => sitting.state.popup.open !== null);
    sitting.disconnect().run(100_000);
    expect(sitting.verdict.findings).toEqual([]);
    expect(sitting.verdict.creditedMs).toBeLessThan(300_000);
  });

  it('given a popup never confirmed on a live connection, then silence is evidence only after the delivery grace', () => {
    const sitting = new Sitting({ ignores: ['popup'], facts: { seed: '77'.repeat(32) } }).play();
    const feed = sitting.feed.bind(sitting);
    sitting.feed = (record) => {
      if (record.kind !== 'delivered') feed(record);
    };
    sitting.until(() => sitting.state.popup.open !== null);
    sitting.run(89_000);
    expect(sitting.kinds('violation')).toEqual([]);
    sitting.run(10_000);
    expect(sitting.kinds('violation')).toContain('popup-interval/popup-suppressed');
  });

  it('given a wrong answer and then a right one, then the popup is met', () => {
    const sitting = new Sitting({ ignores: ['popup'] }).play();
    sitting.until(() => sitting.got('popup'));
    sitting.emit({ e: 'popup.answer', id: 'p1', a: '999' });
    expect(sitting.directives.at(-1)).toMatchObject({ kind: 'settled', result: 'wrong' });
    const popup = sitting.directives.find((d) => d.kind === 'popup');
    if (popup !== undefined) sitting.answer(popup);
    expect(sitting.directives.at(-1)).toMatchObject({ kind: 'settled', ref: 'p1', result: 'met' });
    expect(sitting.run(50_000).kinds('violation')).toEqual([]);
  });
});

describe('random-photo', () => {
  it('given a camera that fails, then the lesson is undetermined with a way to make it up', () => {
    const sitting = new Sitting();
    const { answer } = sitting;
    sitting.answer = (directive) => {
      if (directive.kind === 'photo') sitting.emit({ e: 'photo.failed', id: directive.id, why: 'denied' });
      else answer.call(sitting, directive);
    };
    sitting.play().run(12 * MINUTE);
    expect(sitting.verdict).toMatchObject({ outcome: 'undetermined', ended: 'completed' });
    expect(sitting.kinds('gap')).toEqual(['random-photo/photo-missing']);
    expect(sitting.verdict.makeUp?.zh).toContain('摄像头');
  });

  it('given a page that never answers a delivered request and plays on, then it is invalid with attribution unknown', () => {
    const sitting = new Sitting();
    const { answer } = sitting;
    sitting.answer = (directive) => {
      if (directive.kind !== 'photo') answer.call(sitting, directive);
    };
    sitting.play().run(12 * MINUTE);
    const finding = sitting.verdict.findings.find((f) => f.kind === 'photo-suppressed');
    expect(finding).toMatchObject({ severity: 'violation', attribution: 'unknown', rule: 'random-photo' });
  });

  it('asks for a photo although one step crosses both its instant and the end of the class hour', () => {
    for (let i = 0; i < 200; i += 1) {
      const seed = i.toString(16).padStart(64, '0');
      const facts = { seed, pack: packOf('demo'), videoMs: 64_000 };
      const { verdict } = new Sitting({ facts, answerAfterMs: 700 }).play().run(90_000);
      expect([i, verdict.outcome, verdict.classHours.filter((hour) => hour.photo === null)]).toEqual([
        i,
        'valid',
        [],
      ]);
    }
  });

  it('waits for the bytes of a photo that was taken in time', () => {
    const sitting = new Sitting();
    const { answer } = sitting;
    let taken = '';
    sitting.answer = (directive) => {
      if (directive.kind !== 'photo') return answer.call(sitting, directive);
      taken = directive.id;
      sitting.emit({ e: 'photo.taken', id: taken, h: 'B'.repeat(43), n: 9 });
    };
    sitting.play().until(() => taken !== '');
    sitting.run(20_000);
    sitting.feed({ kind: 'photo', at: sitting.now, id: taken, hash: 'C'.repeat(43), bytes: 9 });
    expect(sitting.run(11 * MINUTE).verdict).toMatchObject({
      outcome: 'valid',
      classHours: [{ photo: taken }],
    });
  });

  it('asks again at a fresh instant after a failure, and is met by the second photo', () => {
    const sitting = new Sitting();
    const { answer } = sitting;
    let failures = 0;
    sitting.answer = (directive) => {
      failures += directive.kind === 'photo' ? 1 : 0;
      if (directive.kind === 'photo' && failures === 1)
        sitting.emit({ e: 'photo.failed', id: 'f1', why: 'busy' });
      else answer.call(sitting, directive);
    };
    sitting.play().run(12 * MINUTE);
    expect(sitting.verdict).toMatchObject({ outcome: 'valid', classHours: [{ photo: 'f2' }] });
  });
});

describe('record-integrity', () => {
  it('keeps tampering and sequence conflicts as hints that change no outcome', () => {
    const sitting = new Sitting().play().run(20_000);
    sitting.emit({ e: 'tamper', what: 'popup-removed', id: 'p1' });
    sitting.emit({ e: 'tamper', what: 'popup-removed', id: 'p2' });
    sitting.feed({ kind: 'conflict', at: sitting.now, seq: 2, hash: 'D'.repeat(43) });
    sitting.run(11 * MINUTE);
    expect(sitting.kinds('hint')).toEqual(['record-integrity/tampered', 'record-integrity/seq-conflict']);
    expect(sitting.verdict.outcome).toBe('valid');
  });
});
