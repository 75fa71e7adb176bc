import { RECORD_KINDS, type RecordKind } from '@zhenxue/evidence';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createArchiveCodec } from '../../../server/src/adapters/archive/codec.ts';
import type { StoredRecord } from '../../../server/src/app/ports.ts';
import { chained, chainedRecords } from '../../support/chained-records.ts';

const SESSION = '00000000-0000-7000-8000-000000000001';
const codec = createArchiveCodec();

const KIND = fc.constantFrom(...(Object.keys(RECORD_KINDS) as RecordKind[]));
const BODY = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string().map((text) => Buffer.from(text)),
);
const AT = fc.oneof(fc.nat(), fc.constantFrom(0, 1, 2 ** 51));
const RECORDS = fc.array(fc.record({ kind: KIND, at: AT, bytes: BODY }), { minLength: 1, maxLength: 30 });

function same(a: readonly StoredRecord[], b: readonly StoredRecord[]): boolean {
  const text = (list: readonly StoredRecord[]) =>
    JSON.stringify(list.map((r) => [r.n, r.kind, r.at, Buffer.from(r.bytes).toString('hex'), [...r.chain]]));
  return text(a) === text(b);
}

describe('the archive codec', () => {
  it('given any records, then exactly the same come back', async () => {
    await fc.assert(
      fc.asyncProperty(RECORDS, async (list) => {
        const records = list.reduce<readonly StoredRecord[]>((sum, one) => chained(SESSION, sum, one), []);
        const packed = await codec.pack(records);
        expect(same(await codec.unpack({ session: SESSION, ...packed }), records)).toBe(true);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it('given batches that name the one before, then their hashes take no room', async () => {
    const few = await codec.pack(chainedRecords(SESSION, 100));
    const many = await codec.pack(chainedRecords(SESSION, 200));
    expect((many.body.length - few.body.length) / 100).toBeLessThan(24);
    const back = await codec.unpack({ session: SESSION, ...many });
    expect(same(back, chainedRecords(SESSION, 200))).toBe(true);
  });

  it('given any changed bit, length, count, head or session, then it is refused', async () => {
    const packed = { session: SESSION, ...(await codec.pack(chainedRecords(SESSION, 4))) };
    for (let at = 0; at < packed.body.length * 8; at += 1) {
      const body = Uint8Array.from(packed.body);
      body[at >> 3] = (body[at >> 3] ?? 0) ^ (1 << (at & 7));
      const outcome = await codec.unpack({ ...packed, body }).then(
        () => 'taken',
        () => 'refused',
      );
      expect(outcome).toBe('refused');
    }
    const head = Uint8Array.from(packed.head);
    head[0] = (head[0] ?? 0) ^ 1;
    for (const changed of [
      { ...packed, head },
      { ...packed, count: packed.count - 1 },
      { ...packed, body: packed.body.subarray(0, -1) },
      { ...packed, body: Buffer.concat([packed.body, Buffer.of(0)]) },
      { ...packed, session: SESSION.replace('1', '2') },
      { ...packed, session: `${SESSION.slice(0, -1)}2` },
    ])
      await expect(codec.unpack(changed)).rejects.toThrow();
  });

  it('given no records or records with a hole, then nothing is packed', async () => {
    await expect(codec.pack([])).rejects.toThrow('at least one record');
    await expect(codec.pack(chainedRecords(SESSION, 3).slice(1))).rejects.toThrow('expected record 1');
  });
});
