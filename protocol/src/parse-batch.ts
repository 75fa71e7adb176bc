/**
 * Parse and validate batches. The input is attacker-controlled: nothing here throws, nothing is copied that was not
 * checked, unknown fields are refused, and an error never repeats the content it refuses.
 */
import type { ProtocolError, Result } from './errors.ts';
import type { Batch, EventType, WitnessKind } from './events.ts';
import {
  ANSWER_CHARS_MAX,
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  GAP_COUNT_MAX,
  ID_CHARS_MAX,
  MEDIA_TIME_MAX_MS,
  PHOTO_BYTES_MAX,
  PROTOCOL_VERSION,
  RATE_MAX_PERMILLE,
  SESSION_TIME_MAX_MS,
  STATE_BITS_MAX,
  speaksVersion,
  TEXT_CHARS_MAX,
} from './limits.ts';

/** How one field is checked: an integer range, a text length, or a closed list. */
type Field =
  | { readonly is: 'int'; readonly max: number; readonly optional?: true }
  | { readonly is: 'text'; readonly max: number; readonly optional?: true }
  | { readonly is: 'hash'; readonly optional?: true }
  | { readonly is: 'one'; readonly of: readonly string[]; readonly optional?: true };

type Fields = Readonly<Record<string, Field>>;

const ID: Field = { is: 'text', max: ID_CHARS_MAX };
const MEDIA: Field = { is: 'int', max: MEDIA_TIME_MAX_MS };

const SAMPLE: Fields = {
  t: { is: 'int', max: SESSION_TIME_MAX_MS },
  m: MEDIA,
  s: { is: 'int', max: STATE_BITS_MAX },
  r: { is: 'int', max: RATE_MAX_PERMILLE, optional: true },
};

/** Fields of a batch: `v`, `session`, `seq`, `prev`, `events`. */
const BATCH_FIELDS = 5;

/** Fields of an event that is nothing but a sample at the normal rate: `e`, `t`, `m`, `s`. */
const SAMPLE_FIELDS = 4;

const GUARD_ACTS = [
  'rate-reset',
  'seek-bounced',
  'paused-hidden',
  'paused-unfocused',
  'paused-control',
  'paused-offline',
];
const TAMPER_KINDS = [
  'popup-removed',
  'popup-covered',
  'photo-suppressed',
  'guard-overridden',
  'media-replaced',
  'element-patched',
  'automation',
  'untrusted-input',
];

const WITNESS_KINDS = [
  'rate',
  'frames',
  'clock',
  'audio',
  'timer',
  'played',
  'visibility',
  'focus',
  'silent',
  'realm',
  'player',
  'tabs',
  'screens',
  'automation',
  'camera',
] satisfies readonly WitnessKind[];

/** The fields that each event type has besides the sample. */
const EXTRA: Readonly<Record<EventType, Fields>> = {
  open: { d: MEDIA, build: { is: 'text', max: TEXT_CHARS_MAX } },
  beat: {},
  play: {},
  pause: { by: { is: 'one', of: ['page', 'guard'] } },
  rate: {},
  seek: { from: MEDIA },
  ended: {},
  visibility: {},
  focus: {},
  pip: {},
  'popup.shown': { id: ID },
  'popup.answer': { id: ID, a: { is: 'text', max: ANSWER_CHARS_MAX } },
  'photo.taken': { id: ID, h: { is: 'hash' }, n: { is: 'int', max: PHOTO_BYTES_MAX } },
  'photo.failed': { id: ID, why: { is: 'one', of: ['denied', 'no-camera', 'busy', 'error'] } },
  guard: { act: { is: 'one', of: GUARD_ACTS }, v: { is: 'int', max: MEDIA_TIME_MAX_MS } },
  tamper: { what: { is: 'one', of: TAMPER_KINDS }, id: { ...ID, optional: true } },
  witness: {
    k: { is: 'one', of: WITNESS_KINDS },
    c: MEDIA,
    v: MEDIA,
    d: { ...MEDIA, optional: true },
  },
  gap: {
    n: { is: 'int', max: GAP_COUNT_MAX },
    why: { is: 'one', of: ['outbox-full', 'outbox-expired', 'storage-failed', 'rejected'] },
  },
  leave: {},
};

/** Per type: every allowed field, and how many must be there. A Map, so that `__proto__` is just an unknown name. */
const SHAPES: ReadonlyMap<string, { fields: ReadonlyMap<string, Field>; required: number }> = new Map(
  Object.entries(EXTRA).map(([type, extra]) => {
    const fields = new Map(Object.entries({ ...SAMPLE, ...extra }));
    let required = 0;
    for (const field of fields.values()) if (field.optional !== true) required += 1;
    return [type, { fields, required }];
  }),
);

/** 32 bytes in base64url without padding. */
const HASH = /^[A-Za-z0-9_-]{43}$/;
/** Session ids are UUIDs in lower case. */
const SESSION = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Control characters (Cc) and lone surrogates (Cs) have no place in an id, an answer or a build name. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `array of ${value.length}`;
  if (typeof value === 'string') return `string of ${value.length}`;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer out of range' : 'number';
  return typeof value;
}

