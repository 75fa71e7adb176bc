/** Records with a true chain and batches that name the one before, as a server stores them. */
import { createHash } from 'node:crypto';
import { chainNext, chainStart, type RecordKind } from '@zhenxue/evidence';
import type { StoredRecord } from '../../server/src/app/ports.ts';

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** Appends a record to a chain. */
export function chained(
  session: string,
  records: readonly StoredRecord[],
  record: { readonly kind: RecordKind; readonly at: number; readonly bytes: Uint8Array },
): readonly StoredRecord[] {
  const before = records.at(-1)?.chain ?? chainStart(session);
  return [...records, { n: records.length + 1, ...record, chain: chainNext(before, record) }];
}

/** An open record and `batches` batches. */
export function chainedRecords(session: string, batches: number): readonly StoredRecord[] {
  let records = chained(session, [], {
    kind: 'open',
    at: 1_000,
    bytes: Buffer.from(`{"session":"${session}"}`),
  });
  let prev = Buffer.from(records[0]?.chain ?? []).toString('base64url');
  for (let seq = 1; seq <= batches; seq += 1) {
    const events = [{ e: 'beat', t: seq * 5_000, m: seq * 5_001, s: 1 }];
    const bytes = Buffer.from(JSON.stringify({ v: 1, session, seq, prev, events }));
    records = chained(session, records, { kind: 'batch', at: 1_000 + seq * 5_007, bytes });
    prev = hashOf(bytes);
  }
  return records;
}
