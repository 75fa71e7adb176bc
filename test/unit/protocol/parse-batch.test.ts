import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  describeError,
  encodeBatch,
  ID_CHARS_MAX,
  MEDIA_TIME_MAX_MS,
  PROTOCOL_VERSION,
  parseBatch,
  RATE_MAX_PERMILLE,
  SESSION_TIME_MAX_MS,
  STATE_BITS_MAX,
  validateBatch,
} from '@zhenxue/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBatch, batchOf, EXAMPLES, HASH, SESSION } from '../../support/batches.ts';

const beat = { e: 'beat', t: 1, m: 1, s: 1 };

function parse(text: string) {
  return parseBatch(text, Buffer.byteLength(text));
}

describe('parseBatch accepts', () => {
  it.each(EXAMPLES.map((event) => [event.e, event] as const))('%s', (_type, event) => {
    const text = JSON.stringify(batchOf([event]));
    expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it('numbers at their limits', () => {
    const edge = {
      e: 'rate',
      t: SESSION_TIME_MAX_MS,
      m: MEDIA_TIME_MAX_MS,
      s: STATE_BITS_MAX,
      r: RATE_MAX_PERMILLE,
    };
    expect(validateBatch(batchOf([edge, { e: 'beat', t: 0, m: 0, s: 0, r: 0 }])).ok).toBe(true);
  });

  it('as many events as allowed', () => {
    expect(validateBatch(batchOf(Array(BATCH_EVENTS_MAX).fill(beat))).ok).toBe(true);
  });

  it('text of any script in an answer', () => {
    expect(validateBatch(batchOf([{ ...beat, e: 'popup.answer', id: 'p1', a: '十二 é 🙂' }])).ok).toBe(true);
  });
});

const REFUSED_EVENTS: readonly (readonly [name: string, event: unknown, path: string])[] = [
  ['null', null, 'events[0]'],
  ['an array', [], 'events[0]'],
  ['a text', 'beat', 'events[0]'],
  ['no type', { t: 1, m: 1, s: 1 }, 'events[0].e'],
  ['an unknown type', { ...beat, e: 'finish' }, 'events[0].e'],
  ['a type from the prototype', { ...beat, e: 'constructor' }, 'events[0].e'],
  ['a type that is no text', { ...beat, e: ['beat'] }, 'events[0].e'],
  ['a field too few', { e: 'beat', t: 1, m: 1 }, 'events[0]'],
  ['a field too many', { ...beat, credit: 1 }, 'events[0]'],
  ['a field of another type', { ...beat, d: 1 }, 'events[0]'],
  ['a negative time', { ...beat, t: -1 }, 'events[0].t'],
  ['a time beyond the limit', { ...beat, t: SESSION_TIME_MAX_MS + 1 }, 'events[0].t'],
  ['a fraction', { ...beat, m: 1.5 }, 'events[0].m'],
  ['a number as text', { ...beat, m: '1' }, 'events[0].m'],
  ['a number in an array', { ...beat, m: [1] }, 'events[0].m'],
  ['null for a number', { ...beat, s: null }, 'events[0].s'],
  ['too many state bits', { ...beat, s: STATE_BITS_MAX + 1 }, 'events[0].s'],
  ['a rate beyond the limit', { ...beat, e: 'rate', r: RATE_MAX_PERMILLE + 1 }, 'events[0].r'],
  ['an empty id', { ...beat, e: 'popup.shown', id: '' }, 'events[0].id'],
  ['an id too long', { ...beat, e: 'popup.shown', id: 'p'.repeat(ID_CHARS_MAX + 1) }, 'events[0].id'],
  ['a control character', { ...beat, e: 'popup.answer', id: 'p1', a: '1\u0000' }, 'events[0].a'],
  ['a lone surrogate', { ...beat, e: 'popup.answer', id: 'p1', a: '\ud800' }, 'events[0].a'],
  ['a hash of another length', { ...beat, e: 'photo.taken', id: 'c1', h: 'A', n: 1 }, 'events[0].h'],
  [
    'a hash with padding',
    { ...beat, e: 'photo.taken', id: 'c1', h: `${'A'.repeat(42)}=`, n: 1 },
    'events[0].h',
  ],
  ['a word outside of its list', { ...beat, e: 'pause', by: 'nobody' }, 'events[0].by'],
];

const REFUSED_BATCHES: readonly (readonly [name: string, value: unknown, path: string, code: string])[] = [
  ['null', null, 'batch', 'invalid-batch'],
  ['an array', [], 'batch', 'invalid-batch'],
  ['a number', 1, 'batch', 'invalid-batch'],
  ['no version', { ...batchOf([beat]), v: undefined }, 'v', 'unsupported-version'],
  ['a later version', { ...batchOf([beat]), v: PROTOCOL_VERSION + 1 }, 'v', 'unsupported-version'],
  ['a version as text', { ...batchOf([beat]), v: '1' }, 'v', 'unsupported-version'],
  ['no session', { ...batchOf([beat]), session: undefined }, 'session', 'invalid-batch'],
  ['a session that is no UUID', { ...batchOf([beat]), session: 'x' }, 'session', 'invalid-batch'],
  [
    'a session in upper case',
    { ...batchOf([beat]), session: SESSION.toUpperCase() },
    'session',
    'invalid-batch',
  ],
  ['seq 0', { ...batchOf([beat]), seq: 0 }, 'seq', 'invalid-batch'],
  ['seq beyond exact integers', { ...batchOf([beat]), seq: 2 ** 53 }, 'seq', 'invalid-batch'],
  ['a short prev', { ...batchOf([beat]), prev: HASH.slice(1) }, 'prev', 'invalid-batch'],
  ['no events', batchOf([]), 'events', 'invalid-batch'],
  ['events that are no array', { ...batchOf([]), events: { length: 1 } }, 'events', 'invalid-batch'],
  ['too many events', batchOf(Array(BATCH_EVENTS_MAX + 1).fill(beat)), 'events', 'invalid-batch'],
  ['a field too many', { ...batchOf([beat]), more: 1 }, 'batch', 'invalid-batch'],
];

describe('parseBatch refuses', () => {
  it.each(REFUSED_EVENTS)('an event that is or has %s', (_name, event, path) => {
    const result = validateBatch(batchOf([event]));
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid-batch', path } });
  });

  it.each(REFUSED_BATCHES)('a batch that is or has %s', (_name, value, path, code) => {
    expect(validateBatch(value)).toMatchObject({ ok: false, error: { code, path } });
  });

  it('names the event that is wrong, not only the first', () => {
    const result = validateBatch(batchOf([beat, beat, { ...beat, t: -1 }]));
    expect(result).toMatchObject({ ok: false, error: { path: 'events[2].t' } });
  });

  it.each(['', '{', '[1,', 'nul', '\u0000', '{"v":1}x', 'NaN'])('the bytes %j', (text) => {
    expect(parse(text)).toMatchObject({ ok: false, error: { code: 'malformed-json' } });
  });

  it('a document that is too big, before it is parsed', () => {
    expect(parseBatch('{', BATCH_BYTES_MAX + 1)).toMatchObject({
      ok: false,
      error: { code: 'batch-too-large' },
    });
  });

  it('__proto__ as a field', () => {
    const text = JSON.stringify(batchOf([beat])).replace('"t":1', '"t":1,"__proto__":{"x":1}');
    expect(parse(text)).toMatchObject({ ok: false, error: { path: 'events[0]' } });
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('without repeating what was sent', () => {
    const secret = 'S3CRET';
    const bad = [
      { ...beat, t: secret },
      { ...beat, [secret]: 1 },
      { ...beat, e: secret },
    ];
    for (const event of bad) {
      const result = validateBatch(batchOf([event]));
      expect(result.ok).toBe(false);
      if (!result.ok) expect(describeError(result.error)).not.toContain(secret);
    }
  });
});

describe('encodeBatch and parseBatch', () => {
  it('agree on every valid batch', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const text = encodeBatch(batch);
        fc.pre(Buffer.byteLength(text) <= BATCH_BYTES_MAX);
        expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('write the same bytes again after a round trip', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const text = encodeBatch(batch);
        const again = parseBatch(text, 0);
        expect(again.ok && encodeBatch(again.value)).toBe(text);
      }),
    );
  });
});

describe('parseBatch never throws', () => {
  it('on any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof parse(text).ok === 'boolean'));
  });

  it('on any JSON value', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => !validateBatch(value).ok));
  });

  it('on a valid batch with one part replaced by anything', () => {
    fc.assert(
      fc.property(anyBatch, fc.nat(), fc.jsonValue(), (batch, pick, value) => {
        const event: Record<string, unknown> = { ...batch.events[0] };
        const names = Object.keys(event);
        event[names[pick % names.length] ?? 'e'] = value;
        const result = validateBatch({ ...batch, events: [event] });
        if (!result.ok) expect(result.error.path).toMatch(/^events\[0\]/);
      }),
    );
  });

  it('on a valid text with one byte changed', () => {
    fc.assert(
      fc.property(anyBatch, fc.nat(), fc.integer({ min: 0, max: 255 }), (batch, at, byte) => {
        const bytes = Buffer.from(encodeBatch(batch));
        bytes[at % bytes.length] = byte;
        const result = parseBatch(bytes.toString('utf8'), bytes.length);
        if (result.ok) expect(result.value.events.length).toBeGreaterThan(0);
        else
          expect(result.error.code).toMatch(
            /^(?:malformed-json|invalid-batch|unsupported-version|batch-too-large)$/,
          );
      }),
    );
  });

  it('on deep nesting', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    expect(parse(deep).ok).toBe(false);
  });
});