function fail(path: string, expected: string, value: unknown): { ok: false; error: ProtocolError } {
  return { ok: false, error: { code: 'invalid-batch', path, expected, got: kindOf(value) } };
}

/** What a field expects, in words; null when the value meets it. */
function mismatch(field: Field, value: unknown): string | null {
  switch (field.is) {
    case 'int':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= field.max
        ? null
        : `integer 0..${field.max}`;
    case 'text':
      return typeof value === 'string' &&
        value.length > 0 &&
        value.length <= field.max &&
        !UNPRINTABLE.test(value)
        ? null
        : `1..${field.max} printable characters`;
    case 'hash':
      return typeof value === 'string' && HASH.test(value) ? null : 'SHA-256 in base64url (43 characters)';
    case 'one':
      return typeof value === 'string' && field.of.includes(value) ? null : `one of ${field.of.join(', ')}`;
    default:
      return field satisfies never;
  }
}

/** Whether the part that every event has is well formed. @returns how many of its fields are there, or 0. */
function sampleFields(event: { t?: unknown; m?: unknown; s?: unknown; r?: unknown }): number {
  const { t, m, s, r } = event;
  if (!isWithin(t, SESSION_TIME_MAX_MS) || !isWithin(m, MEDIA_TIME_MAX_MS) || !isWithin(s, STATE_BITS_MAX))
    return 0;
  if (r === undefined) return SAMPLE_FIELDS;
  return isWithin(r, RATE_MAX_PERMILLE) ? SAMPLE_FIELDS + 1 : 0;
}

function isWithin(value: unknown, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}

/** Nearly all events are beats: a well-formed one is known by its sample and the number of its fields. */
function isBeat(event: unknown): boolean {
  if (typeof event !== 'object' || event === null || (event as { e?: unknown }).e !== 'beat') return false;
  const expected = sampleFields(event);
  if (expected === 0) return false;
  let fields = 0;
  for (const _name in event) fields += 1;
  return fields === expected;
}

/** Checks one event; null when it is well formed. */
function checkEvent(event: unknown, index: number): { ok: false; error: ProtocolError } | null {
  if (isBeat(event)) return null;
  const path = `events[${index}]`;
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    return fail(path, 'an event object', event);
  const type = (event as { e?: unknown }).e;
  const shape = typeof type === 'string' ? SHAPES.get(type) : undefined;
  if (shape === undefined) return fail(`${path}.e`, 'a known event type', type);
  let required = 0;
  for (const name in event) {
    if (name === 'e') continue;
    const field = shape.fields.get(name);
    if (field === undefined) return fail(path, 'only fields of its event type', 'another field');
    const expected = mismatch(field, (event as Record<string, unknown>)[name]);
    if (expected !== null) return fail(`${path}.${name}`, expected, (event as Record<string, unknown>)[name]);
    if (field.optional !== true) required += 1;
  }
  return required === shape.required ? null : fail(path, `all ${shape.required} required fields`, event);
}

/**
 * Validates an already parsed JSON value as a batch.
 * @returns the batch itself (not a copy), or what was wrong with it.
 */
export function validateBatch(value: unknown): Result<Batch> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('batch', 'a batch object', value);
  const batch = value as Partial<Record<keyof Batch, unknown>>;
  if (!speaksVersion(batch.v)) {
    const error = {
      code: 'unsupported-version',
      path: 'v',
      expected: `${PROTOCOL_VERSION}`,
      got: kindOf(batch.v),
    } as const;
    return { ok: false, error };
  }
  if (typeof batch.session !== 'string' || !SESSION.test(batch.session))
    return fail('session', 'a UUID', batch.session);
  if (!Number.isSafeInteger(batch.seq) || (batch.seq as number) < 1)
    return fail('seq', 'an integer from 1', batch.seq);
  if (typeof batch.prev !== 'string' || !HASH.test(batch.prev)) {
    return fail('prev', 'SHA-256 in base64url (43 characters)', batch.prev);
  }
  const events = batch.events;
  if (!Array.isArray(events) || events.length === 0 || events.length > BATCH_EVENTS_MAX) {
    return fail('events', `1..${BATCH_EVENTS_MAX} events`, events);
  }
  let fields = 0;
  for (const _name in batch) fields += 1;
  if (fields !== BATCH_FIELDS) return fail('batch', 'only v, session, seq, prev, events', 'another field');
  for (let i = 0; i < events.length; i += 1) {
    const bad = checkEvent(events[i], i);
    if (bad !== null) return bad;
  }
  return { ok: true, value: value as Batch };
}

/**
 * Parses the text of one batch.
 * @param text the document as received; its UTF-8 size must not exceed `BATCH_BYTES_MAX`.
 * @param byteLength its size in bytes, measured by the caller (who hashed the bytes anyway).
 */
export function parseBatch(text: string, byteLength: number): Result<Batch> {
  if (byteLength > BATCH_BYTES_MAX) {
    const error = { path: 'batch', expected: `at most ${BATCH_BYTES_MAX} bytes`, got: `${byteLength} bytes` };
    return { ok: false, error: { code: 'batch-too-large', ...error } };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {
      ok: false,
      error: { code: 'malformed-json', path: 'batch', expected: 'a JSON document', got: 'other bytes' },
    };
  }
  return validateBatch(value);
}
