/** What every store must do. A driver's test calls this with a factory; nothing here knows a driver. */
import type { Finding, PlatformFinding } from '@zhenxue/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BanRow, SessionRow, SessionStore, Store, StoredRecord } from '../../../server/src/app/ports.ts';

/** A store under test. */
export interface StoreUnderTest extends Omit<Store, 'close'> {
  /** Opens the same data once more, as another server would. */
  another(): Promise<Store>;
  /** Closes it and opens it again over the same data. */
  reopen(): Promise<StoreUnderTest>;
  destroy(): Promise<void>;
}

const SEED = 'ab'.repeat(32);

function id(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}

function row(n: number, change: Partial<SessionRow> = {}): SessionRow {
  return {
    session: id(n),
    platform: 'p1',
    learner: 'l1',
    course: 'c1',
    lesson: 'x1',
    packId: 'demo',
    build: 'b1',
    openedAt: 1_000 + n,
    endedAt: null,
    ended: null,
    outcome: 'in_progress',
    creditedMs: 0,
    coveragePermille: 0,
    violations: 0,
    suppressions: [],
    credited: [],
    seq: 0,
    dueAt: null,
    ...change,
  };
}

function record(n: number, change: Partial<StoredRecord> = {}): StoredRecord {
  const chain = new Uint8Array(32).fill(n);
  return {
    n,
    kind: n === 1 ? 'open' : 'batch',
    at: 1_000 + n,
    bytes: Buffer.from(`record ${n}`),
    chain,
    ...change,
  };
}

function finding(name: string, measured = 1): Finding {
  const both = { zh: '原因', en: 'reason' };
  return {
    id: name,
    rule: 'popup-interval',
    kind: 'popup-suppressed',
    severity: 'violation',
    attribution: 'unknown',
    attributionReason: both,
    clause: 'x:1',
    span: { fromAt: 1, toAt: 2, fromT: 1, toT: 2, fromM: 1, toM: 2 },
    claimed: null,
    measured,
    reason: both,
    evidence: [],
  };
}

function plain(records: readonly StoredRecord[]): unknown {
  return records.map((r) => ({ ...r, bytes: Buffer.from(r.bytes).toString(), chain: [...r.chain] }));
}

type Open = () => Promise<StoreUnderTest>;

/** Opens a store before each test and destroys it after. */
function setUp(open: Open) {
  let store: StoreUnderTest;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => {
    await store.destroy();
  });
  return {
    get store(): StoreUnderTest {
      return store;
    },
    async reopen(): Promise<void> {
      store = await store.reopen();
    },
    create: (n: number, change: Partial<SessionRow> = {}, claim?: string) =>
      store.sessions.create({ row: row(n, change), records: [record(1)], findings: [] }, SEED, claim),
  };
}

/** What is written comes back. */
function recordsContract(open: Open): void {
  describe('records', () => {
    const on = setUp(open);

    it('given a created sitting, then row, records and seed come back, also after a reopening', async () => {
      await on.create(1, { credited: [[0, 5]], suppressions: ['popup-suppressed'] });
      await on.reopen();
      expect(await on.store.sessions.get(id(1))).toEqual(
        row(1, { credited: [[0, 5]], suppressions: ['popup-suppressed'] }),
      );
      expect(plain(await on.store.sessions.records(id(1)))).toEqual(plain([record(1)]));
      expect(await on.store.sessions.seed(id(1))).toBe(SEED);
      expect(await on.store.sessions.get(id(2))).toBeNull();
      expect(await on.store.sessions.seed(id(2))).toBeNull();
    });

    it('given appends of one turn, then all are stored in their order with the last row', async () => {
      await on.create(1);
      const appends = [2, 3, 4].map((n) =>
        on.store.sessions.append({ row: row(1, { seq: n - 1 }), records: [record(n)], findings: [] }),
      );
      await Promise.all(appends);
      await on.reopen();
      expect((await on.store.sessions.records(id(1))).map(({ n }) => n)).toEqual([1, 2, 3, 4]);
      expect((await on.store.sessions.get(id(1)))?.seq).toBe(3);
    });

    it('given bytes of every value, then they come back unchanged', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      await on.store.sessions.create({ row: row(1), records: [record(1, { bytes })], findings: [] }, SEED);
      const [back] = await on.store.sessions.records(id(1));
      expect([...(back?.bytes ?? [])]).toEqual([...bytes]);
    });

    it('given batches between other records, then a batch is found by its sequence number', async () => {
      await on.create(1);
      const records = [record(2), record(3, { kind: 'tick' }), record(4)];
      await on.store.sessions.append({ row: row(1, { seq: 2 }), records, findings: [] });
      const textOf = async (seq: number) => {
        const bytes = await on.store.sessions.batchBytes(id(1), seq);
        return bytes === null ? null : Buffer.from(bytes).toString();
      };
      expect([await textOf(1), await textOf(2), await textOf(3)]).toEqual(['record 2', 'record 4', null]);
    });

    it('given a finding that grows, then it is kept once, in the order of its first appearance', async () => {
      await on.create(1);
      await on.store.sessions.append({
        row: row(1),
        records: [record(2)],
        findings: [finding('F1'), finding('F2')],
      });
      await on.store.sessions.append({ row: row(1), records: [record(3)], findings: [finding('F1', 9)] });
      expect(await on.store.sessions.findings(id(1))).toEqual([finding('F1', 9), finding('F2')]);
    });
  });
}

