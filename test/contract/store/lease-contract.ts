/** What every store must do about leases: who may write is decided in the store, not by a clock. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../server/src/app/ports.ts';
import { id, type Open, record, row, setUp } from './store-fixtures.ts';

/** One owner at a time, whatever the clocks say. */
function ownersContract(open: Open): void {
  describe('leases', () => {
    const on = setUp(open);
    const acquire = (owner: string, at: number, want = false) =>
      on.store.leases.acquire({ session: id(1), owner, at, want });
    const append = (n: number, epoch: number, store: Pick<Store, 'sessions'> = on.store) =>
      store.sessions.append({ row: row(1, { seq: n - 1 }), records: [record(n)], findings: [], epoch });
    const lost = { name: 'LeaseLost', code: 'unavailable' };

    it('given a living owner, then nobody else gets the sitting until it gives it up, and it hears who waits', async () => {
      await on.create(1);
      const { leases } = on.store;
      await leases.beat('a', 100);
      await leases.beat('b', 100);
      expect(await acquire('a', 50)).toBe(1);
      expect(await acquire('b', 50)).toBeNull();
      expect(await leases.held('a', 'wanted')).toEqual([]);
      expect(await acquire('b', 50, true)).toBeNull();
      expect(await leases.held('a', 'wanted')).toEqual([{ session: id(1), epoch: 1 }]);
      await leases.release({ session: id(1), epoch: 0 });
      expect(await acquire('b', 50)).toBeNull();
      await leases.release({ session: id(1), epoch: 1 });
      expect(await acquire('b', 50)).toBe(2);
      expect([await leases.held('a', 'all'), await leases.held('b', 'all')]).toEqual([
        [],
        [{ session: id(1), epoch: 2 }],
      ]);
      expect(await leases.acquire({ session: id(9), owner: 'a', at: 50, want: true })).toBeNull();
    });

    it('given an owner that lives no more, then the sitting can be taken; the owner itself gets it at any time', async () => {
      await on.create(1);
      await on.store.leases.beat('a', 100);
      expect(await acquire('a', 50)).toBe(1);
      expect(await acquire('a', 50)).toBe(2);
      expect(await acquire('b', 99)).toBeNull();
      expect(await acquire('b', 100)).toBe(3);
      await on.store.leases.beat('b', 200);
      await on.store.leases.beat('b', 0);
      expect(await acquire('a', 100)).toBe(4);
    });

    it('given another epoch than the present one, then nothing is stored and the store goes on', async () => {
      await on.create(1);
      await append(2, 0);
      await acquire('a', 1);
      await expect(append(3, 0)).rejects.toMatchObject(lost);
      await expect(append(3, 2)).rejects.toMatchObject(lost);
      await append(3, 1);
      expect(on.store.failure()).toBeNull();
      expect((await on.store.sessions.records(id(1))).map(({ n }) => n)).toEqual([1, 2, 3]);
    });
  });
}

/** Two servers at one sitting. */
function fencesContract(open: Open): void {
  describe('fences', () => {
    const on = setUp(open);
    const acquire = (owner: string, at: number, want = false) =>
      on.store.leases.acquire({ session: id(1), owner, at, want });
    const append = (n: number, epoch: number, store: Pick<Store, 'sessions'> = on.store) =>
      store.sessions.append({ row: row(1, { seq: n - 1 }), records: [record(n)], findings: [], epoch });
    const lost = { name: 'LeaseLost', code: 'unavailable' };

    it('given an old owner that slept through a taking, then it can write nothing, and what it wrote before is there', async () => {
      await on.create(1);
      await on.store.leases.beat('a', 100);
      expect(await acquire('a', 50)).toBe(1);
      await append(2, 1);
      const other = await on.store.another();
      try {
        const taken = { session: id(1), owner: 'b', at: 100, want: false };
        expect(await other.leases.acquire(taken)).toBe(2);
        await expect(append(3, 1)).rejects.toMatchObject(lost);
        await expect(append(3, 1)).rejects.toMatchObject(lost);
        await append(3, 2, other);
        const chain = (await other.sessions.records(id(1))).map(({ n, at }) => [n, at]);
        expect(chain).toEqual([1, 2, 3].map((n) => [n, record(n).at]));
        expect((await on.store.sessions.get(id(1)))?.seq).toBe(2);
        expect([on.store.failure(), other.failure()]).toEqual([null, null]);
      } finally {
        await other.close();
      }
    });

    it('given two servers that take at once, then one of them writes and the other does not', async () => {
      await on.create(1);
      const other = await on.store.another();
      try {
        const taking = { session: id(1), at: 1, want: false };
        const epochs = await Promise.all([
          on.store.leases.acquire({ ...taking, owner: 'a' }),
          other.leases.acquire({ ...taking, owner: 'b' }),
        ]);
        const [mine, theirs] = await Promise.allSettled([
          append(2, epochs[0] ?? -1),
          append(2, epochs[1] ?? -1, other),
        ]);
        expect([mine.status, theirs.status].sort()).toEqual(['fulfilled', 'rejected']);
        expect((await on.store.sessions.records(id(1))).map(({ n }) => n)).toEqual([1, 2]);
      } finally {
        await other.close();
      }
    });

    it('given a claim, then one live sitting holds it, until it ends', async () => {
      expect(await on.create(1, {}, 'c')).toBe(true);
      expect(await on.create(2, {}, 'c')).toBe(false);
      expect(await on.store.sessions.get(id(2))).toBeNull();
      expect(await on.create(3, {}, 'd')).toBe(true);
      await on.store.sessions.append({
        row: row(1, { endedAt: 9, ended: 'left' }),
        records: [],
        findings: [],
      });
      expect(await on.create(4, {}, 'c')).toBe(true);
    });
  });
}

/** @param open makes an empty store. */
export function leasesContract(open: Open): void {
  ownersContract(open);
  fencesContract(open);
}
