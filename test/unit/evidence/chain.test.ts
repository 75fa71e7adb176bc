import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type ChainedRecord,
  chainNext,
  chainStart,
  checkChain,
  pureSha256,
  RECORD_KINDS,
  type RecordKind,
  type Sha256,
} from '@zhenxue/evidence';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Vector {
  readonly session: string;
  readonly start: string;
  readonly records: readonly { kind: RecordKind; at: number; text: string; chain: string }[];
}

const VECTORS = JSON.parse(readFileSync(new URL('../../vectors/chain.json', import.meta.url), 'utf8')) as {
  chains: readonly Vector[];
};

const nodeSha256: Sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const HASHES: readonly (readonly [string, Sha256])[] = [
  ['pure JavaScript', pureSha256],
  ['node:crypto', nodeSha256],
];
const KINDS = Object.keys(RECORD_KINDS) as RecordKind[];
const SESSION = '0192f0a1-7b3c-7def-8123-456789abcdef';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const anyRecord: fc.Arbitrary<ChainedRecord> = fc.record({
  kind: fc.constantFrom(...KINDS),
  at: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  bytes: fc.uint8Array({ maxLength: 200 }),
});

/** The records as stored: each with its link. */
function link(records: readonly ChainedRecord[]): (ChainedRecord & { chain: Uint8Array })[] {
  let head = chainStart(SESSION);
  return records.map((record) => {
    head = chainNext(head, record);
    return { ...record, chain: head };
  });
}

describe.each(HASHES)('the chain with %s', (_name, hash) => {
  it.each(VECTORS.chains.map((vector, i) => [i, vector] as const))('meets test vector %i', (_i, vector) => {
    let head = chainStart(vector.session, hash);
    expect(hex(head)).toBe(vector.start);
    for (const { kind, at, text, chain } of vector.records) {
      head = chainNext(head, { kind, at, bytes: Buffer.from(text, 'utf8') }, hash);
      expect(hex(head)).toBe(chain);
    }
  });

  // FIPS 180-2, appendix B.1
  it('hashes "abc", whole and in parts', () => {
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(hex(hash(Buffer.from('abc')))).toBe(expected);
    expect(hex(hash(Buffer.from('a'), Buffer.from(''), Buffer.from('bc')))).toBe(expected);
  });
});

describe('the vectors', () => {
  it('hold every kind of record', () => {
    const kinds = new Set(VECTORS.chains.flatMap(({ records }) => records.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([...KINDS].sort());
  });
});

describe('the two hash functions', () => {
  it('agree on any record', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const start = chainStart(SESSION);
        expect(hex(chainNext(start, record, pureSha256))).toBe(hex(chainNext(start, record, nodeSha256)));
      }),
    );
  });
});

describe('checkChain', () => {
  it('takes what was linked, and returns its head', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 8 }), (records) => {
        const linked = link(records);
        const head = linked.at(-1)?.chain ?? chainStart(SESSION);
        expect(checkChain(SESSION, linked)).toEqual({ ok: true, head });
      }),
    );
  });

  it('finds any flipped bit of the content, at its record', () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.nat(),
        (records, pick, bit) => {
          const linked = link(records);
          const index = pick % linked.length;
          const victim = linked[index];
          fc.pre(victim !== undefined && victim.bytes.length > 0);
          const bytes = Uint8Array.from(victim?.bytes ?? []);
          const at = bit % (bytes.length * 8);
          bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
          const changed = linked.map((record, i) => (i === index ? { ...record, bytes } : record));
          expect(checkChain(SESSION, changed)).toEqual({ ok: false, index });
        },
      ),
    );
  });

  const three = link([
    { kind: 'open', at: 1, bytes: Buffer.from('a') },
    { kind: 'batch', at: 2, bytes: Buffer.from('b') },
    { kind: 'close', at: 3, bytes: Buffer.from('c') },
  ]);
  const [first, second, third] = three as [(typeof three)[0], (typeof three)[0], (typeof three)[0]];

  it.each([
    ['another kind', [first, { ...second, kind: 'tick' as const }, third], 1],
    ['another time', [{ ...first, at: 2 }, second, third], 0],
    ['a missing record', [first, third], 1],
    ['two records exchanged', [second, first, third], 0],
    ['a record twice', [first, first, second], 1],
    ['a changed link', [first, { ...second, chain: first.chain }, third], 1],
    ['a shortened link', [first, second, { ...third, chain: third.chain.subarray(1) }], 2],
    ['a byte moved to the next record', [{ ...first, bytes: Buffer.from('') }, second, third], 0],
  ])('finds %s', (_name, records, index) => {
    expect(checkChain(SESSION, records)).toEqual({ ok: false, index });
  });

  it('finds records of another session', () => {
    expect(checkChain(`${SESSION}0`, three)).toEqual({ ok: false, index: 0 });
  });
});

describe('what cannot be part of a chain', () => {
  const record: ChainedRecord = { kind: 'tick', at: 0, bytes: new Uint8Array() };

  it.each([0, 31, 33])('a link of %i bytes', (length) => {
    expect(() => chainNext(new Uint8Array(length), record)).toThrow(RangeError);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('the time %d', (at) => {
    expect(() => chainNext(chainStart(SESSION), { ...record, at })).toThrow(RangeError);
  });

  it('a session id outside of ASCII', () => {
    expect(() => chainStart('课')).toThrow(RangeError);
  });
});