/** Lists, due times and figures. */
function queriesContract(open: Open): void {
  describe('queries', () => {
    const on = setUp(open);

    it('given live and ended sittings, then only a live one of that lesson is found', async () => {
      await on.create(1, { endedAt: 5, ended: 'left' });
      expect(await on.store.sessions.findLive('p1', 'l1', 'c1', 'x1')).toBeNull();
      await on.create(2);
      expect((await on.store.sessions.findLive('p1', 'l1', 'c1', 'x1'))?.session).toBe(id(2));
      expect(await on.store.sessions.findLive('p2', 'l1', 'c1', 'x1')).toBeNull();
    });

    it('given due times, then the due live sittings come back, earliest first, at most so many', async () => {
      await on.create(1, { dueAt: 30 });
      await on.create(2, { dueAt: 10 });
      await on.create(3, { dueAt: 20, endedAt: 5, ended: 'left' });
      await on.create(4, { dueAt: 40 });
      await on.create(5);
      expect(await on.store.sessions.due(30, 10)).toEqual([id(2), id(1)]);
      expect(await on.store.sessions.due(30, 1)).toEqual([id(2)]);
      expect((await on.store.sessions.livePlatformSessions('p1')).length).toBe(4);
    });

    it('given earlier sittings, then only those that no violation spoils are credited', async () => {
      await on.create(1, { credited: [[0, 5]], outcome: 'incomplete' });
      await on.create(2, { credited: [[5, 9]], outcome: 'invalid' });
      await on.create(3, { credited: [[9, 12]], learner: 'l2' });
      expect(await on.store.sessions.credited('p1', 'l1', 'c1', 'x1')).toEqual([[0, 5]]);
    });

    it('given filters and pages, then the list is newest first and complete', async () => {
      for (let n = 1; n <= 5; n += 1)
        await on.create(n, { openedAt: n < 3 ? 100 : 200, learner: n === 5 ? 'l2' : 'l1' });
      const all: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<SessionStore['list']>> = await on.store.sessions.list(
          {},
          { limit: 2, cursor },
        );
        all.push(...page.items.map(({ session }) => session));
        cursor = page.next;
      } while (cursor !== null);
      expect(all).toEqual([5, 4, 3, 2, 1].map(id));
      const filter = { platform: 'p1', learner: 'l1', openedFrom: 200, openedBefore: 201 } as const;
      const some = await on.store.sessions.list(filter, { limit: 10, cursor: null });
      expect(some.items.map(({ session }) => session)).toEqual([4, 3].map(id));
      const none = on.store.sessions.list({}, { limit: 2, cursor: 'bm9uc2Vuc2U' });
      await expect(none).rejects.toMatchObject({ code: 'invalid-request' });
    });

    it('given a population, then exactly the sittings of lesson, build and window count', async () => {
      const suppressions = ['popup-suppressed'];
      await on.create(1, { openedAt: 50, suppressions });
      await on.create(2, { openedAt: 50, learner: 'l2' });
      await on.create(3, { openedAt: 50, build: 'b2', suppressions });
      await on.create(4, { openedAt: 50, lesson: 'x2', suppressions });
      await on.create(5, { openedAt: 50, course: 'c2', suppressions });
      await on.create(6, { openedAt: 49, suppressions });
      await on.create(7, { openedAt: 50, suppressions: ['photo-suppressed'] });
      const query = { platform: 'p1', course: 'c1', lesson: 'x1', build: 'b1', from: 50, to: 60 };
      expect(await on.store.sessions.population({ ...query, suppression: 'popup-suppressed' })).toEqual({
        sittings: 3,
        affected: [{ session: id(1), learner: 'l1', openedAt: 50 }],
      });
    });
  });
}

