/** Records that the protocol lets through, plausible or not: times that go back, media from nowhere, answers to nothing. */
import { type LearningEvent, STATE } from '@zhenxue/protocol';
import fc from 'fast-check';
import type { LivenessResult, SessionRecord, SittingFacts } from '../../server/src/core/session/records.ts';
import { rightAnswer } from './schedule.ts';

const HASH = 'A'.repeat(43);

/** Milliseconds of a grid for times: the engine thins samples closer than a 32nd of the slope's window. */
const GRID_MS = 700;

const time = fc.oneof(
  fc.nat(120).map((n) => n * GRID_MS),
  fc.constantFrom(0, 2 ** 27, 48 * 3_600_000),
);
const media = fc.oneof(fc.nat(90_000), fc.constantFrom(0, 64_000, 24 * 3_600_000));
const bits = fc.oneof(
  { weight: 4, arbitrary: fc.constant(STATE.playing) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, STATE.playing | STATE.hidden, STATE.ended, STATE.playing | STATE.pip),
  },
  { weight: 1, arbitrary: fc.nat(0xffff) },
);
const sample = { t: time, m: media, s: bits, r: fc.constantFrom(1_000, 1_000, 0, 250, 1_250, 4_000, 16_000) };
const id = fc.constantFrom('p1', 'p2', 'p3', 'f1', 'f2', 'f3', 'l1', 'l2', 'l3', 'x');

const event = fc.oneof(
  fc.record({
    e: fc.constantFrom('beat', 'beat', 'play', 'rate', 'ended', 'visibility', 'leave'),
    ...sample,
  }),
  fc.record({ e: fc.constant('open'), d: media, build: fc.constant('b'), ...sample }),
  fc.record({ e: fc.constant('pause'), by: fc.constantFrom('page', 'guard'), ...sample }),
  fc.record({ e: fc.constant('seek'), from: media, ...sample }),
  fc.record({ e: fc.constant('popup.answer'), id, a: fc.constantFrom('right', 'ok', '12', ''), ...sample }),
  fc.record({ e: fc.constant('popup.shown'), id, ...sample }),
  fc.record({ e: fc.constant('photo.taken'), id, h: fc.constant(HASH), n: fc.nat(9), ...sample }),
  fc.record({ e: fc.constant('photo.failed'), id, why: fc.constantFrom('denied', 'busy'), ...sample }),
  fc.record({ e: fc.constant('tamper'), what: fc.constantFrom('guard-overridden', 'automation'), ...sample }),
  fc.record({ e: fc.constant('gap'), n: fc.nat(9), why: fc.constant('rejected'), ...sample }),
) as fc.Arbitrary<LearningEvent>;

/** One record to come, `afterMs` after the one before. */
export type AnyRecord = { readonly afterMs: number } & (
  | { readonly kind: 'batch'; readonly events: readonly LearningEvent[] }
  | { readonly kind: 'connected' | 'disconnected' | 'tick' | 'close' }
  | { readonly kind: 'delivered' | 'photo'; readonly id: string }
  | { readonly kind: 'liveness'; readonly id: string; readonly result: LivenessResult }
  | { readonly kind: 'content'; readonly position: number }
  | { readonly kind: 'conflict' }
);

const afterMs = fc.oneof(fc.nat(6_000), fc.nat(60_000));

/** Any record. */
export const anyRecord: fc.Arbitrary<AnyRecord> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      afterMs,
      events: fc.array(event, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('connected' as const, 'disconnected' as const), afterMs }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('tick' as const, 'tick' as const, 'close' as const),
      afterMs,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('delivered' as const, 'photo' as const), afterMs, id }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('liveness' as const),
      afterMs,
      id,
      result: fc.constantFrom<LivenessResult>('passed', 'passed', 'spoof', 'virtual', 'too-far'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({ kind: fc.constant('content' as const), afterMs, position: fc.nat(9) }),
      fc.record({ kind: fc.constant('conflict' as const), afterMs }),
    ),
  },
);

/** An answer called `right` becomes the right one. */
function answered(facts: SittingFacts, said: LearningEvent): LearningEvent {
  if (said.e !== 'popup.answer' || said.a !== 'right' || !said.id.startsWith('p')) return said;
  return { ...said, a: rightAnswer(facts.seed, Number(said.id.slice(1))) };
}

/** The records of a sitting that opens at `openedAt`. */
export function recordsFrom(
  facts: SittingFacts,
  openedAt: number,
  moves: readonly AnyRecord[],
): SessionRecord[] {
  let at = openedAt;
  let seq = 0;
  const records: SessionRecord[] = [
    { kind: 'open', at, facts },
    { kind: 'connected', at },
  ];
  for (const move of moves) {
    at += move.afterMs;
    if (move.kind === 'batch') {
      seq += 1;
      const events = move.events.map((said) => answered(facts, said));
      records.push({ kind: 'batch', at, batch: { v: 1, session: facts.session, seq, prev: HASH, events } });
    } else if (move.kind === 'delivered') records.push({ kind: 'delivered', at, directive: move.id });
    else if (move.kind === 'photo') records.push({ kind: 'photo', at, id: move.id, hash: HASH, bytes: 1 });
    else if (move.kind === 'liveness')
      records.push({ kind: 'liveness', at, id: move.id, result: move.result });
    else if (move.kind === 'content')
      records.push({ kind: 'content', at, lesson: 'z', position: move.position });
    else if (move.kind === 'conflict') records.push({ kind: 'conflict', at, seq: 1, hash: HASH });
    else if (move.kind === 'close') records.push({ kind: 'close', at, reason: 'closed' });
    else records.push({ kind: move.kind, at });
  }
  return records;
}
