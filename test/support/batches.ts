/** Batches for tests: one of each event, and generators of arbitrary valid ones. */
import {
  ANSWER_CHARS_MAX,
  type Batch,
  GAP_COUNT_MAX,
  ID_CHARS_MAX,
  type LearningEvent,
  MEDIA_TIME_MAX_MS,
  PHOTO_BYTES_MAX,
  PROTOCOL_VERSION,
  RATE_MAX_PERMILLE,
  SESSION_TIME_MAX_MS,
  STATE_BITS_MAX,
  TEXT_CHARS_MAX,
} from '@zhenxue/protocol';
import fc from 'fast-check';

/** Session id of the examples. */
export const SESSION = '0192f0a1-7b3c-7def-8123-456789abcdef';
/** A well-formed hash. */
export const HASH: string = 'A'.repeat(43);

const AT = { t: 1_000, m: 500, s: 1 } as const;

/** One example of every event type. */
export const EXAMPLES: readonly LearningEvent[] = [
  { e: 'open', ...AT, d: 64_000, build: 'zhenxue-js/0.1.0' },
  { e: 'beat', ...AT },
  { e: 'play', ...AT },
  { e: 'pause', ...AT, by: 'guard' },
  { e: 'rate', ...AT, r: 2_000 },
  { e: 'seek', ...AT, from: 9_000 },
  { e: 'ended', ...AT },
  { e: 'visibility', ...AT },
  { e: 'focus', ...AT },
  { e: 'pip', ...AT },
  { e: 'popup.shown', ...AT, id: 'p1' },
  { e: 'popup.answer', ...AT, id: 'p1', a: '12' },
  { e: 'photo.taken', ...AT, id: 'c1', h: HASH, n: 40_000 },
  { e: 'photo.failed', ...AT, id: 'c1', why: 'denied' },
  { e: 'guard', ...AT, act: 'rate-reset', v: 4_000 },
  { e: 'tamper', ...AT, what: 'popup-removed', id: 'p1' },
  { e: 'tamper', ...AT, what: 'media-replaced' },
  { e: 'gap', ...AT, n: 3, why: 'outbox-full' },
  { e: 'leave', ...AT },
];

/** A batch around some events. */
export function batchOf(events: readonly unknown[]): Record<string, unknown> {
  return { v: PROTOCOL_VERSION, session: SESSION, seq: 1, prev: HASH, events };
}

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
/** Printable text of any script; its length counts UTF-16 units as the limit does. */
const text = (max: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: max })
    .filter((value) => value.length <= max && !/[\p{Cc}\p{Cs}]/u.test(value));
const hash: fc.Arbitrary<string> = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);

const sample = {
  t: upTo(SESSION_TIME_MAX_MS),
  m: upTo(MEDIA_TIME_MAX_MS),
  s: upTo(STATE_BITS_MAX),
};
const id = text(ID_CHARS_MAX);

/** An event of one type: the sample, perhaps a rate, and what the type adds. */
function event(e: string, extra: Record<string, fc.Arbitrary<unknown>> = {}): fc.Arbitrary<LearningEvent> {
  const required = [
    'e',
    't',
    'm',
    's',
    ...Object.keys(extra).filter((key) => e !== 'tamper' || key !== 'id'),
  ];
  const model = { e: fc.constant(e), ...sample, ...extra, r: upTo(RATE_MAX_PERMILLE) };
  return fc.record(model, { requiredKeys: required as never }) as unknown as fc.Arbitrary<LearningEvent>;
}

/** Any valid event. */
export const anyEvent: fc.Arbitrary<LearningEvent> = fc.oneof(
  event('open', { d: upTo(MEDIA_TIME_MAX_MS), build: text(TEXT_CHARS_MAX) }),
  ...['beat', 'play', 'rate', 'ended', 'visibility', 'focus', 'pip', 'leave'].map((e) => event(e)),
  event('pause', { by: fc.constantFrom('page', 'guard') }),
  event('seek', { from: upTo(MEDIA_TIME_MAX_MS) }),
  event('popup.shown', { id }),
  event('popup.answer', { id, a: text(ANSWER_CHARS_MAX) }),
  event('photo.taken', { id, h: hash, n: upTo(PHOTO_BYTES_MAX) }),
  event('photo.failed', { id, why: fc.constantFrom('denied', 'no-camera', 'busy', 'error') }),
  event('guard', {
    act: fc.constantFrom(
      ...[
        'rate-reset',
        'seek-bounced',
        'paused-hidden',
        'paused-unfocused',
        'paused-control',
        'paused-offline',
      ],
    ),
    v: upTo(MEDIA_TIME_MAX_MS),
  }),
  event('tamper', { what: fc.constantFrom('popup-removed', 'popup-covered', 'guard-overridden'), id }),
  event('gap', { n: upTo(GAP_COUNT_MAX), why: fc.constantFrom('outbox-full', 'storage-failed', 'rejected') }),
);

/** Any valid batch. */
export const anyBatch: fc.Arbitrary<Batch> = fc.record({
  v: fc.constant(PROTOCOL_VERSION),
  session: fc.uuid(),
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  prev: hash,
  events: fc.array(anyEvent, { minLength: 1, maxLength: 40 }),
});
