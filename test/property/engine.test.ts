import { type LearningEvent, STATE } from '@zhenxue/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { creditedSet } from '../../server/src/core/credit/credit.ts';
import { measure } from '../../server/src/core/credit/interval-set.ts';
import { decide, openSession } from '../../server/src/core/session/engine.ts';
import type { SessionRecord } from '../../server/src/core/session/records.ts';
import type { SessionState } from '../../server/src/core/session/state.ts';
import { verdictOf } from '../../server/src/core/verdict/verdict.ts';
import { factsOf, OPENED_AT, packOf, replay } from '../support/sitting.ts';

const facts = factsOf({ pack: packOf('demo'), videoMs: 64_000 });

/** Anything that the protocol lets through, plausible or not. */
const time = fc.oneof(fc.nat(80_000), fc.constantFrom(0, 2 ** 27, 48 * 3_600_000));
const sample = {
  t: time,
  m: time,
  s: fc.oneof(fc.constantFrom(0, STATE.playing, STATE.playing | STATE.hidden), fc.nat(0xffff)),
  r: fc.constantFrom(0, 250, 1_000, 1_250, 4_000, 16_000),
};
const id = fc.constantFrom('p1', 'p2', 'f1', 'f2', 'x');
const event = fc.oneof(
  fc.record({
    e: fc.constantFrom('beat', 'play', 'rate', 'ended', 'visibility', 'focus', 'pip', 'leave'),
    ...sample,
  }),
  fc.record({ e: fc.constant('open'), d: time, build: fc.constant('b'), ...sample }),
  fc.record({ e: fc.constant('pause'), by: fc.constantFrom('page', 'guard'), ...sample }),
  fc.record({ e: fc.constant('seek'), from: time, ...sample }),
  fc.record({ e: fc.constant('popup.answer'), id, a: fc.constantFrom('ok', '12', ''), ...sample }),
  fc.record({ e: fc.constant('popup.shown'), id, ...sample }),
  fc.record({ e: fc.constant('photo.taken'), id, h: fc.constant('A'.repeat(43)), n: fc.nat(9), ...sample }),
  fc.record({ e: fc.constant('photo.failed'), id, why: fc.constantFrom('denied', 'busy'), ...sample }),
  fc.record({
    e: fc.constant('tamper'),
    what: fc.constantFrom('popup-removed', 'element-patched'),
    ...sample,
  }),
  fc.record({ e: fc.constant('gap'), n: fc.nat(9), why: fc.constant('rejected'), ...sample }),
) as fc.Arbitrary<LearningEvent>;

type Move = { readonly afterMs: number } & (
  | { readonly kind: 'batch'; readonly events: LearningEvent[] }
  | { readonly kind: 'connected' | 'disconnected' | 'tick' }
  | { readonly kind: 'delivered' | 'photo'; readonly id: string }
  | { readonly kind: 'conflict' }
);
const afterMs = fc.oneof(fc.nat(6_000), fc.nat(200_000));
const move = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('batch'),
      afterMs,
      events: fc.array(event, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('connected', 'disconnected', 'tick', 'conflict'), afterMs }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('delivered', 'photo'), afterMs, id }) },
) as fc.Arbitrary<Move>;

function recordsOf(moves: readonly Move[]): SessionRecord[] {
  let at = OPENED_AT;
  const records: SessionRecord[] = [
    { kind: 'open', at, facts },
    { kind: 'connected', at },
  ];
  moves.forEach((entry, i) => {
    at += entry.afterMs;
    if (entry.kind === 'batch') {
      const batch = { v: 1, session: facts.session, seq: i + 1, prev: 'A'.repeat(43), events: entry.events };
      records.push({ kind: 'batch', at, batch });
    } else if (entry.kind === 'delivered') records.push({ kind: 'delivered', at, directive: entry.id });
    else if (entry.kind === 'photo')
      records.push({ kind: 'photo', at, id: entry.id, hash: 'C'.repeat(43), bytes: 1 });
    else if (entry.kind === 'conflict') records.push({ kind: 'conflict', at, seq: 1, hash: 'D'.repeat(43) });
    else records.push({ kind: entry.kind, at });
  });
  return records;
}

function decideAll(
  records: readonly SessionRecord[],
  look: (state: SessionState, at: number) => void,
): SessionState {
  let state = openSession(facts, OPENED_AT);
  for (const record of records.slice(1)) {
    state = decide(state, record).state;
    look(state, record.at);
  }
  return state;
}

describe('the engine, whatever comes in', () => {
  it('never throws, never credits more than the server clock and the video allow, and keeps its sums right', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        decideAll(recordsOf(moves), (state, at) => {
          const { slackMs } = facts.pack.credit;
          const refills = 1 + Math.floor((at - OPENED_AT) / facts.pack.credit.slackRefillMs);
          expect(state.credit.ms).toBe(measure(creditedSet(state)));
          expect(state.credit.ms).toBeLessThanOrEqual(facts.videoMs);
          expect(state.credit.ms).toBeLessThanOrEqual(at - OPENED_AT + slackMs * (refills + 1));
          expect(state.findings.length).toBeLessThanOrEqual(64);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('decides the same again from the records', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
        const records = recordsOf(moves);
        const live = decideAll(records, () => undefined);
        expect(JSON.stringify(verdictOf(replay(records)))).toBe(JSON.stringify(verdictOf(live)));
      }),
      { numRuns: 200 },
    );
  });

  it('leaves the state it was given as it was', () => {
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 20 }), (moves) => {
        let state = openSession(facts, OPENED_AT);
        for (const record of recordsOf(moves).slice(1)) {
          const before = JSON.stringify(state);
          const next = decide(state, record).state;
          expect(JSON.stringify(state)).toBe(before);
          state = next;
        }
      }),
      { numRuns: 200 },
    );
  });
});
