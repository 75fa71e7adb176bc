/** What every store must do. A driver's test calls this with a factory; nothing here knows a driver. */
import type { PlatformFinding } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import type { BanRow, SessionStore } from '../../../server/src/app/ports.ts';
import { archiveContract } from './archive-contract.ts';
import { identityContract } from './identity-contract.ts';
import { leasesContract } from './lease-contract.ts';
import { auditContract, outboxContract, outboxListsContract, placesContract } from './office-contract.ts';
import { retentionContract } from './retention-contract.ts';
import { finding, id, type Open, plain, record, row, SEED, setUp } from './store-fixtures.ts';

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

/** @param open makes an empty store. */
export function storeContract(name: string, open: Open): void {
  describe(`store contract: ${name}`, () => {
    recordsContract(open);
    queriesContract(open);
    registryContract(open);
    bansContract(open);
    archiveContract(open);
    retentionContract(open);
    leasesContract(open);
    identityContract(open);
    placesContract(open);
    auditContract(open);
    outboxContract(open);
    outboxListsContract(open);
  });
}
