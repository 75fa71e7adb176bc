/** What every store must do about deletion on purpose: one kind after the other, a tombstone for each, evidence stays. */
import { describe, expect, it } from 'vitest';
import { createArchiveCodec } from '../../../server/src/adapters/archive/codec.ts';
import { archiveSitting } from '../../../server/src/app/archive-ended.ts';
import type { PhotoDisposal, RetentionKind } from '../../../server/src/app/ports.ts';
import { hashOfRest, type RetentionDays, runRetention } from '../../../server/src/app/retention.ts';
import { chainedRecords } from '../../support/chained-records.ts';
import { finding, id, type Open, row, SEED, setUp } from './store-fixtures.ts';

const DAY_MS = 86_400_000;
const KINDS: readonly RetentionKind[] = ['photos', 'records', 'findings', 'verdicts'];
const FOREVER: RetentionDays = { photos: null, records: null, findings: null, verdicts: null, audit: null };

function photosOf(stored: Set<string>): PhotoDisposal {
  return {
    hashes: async ({ session }) => (stored.has(session) ? [['p1', 'hash']] : []),
    remove: async ({ session }) => void stored.delete(session),
  };
}

/** Sittings that are packed and have a photo each, and the run over them. */
function setUpRetention(on: ReturnType<typeof setUp>) {
  const photos = new Set<string>();

  /** Sitting n ends on day n and is packed. */
  async function packed(n: number): Promise<void> {
    const [first, ...rest] = chainedRecords(id(n), 3);
    if (first === undefined) throw new Error('expected records');
    const ended = row(n, { endedAt: n * DAY_MS, ended: 'left', outcome: 'invalid' });
    await on.store.sessions.create({ row: row(n), records: [first], findings: [] }, SEED);
    await on.store.sessions.append({ row: ended, records: rest, findings: [finding('F1')] });
    const { sessions, archives } = on.store;
    await archiveSitting({ sessions, archives, codec: createArchiveCodec() }, id(n));
    photos.add(id(n));
  }

  async function run(days: Partial<RetentionDays>, apply: boolean, today = 10): Promise<readonly number[]> {
    const clock = { now: () => today * DAY_MS };
    const deps = { ...on.store, photos: photosOf(photos), clock, days: { ...FOREVER, ...days } };
    return (await runRetention(deps, apply)).map(({ sittings }) => sittings);
  }
  return { photos, packed, run };
}

export function retentionContract(open: Open): void {
  describe('retention', () => {
    const on = setUp(open);
    const { photos, packed, run } = setUpRetention(on);

    it('given no setting, then nothing goes', async () => {
      await packed(1);
      expect(await run({}, true)).toEqual([0, 0, 0, 0]);
      expect((await on.store.archives.get(id(1)))?.count).toBe(4);
    });

    it('given days, then what is older goes kind by kind and leaves tombstones, the rest stays', async () => {
      for (const n of [1, 2, 9]) await packed(n);
      const days = { photos: 5, records: 5, findings: 5, verdicts: 8 };
      expect(await run(days, false)).toEqual([2, 2, 0, 0]);
      expect(photos.size).toBe(3);
      const head = (await on.store.archives.get(id(2)))?.head;
      const before = await on.store.sessions.get(id(2));
      expect(await run(days, true)).toEqual([2, 2, 2, 1]);
      expect(await run(days, true)).toEqual([0, 0, 0, 0]);
      await on.reopen();
      const { sessions, archives, retention } = on.store;
      expect([...photos]).toEqual([id(9)]);
      expect(await sessions.get(id(1))).toBeNull();
      expect(await sessions.get(id(2))).toEqual(before);
      expect([await archives.get(id(2)), await sessions.seed(id(2))]).toEqual([null, null]);
      expect(await sessions.records(id(2))).toEqual([]);
      expect(await sessions.findings(id(2))).toEqual([]);
      expect((await archives.get(id(9)))?.count).toBe(4);
      expect(await retention.tombstones(id(9))).toEqual([]);
      const stones = await retention.tombstones(id(2));
      expect(stones.map(({ kind }) => kind)).toEqual(['photos', 'records', 'findings']);
      expect(stones[1]).toMatchObject({ endedAt: 2 * DAY_MS, at: 10 * DAY_MS, reason: 'kept for 5 days' });
      expect(Buffer.from(stones[1]?.hash ?? [])).toEqual(Buffer.from(head ?? []));
      expect(Buffer.from(stones[2]?.left ?? [])).toEqual(Buffer.from(hashOfRest(before, [])));
      expect((await retention.tombstones(id(1))).map(({ kind }) => kind)).toEqual(KINDS);
      expect(await archives.waiting(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
    });

    it('given a sitting that is cited against a platform, live or not packed, then nothing of it goes', async () => {
      await packed(1);
      await on.create(2);
      await on.create(3, { endedAt: 3 * DAY_MS, ended: 'left' });
      const reason = { zh: '原因', en: 'reason' };
      const cites = [{ session: id(1), finding: 'F1' }];
      const base = { platform: 'p1', kind: 'k', clause: 'x:1', violationDate: '2026-11-23', foundAt: 1 };
      const found = { id: 'f1', ...base, reason, cites };
      const term = { startsOn: '2026-11-23', endsOn: '2028-11-23', zone: 'Asia/Shanghai' };
      const ban = {
        id: 'b1',
        platform: 'p1',
        ...term,
        imposedAt: 1,
        mode: 'automatic',
        finding: found,
      } as const;
      await on.store.registry.impose(found, ban);
      expect(await run({ photos: 1, records: 1, findings: 1, verdicts: 1 }, true)).toEqual([0, 0, 0, 0]);
      expect((await on.store.archives.get(id(1)))?.count).toBe(4);
      expect((await on.store.sessions.records(id(3))).length).toBe(1);
    });
  });
}
