/** What every store must do about packed records: the block comes whole, the rows go with it, everything else stays. */
import { describe, expect, it } from 'vitest';
import { createArchiveCodec } from '../../../server/src/adapters/archive/codec.ts';
import { archiveEnded, archiveSitting } from '../../../server/src/app/archive-ended.ts';
import { withArchive } from '../../../server/src/app/archived-sessions.ts';
import { chainedRecords } from '../../support/chained-records.ts';
import { finding, id, type Open, plain, row, SEED, setUp } from './store-fixtures.ts';

const SILENT = { info: () => {}, warn: () => {}, error: () => {} };
const UNCOUNTED = { count: () => {}, observe: () => {} };

const codec = createArchiveCodec();

/** Sitting n with six records, ended or live. */
async function endedAt(
  on: ReturnType<typeof setUp>,
  n: number,
  at: number | null,
): Promise<ReturnType<typeof chainedRecords>> {
  const records = chainedRecords(id(n), 5);
  const [first, ...rest] = records;
  if (first === undefined) throw new Error('expected records');
  await on.store.sessions.create({ row: row(n), records: [first], findings: [] }, SEED);
  await on.store.sessions.append({
    row: row(n, { seq: 5, ...(at === null ? {} : { endedAt: at, ended: 'left', outcome: 'invalid' }) }),
    records: rest,
    findings: [finding('F1')],
  });
  return records;
}

function packedContract(open: Open): void {
  describe('archive', () => {
    const on = setUp(open);
    const reading = () => withArchive(on.store.sessions, on.store.archives, codec);
    const deps = () => ({ sessions: on.store.sessions, archives: on.store.archives, codec });

    it('given an ended sitting, then it reads the same when it is packed, also after a reopening', async () => {
      const records = await endedAt(on, 1, 50);
      const rowBefore = await on.store.sessions.get(id(1));
      expect(await archiveSitting(deps(), id(1))).toBe(true);
      await on.reopen();
      expect(await on.store.sessions.records(id(1))).toEqual([]);
      expect(plain(await reading().records(id(1)))).toEqual(plain(records));
      expect(await on.store.sessions.get(id(1))).toEqual(rowBefore);
      expect(await on.store.sessions.findings(id(1))).toEqual([finding('F1')]);
      expect(await on.store.sessions.seed(id(1))).toBe(SEED);
      const bytes = await Promise.all([1, 5, 6].map((seq) => reading().batchBytes(id(1), seq)));
      expect(bytes.map((one) => (one === null ? null : Buffer.from(one)))).toEqual([
        Buffer.from(records[1]?.bytes ?? []),
        Buffer.from(records[5]?.bytes ?? []),
        null,
      ]);
      const { items } = await on.store.sessions.list({ learner: 'l1' }, { limit: 5, cursor: null });
      expect(items.map(({ session }) => session)).toEqual([id(1)]);
    });

    it('given live, fresh and older sittings, then the older ones wait, earliest end first, until they are packed', async () => {
      await endedAt(on, 1, null);
      await endedAt(on, 2, 100);
      await endedAt(on, 3, 60);
      await endedAt(on, 4, 50);
      const { archives } = on.store;
      expect(await archives.waiting(100, 10)).toEqual([id(4), id(3)]);
      expect(await archives.waiting(100, 1)).toEqual([id(4)]);
      const all = { ...deps(), clock: { now: () => 110 }, log: SILENT, metrics: UNCOUNTED, quietMs: 10 };
      expect(await archiveEnded(all, new Set())).toBe(false);
      expect(await archives.waiting(100, 10)).toEqual([]);
      expect(await archives.waiting(101, 10)).toEqual([id(2)]);
      expect(await archiveSitting(deps(), id(4))).toBe(false);
    });
  });
}

/** What is not of the records stored, or does not hold, is left as it is. */
function refusalsContract(open: Open): void {
  describe('archive refusals', () => {
    const on = setUp(open);
    const deps = () => ({ sessions: on.store.sessions, archives: on.store.archives, codec });

    it('given a live sitting, or a block that is not of the records stored, then nothing is moved', async () => {
      const records = await endedAt(on, 1, null);
      await endedAt(on, 2, 50);
      const block = { session: id(1), ...(await codec.pack(records)) };
      expect(await on.store.archives.move(block)).toBe(false);
      const short = { session: id(2), ...(await codec.pack(chainedRecords(id(2), 4))) };
      expect(await on.store.archives.move(short)).toBe(false);
      expect(await on.store.archives.move({ ...block, session: id(2) })).toBe(false);
      expect(await on.store.archives.move({ ...block, session: id(9) })).toBe(false);
      expect((await on.store.sessions.records(id(1))).length).toBe(6);
      expect((await on.store.sessions.records(id(2))).length).toBe(6);
      expect(await on.store.archives.get(id(1))).toBeNull();
    });

    it('given a sitting whose chain does not hold, then it stays as it is and is left alone', async () => {
      await on.create(1);
      const broken = chainedRecords(id(1), 3).slice(1);
      await on.store.sessions.append({ row: row(1, { endedAt: 5 }), records: broken, findings: [] });
      await endedAt(on, 2, 6);
      const damaged = new Set<string>();
      const all = { ...deps(), clock: { now: () => 100 }, log: SILENT, metrics: UNCOUNTED, quietMs: 0 };
      await archiveEnded(all, damaged);
      expect([...damaged]).toEqual([id(1)]);
      expect((await on.store.sessions.records(id(1))).length).toBe(4);
      expect(await on.store.archives.waiting(100, 10)).toEqual([id(1)]);
    });
  });
}

export function archiveContract(open: Open): void {
  packedContract(open);
  refusalsContract(open);
}
