import { type LearningEvent, STATE } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { decide, openSession } from '../../../server/src/core/session/engine.ts';
import type { SessionState } from '../../../server/src/core/session/state.ts';
import { verdictOf } from '../../../server/src/core/verdict/verdict.ts';
import { factsOf, OPENED_AT, Sitting } from '../../support/sitting.ts';

const HOUR = 3_600_000;
const BEAT = 5_000;

/** A sitting whose client clock runs at `speed`, beat by beat; the video plays by the client's clock, answering nothing. */
function drifting(speed: number, lengthMs: number, delayMs: (n: number) => number): SessionState {
  const facts = factsOf({ videoMs: 24 * HOUR });
  let state = decide(openSession(facts, OPENED_AT), { kind: 'connected', at: OPENED_AT }).state;
  const send = (seq: number, event: LearningEvent, at: number): void => {
    const batch = { v: 1, session: facts.session, seq, prev: 'A'.repeat(43), events: [event] };
    state = decide(state, { kind: 'batch', at, batch }).state;
  };
  send(1, { e: 'open', d: facts.videoMs, build: 'b', t: 0, m: 0, s: 0 }, OPENED_AT + delayMs(0));
  for (let n = 1; n * BEAT < lengthMs; n += 1) {
    const t = Math.floor(n * BEAT * speed);
    send(n + 1, { e: 'beat', t, m: 0, s: 0 }, OPENED_AT + n * BEAT + delayMs(n));
  }
  return state;
}

const jitter = (n: number): number => 20 + ((n * 7_919) % 380);
const kinds = (state: SessionState): string[] => verdictOf(state).findings.map((finding) => finding.kind);

describe('the client’s clock', () => {
  it('given a crystal 50 ppm fast over nearly twelve hours, then nobody is accused', () => {
    const state = drifting(1.00005, 12 * HOUR - BEAT, jitter);
    expect(state.at).toBeGreaterThan(11.9 * HOUR);
    expect(kinds(state)).toEqual([]);
  });

  it('given a clock that gains 2.05 s over twelve hours without any delay, then nobody is accused', () => {
    expect(kinds(drifting(1.0000475, 12 * HOUR - BEAT, () => 0))).toEqual([]);
  });

  it.each([1.01, 1.1, 1.25, 4])('given a clock sped up %f times, then it is found', (speed) => {
    const state = drifting(speed, HOUR, jitter);
    expect(kinds(state)).toContain('clock-ahead');
    expect(verdictOf(state).outcome).toBe('invalid');
  });

  it.each([0.9, 0.99, 1])('given a clock at %f, then nothing is found', (speed) => {
    expect(kinds(drifting(speed, HOUR, jitter)).filter((kind) => kind !== 'clock-lagging')).toEqual([]);
  });

  it.each([
    [2_000, []],
    [2_001, ['fast-forward/clock-ahead']],
  ])('given a clock %i ms ahead, then %j', (aheadMs, expected) => {
    const sitting = new Sitting({ delayMs: 0 }).play().run(10_000);
    sitting.t += aheadMs;
    sitting.m += aheadMs;
    const before = sitting.verdict.creditedMs;
    sitting.emit({ e: 'beat' }, OPENED_AT + sitting.t - aheadMs);
    expect(sitting.kinds('violation')).toEqual(expected);
    expect(sitting.verdict.creditedMs > before).toBe(expected.length === 0);
  });

  it('gives the interval from the last honest sample on', () => {
    const sitting = new Sitting().play().run(60_000);
    const from = sitting.t;
    for (let i = 0; i < 12; i += 1) {
      sitting.t += 6_250;
      sitting.m += 6_250;
      sitting.emit({ e: 'beat' }, OPENED_AT + from + (i + 1) * 5_000 + 40);
    }
    const finding = sitting.verdict.findings.find((f) => f.kind === 'clock-ahead');
    expect(Math.abs((finding?.span.fromT ?? 0) - from)).toBeLessThanOrEqual(1_000);
  });

  it('given batches held back for ten minutes on a live connection, then the media in them is not credited past the deadline', () => {
    const sitting = new Sitting({ ignores: ['popup'] }).play();
    sitting.until(() => sitting.got('popup'));
    const popup = sitting.directives.find((directive) => directive.kind === 'popup');
    const before = sitting.verdict.creditedMs;
    // Ten minutes of playing, sent at once, with the answer claimed to have come after five seconds.
    const receivedAt = sitting.now + 600_000;
    const events: LearningEvent[] = [];
    for (let i = 1; i <= 24; i += 1) {
      events.push({ e: 'beat', t: sitting.t + i * BEAT, m: sitting.m + i * BEAT, s: STATE.playing });
    }
    const batch = { v: 1, session: sitting.facts.session, seq: 9_999, prev: 'A'.repeat(43), events };
    sitting.feed({ kind: 'batch', at: receivedAt, batch });
    expect(popup).toBeDefined();
    expect(sitting.verdict.creditedMs).toBeLessThanOrEqual(before + 45_000);
  });
});