/** Tickets, platforms, courses and keys. */
function registryContract(open: Open): void {
  describe('registry', () => {
    const on = setUp(open);

    it('given a ticket, then exactly one use succeeds, also of two at once', async () => {
      await on.store.tickets.add({ jti: 't1', session: id(1), expiresAt: 100 });
      expect(await on.store.tickets.standing('t1')).toBe('fresh');
      const uses = await Promise.all([on.store.tickets.use('t1', 1), on.store.tickets.use('t1', 1)]);
      expect(uses.filter(Boolean).length).toBe(1);
      expect(await on.store.tickets.standing('t1')).toBe('used');
      expect(await on.store.tickets.use('t2', 1)).toBe(false);
      await on.reopen();
      expect(await on.store.tickets.use('t1', 2)).toBe(false);
      expect([await on.store.tickets.sweep(100), await on.store.tickets.sweep(101)]).toEqual([0, 1]);
      expect(await on.store.tickets.standing('t1')).toBe('unknown');
    });

    it('given platforms, courses and keys, then they come back, changed ones changed', async () => {
      const { registry } = on.store;
      await registry.putPlatform({ id: 'p1', name: 'one', listed: false });
      await registry.putPlatform({ id: 'p1', name: 'One', listed: true });
      expect(await registry.platform('p1')).toEqual({ id: 'p1', name: 'One', listed: true });
      expect(await registry.platform('p2')).toBeNull();
      const lessons = [{ id: 'x1', title: 'X', videoMs: 5 }];
      await registry.putCourse('p1', { id: 'c1', title: 'old', lessons });
      await registry.putCourse('p1', { id: 'c1', title: 'C', lessons });
      expect(await registry.course('p1', 'c1')).toEqual({ id: 'c1', title: 'C', lessons });
      expect(await registry.course('p2', 'c1')).toBeNull();
      expect(await registry.courses('p1')).toHaveLength(1);
      const key = { hash: 'h', label: 'k', platform: 'p1', scopes: ['tickets'], mode: 'live' } as const;
      await registry.putKey(key);
      expect(await registry.key('h')).toEqual(key);
      expect(await registry.key('g')).toBeNull();
      await on.create(1);
      await on.create(2, { outcome: 'invalid' });
      expect(await registry.platforms()).toEqual([
        { id: 'p1', name: 'One', listed: true, sessions: 2, invalid: 1 },
      ]);
    });
  });
}

/** Bans rest on sittings, once. */
function bansContract(open: Open): void {
  describe('bans', () => {
    const on = setUp(open);

    it('given a ban, then another one on the same sittings is not imposed, also of two at once', async () => {
      const cites = [{ session: id(1), finding: 'F1' }];
      const found = (name: string, change: Partial<PlatformFinding> = {}): [PlatformFinding, BanRow] => {
        const base = {
          platform: 'p1',
          kind: 'popup-suppressed',
          clause: 'x:1',
          violationDate: '2026-11-23',
          foundAt: 1,
        };
        const reason = { zh: '原因', en: 'reason' };
        const platformFinding = { id: name, ...base, reason, cites, ...change };
        const { platform } = platformFinding;
        const term = { startsOn: '2026-11-23', endsOn: '2028-11-23', zone: 'Asia/Shanghai' };
        const ban: BanRow = {
          id: `ban-${name}`,
          platform,
          ...term,
          imposedAt: 1,
          mode: 'automatic',
          finding: platformFinding,
        };
        return [platformFinding, ban];
      };
      const impose = (...args: Parameters<typeof found>) => on.store.registry.impose(...found(...args));
      expect((await Promise.all([impose('f1'), impose('f2')])).filter(Boolean).length).toBe(1);
      expect(await impose('f3', { kind: 'photo-suppressed' })).toBe(true);
      expect(await impose('f4', { platform: 'p2' })).toBe(true);
      expect(await impose('f5', { cites: [...cites, { session: id(2), finding: 'F1' }] })).toBe(false);
      await on.reopen();
      expect((await on.store.registry.bans('p1')).length).toBe(2);
      expect((await on.store.registry.bans(null)).length).toBe(3);
      expect(await on.store.registry.bans('p2')).toEqual([found('f4', { platform: 'p2' })[1]]);
    });
  });
}

/** One owner at a time, whatever the clocks say. */
function leasesContract(open: Open): void {
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
export function storeContract(name: string, open: Open): void {
  describe(`store contract: ${name}`, () => {
    recordsContract(open);
    queriesContract(open);
    registryContract(open);
    bansContract(open);
    leasesContract(open);
  });
}
