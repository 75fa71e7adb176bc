import { BATCH_BYTES_MAX, ERROR_CODES, parseBatch, validateBatch } from '@zhenxue/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const SESSION = '01890a5d-ac96-774b-bcce-b302099a8057';
const PREV = 'A'.repeat(43);
const GOOD = { v: 1, session: SESSION, seq: 1, prev: PREV, events: [{ e: 'beat', t: 0, m: 0, s: 0 }] };

function parse(text: string) {
  return parseBatch(text, Buffer.byteLength(text));
}

function event(fields: Record<string, unknown>): string {
  return JSON.stringify({ ...GOOD, events: [{ e: 'beat', t: 0, m: 0, s: 0, ...fields }] });
}

/** Every entry is a document that must be refused with this code. */
const MALFORMED: readonly (readonly [string, string, string])[] = [
  ['nothing', '', 'malformed-json'],
  ['a byte order mark', `\uFEFF${JSON.stringify(GOOD)}`, 'malformed-json'],
  ['a trailing comma', JSON.stringify(GOOD).replace('}]', '},]'), 'malformed-json'],
  ['two documents', `${JSON.stringify(GOOD)}${JSON.stringify(GOOD)}`, 'malformed-json'],
  ['NaN', '{"v":NaN}', 'malformed-json'],
  ['null', 'null', 'invalid-batch'],
  ['a number', '7', 'invalid-batch'],
  ['a text', '"batch"', 'invalid-batch'],
  ['an array', '[]', 'invalid-batch'],
  ['an empty object', '{}', 'unsupported-version'],
  ['version as text', JSON.stringify({ ...GOOD, v: '1' }), 'unsupported-version'],
  ['version 0', JSON.stringify({ ...GOOD, v: 0 }), 'unsupported-version'],
  ['a session in upper case', JSON.stringify({ ...GOOD, session: SESSION.toUpperCase() }), 'invalid-batch'],
  ['a session that is an object', JSON.stringify({ ...GOOD, session: { toString: 1 } }), 'invalid-batch'],
  ['seq 0', JSON.stringify({ ...GOOD, seq: 0 }), 'invalid-batch'],
  [
    'a seq beyond exact integers',
    JSON.stringify(GOOD).replace('"seq":1', '"seq":9007199254740993'),
    'invalid-batch',
  ],
  ['a seq like 1e999', JSON.stringify(GOOD).replace('"seq":1', '"seq":1e999'), 'invalid-batch'],
  ['a short prev', JSON.stringify({ ...GOOD, prev: 'A' }), 'invalid-batch'],
  ['a prev with padding', JSON.stringify({ ...GOOD, prev: `${'A'.repeat(43)}=` }), 'invalid-batch'],
  [
    'events as an object',
    JSON.stringify({ ...GOOD, events: { length: 1, 0: GOOD.events[0] } }),
    'invalid-batch',
  ],
  ['257 events', JSON.stringify({ ...GOOD, events: Array(257).fill(GOOD.events[0]) }), 'invalid-batch'],
  ['an event that is null', JSON.stringify({ ...GOOD, events: [null] }), 'invalid-batch'],
  ['an event that is an array', JSON.stringify({ ...GOOD, events: [[]] }), 'invalid-batch'],
  ['an event named __proto__', event({ e: '__proto__' }), 'invalid-batch'],
  ['an event named constructor', event({ e: 'constructor' }), 'invalid-batch'],
  ['an event named toString', event({ e: 'toString' }), 'invalid-batch'],
  [
    'an own __proto__ in the batch',
    JSON.stringify(GOOD).replace('{', '{"__proto__":{"v":1},'),
    'invalid-batch',
  ],
  [
    'an own __proto__ in an event',
    JSON.stringify(GOOD).replace('{"e"', '{"__proto__":{"t":1},"e"'),
    'invalid-batch',
  ],
  ['negative time', event({ t: -1 }), 'invalid-batch'],
  ['time as text', event({ t: '0' }), 'invalid-batch'],
  ['a fraction of a ms', event({ t: 0.1 }), 'invalid-batch'],
  ['a year of session time', event({ t: 31_536_000_000 }), 'invalid-batch'],
  ['rate null', event({ r: null }), 'invalid-batch'],
  ['a state beyond sixteen bits', event({ s: 65_536 }), 'invalid-batch'],
  ['a missing field', JSON.stringify({ ...GOOD, events: [{ e: 'beat', t: 0, m: 0 }] }), 'invalid-batch'],
  ['a line break in an answer', event({ e: 'popup.answer', id: 'p1', a: '1\n2' }), 'invalid-batch'],
  ['half a surrogate in an id', event({ e: 'popup.shown', id: '\ud800' }), 'invalid-batch'],
  ['a long answer', event({ e: 'popup.answer', id: 'p1', a: '9'.repeat(33) }), 'invalid-batch'],
  ['an unknown guard act', event({ e: 'guard', act: 'forgive', v: 1 }), 'invalid-batch'],
  ['deep nesting', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, 'unsupported-version'],
  ['too many bytes', `"${'x'.repeat(BATCH_BYTES_MAX)}"`, 'batch-too-large'],
];

describe('malformed batches', () => {
  it('given the document that the others are made from, then it is accepted', () => {
    expect(parse(JSON.stringify(GOOD)).ok).toBe(true);
  });

  it.each(MALFORMED)('given %s, then it is refused with its code', (_name, text, code) => {
    const result = parse(text);
    expect(result).toMatchObject({ ok: false, error: { code } });
  });
});

/** A refusal has a listed code and is short, whatever was refused. */
function expectRefusalOrBatch(result: ReturnType<typeof parse>): void {
  if (result.ok) return;
  expect(ERROR_CODES).toContain(result.error.code);
  expect(JSON.stringify(result.error).length).toBeLessThan(500);
}

describe('any input', () => {
  it('given any text, then nothing is thrown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => expectRefusalOrBatch(parse(text))),
    );
  });

  it('given any bytes read as text, then nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) =>
        expectRefusalOrBatch(parseBatch(Buffer.from(bytes).toString(), bytes.length)),
      ),
    );
  });

  it('given any JSON, then nothing is thrown', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), (text) => expectRefusalOrBatch(parse(text))));
  });

  it('given any value in any place of a batch, then it is refused or harmless, and never changed', () => {
    const key = fc.constantFrom(
      'v',
      'session',
      'seq',
      'prev',
      'events',
      'e',
      't',
      'm',
      's',
      'r',
      'id',
      '__proto__',
    );
    const value = fc.oneof(fc.jsonValue(), fc.integer(), fc.double(), fc.constant(undefined));
    fc.assert(
      fc.property(key, value, fc.boolean(), (name, replacement, inEvent) => {
        const base = structuredClone(GOOD) as Record<string, unknown>;
        const target = inEvent ? ((base.events as Record<string, unknown>[])[0] ?? base) : base;
        Object.defineProperty(target, name, {
          value: replacement,
          enumerable: true,
          configurable: true,
          writable: true,
        });
        const before = JSON.stringify(base);
        expectRefusalOrBatch(validateBatch(base));
        expect(JSON.stringify(base)).toBe(before);
      }),
    );
  });
});
