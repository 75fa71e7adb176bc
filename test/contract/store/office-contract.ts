/** What every store must do beside the sittings: places, the audit chain, the outbox. */
import { describe, expect, it } from 'vitest';
import type { AuditEntry, NewNotice } from '../../../server/src/app/office-ports.ts';
import { type Open, setUp } from './store-fixtures.ts';

/** Where persons are connected. */
export function placesContract(open: Open): void {
  describe('places', () => {
    const on = setUp(open);
    const at = (session: string, owner: string, person = 'p', expiresAt = 100) => ({
      ...{ person, session, owner, expiresAt },
    });

    it('given one place, then nothing is shared; given a second one, then both are, each for its own server', async () => {
      const { places } = on.store;
      expect(await places.enter(at('s1', 'a'))).toBe(false);
      expect(await places.enter(at('s1', 'b'))).toBe(false);
      expect(await places.enter(at('s9', 'a', 'q'))).toBe(false);
      expect([await places.shared('a'), await places.shared('b')]).toEqual([[], []]);
      expect(await places.enter(at('s2', 'a'))).toBe(true);
      expect([await places.shared('a'), await places.shared('b')]).toEqual([['s2'], ['s1']]);
    });

    it('given two that enter at once, then both places are shared', async () => {
      const other = await on.store.another();
      try {
        await Promise.all([on.store.places.enter(at('s1', 'a')), other.places.enter(at('s2', 'b'))]);
        expect([await other.places.shared('a'), await on.store.places.shared('b')]).toEqual([['s1'], ['s2']]);
      } finally {
        await other.close();
      }
    });

    it('given stretches, then the other places of the person get them, also after the sitting has left', async () => {
      const { places } = on.store;
      await places.enter(at('s1', 'a'));
      await places.enter(at('s2', 'b'));
      expect(await places.exchange('p', 's1', [[1, 5]])).toEqual([
        { session: 's2', owner: 'b', stretches: [] },
      ]);
      await places.exchange('p', 's1', [
        [1, 6],
        [8, 9],
      ]);
      await places.leave(at('s1', 'a'));
      const stretches = [
        [1, 6],
        [8, 9],
      ];
      expect(await places.exchange('p', 's2', [])).toEqual([{ session: 's1', owner: 'a', stretches }]);
      expect(await places.shared('a')).toEqual([]);
      expect(await places.enter(at('s2', 'b'))).toBe(false);
      expect(await places.shared('b')).toEqual([]);
    });

    it('given a place that was never shared, then leaving leaves nothing; what expired is forgotten', async () => {
      const { places } = on.store;
      await places.enter(at('s1', 'a'));
      await places.leave(at('s1', 'b'));
      expect(await places.exchange('q', 's2', [])).toEqual([]);
      expect(await places.exchange('p', 's2', [])).toHaveLength(1);
      await places.leave(at('s1', 'a'));
      await places.enter(at('s2', 'a'));
      expect(await places.exchange('p', 's2', [])).toEqual([]);
      expect([await places.sweep(100), await places.sweep(101)]).toEqual([0, 1]);
    });
  });
}

const link = (what: string, who = 'w', caseId: string | null = null) => {
  return (n: number, before: string): AuditEntry => ({
    ...{ n, at: 10 + n, who, what, subject: `s-${what}`, why: 'because', caseId },
    chain: `${before}>${n}`,
  });
};

/** Who did what, why and for which case. */
export function auditContract(open: Open): void {
  describe('audit', () => {
    const on = setUp(open);

    it('given acts, then they are linked in order, also after a reopening', async () => {
      expect(await on.store.audit.append(link('a', 'w', 'case-1'))).toMatchObject({ n: 1, chain: '>1' });
      await on.reopen();
      await on.store.audit.append(link('b'));
      const [first, second] = await on.store.audit.read(1, 10);
      expect(first).toEqual(link('a', 'w', 'case-1')(1, ''));
      expect(second).toEqual(link('b')(2, '>1'));
      expect((await on.store.audit.read(2, 10)).map(({ n }) => n)).toEqual([2]);
      expect((await on.store.audit.read(1, 1)).map(({ n }) => n)).toEqual([1]);
    });

    it('given two servers that write at once, then the chain has no hole and no fork', async () => {
      const other = await on.store.another();
      try {
        await Promise.all(
          Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? on.store : other).audit.append(link(`x${i}`))),
        );
        const entries = await other.audit.read(1, 10);
        expect(entries.map(({ chain }) => chain)).toEqual([
          '>1',
          '>1>2',
          '>1>2>3',
          '>1>2>3>4',
          '>1>2>3>4>5',
          '>1>2>3>4>5>6',
        ]);
        expect(new Set(entries.map(({ what }) => what)).size).toBe(6);
      } finally {
        await other.close();
      }
    });

    it('given a filter, then its matches come newest first, page by page', async () => {
      for (const [what, who, caseId] of [
        ['a', 'w', null],
        ['b', 'v', 'c'],
        ['c', 'w', 'c'],
        ['d', 'w', null],
      ] as const)
        await on.store.audit.append(link(what, who, caseId));
      const { audit } = on.store;
      const first = await audit.list({ who: 'w' }, { limit: 2, cursor: null });
      expect(first.items.map(({ what }) => what)).toEqual(['d', 'c']);
      const rest = await audit.list({ who: 'w' }, { limit: 2, cursor: first.next });
      expect([rest.items.map(({ what }) => what), rest.next]).toEqual([['a'], null]);
      const ofCase = await audit.list({ caseId: 'c', subject: 's-b' }, { limit: 9, cursor: null });
      expect(ofCase.items.map(({ n }) => n)).toEqual([2]);
      const bad = audit.list({}, { limit: 1, cursor: 'zero' });
      await expect(bad).rejects.toMatchObject({ code: 'invalid-request' });
    });
  });
}

function notice(id: string, change: Partial<NewNotice> = {}): NewNotice {
  return {
    ...{ id, kind: 'session.sealed', recipient: 'p1', payload: `{"id":"${id}"}`, createdAt: 1, dueAt: 10 },
    ...change,
  };
}

/** The queue of what is to be told to others. */
export function outboxContract(open: Open): void {
  describe('outbox', () => {
    const on = setUp(open);
    const claim = (at: number, until = at + 30, limit = 10) => on.store.outbox.claim({ at, until, limit });

    it('given a notice, then it is queued once and claimed once it is due, earliest first, at most so many', async () => {
      const { outbox } = on.store;
      expect(await outbox.put(notice('a', { dueAt: 12 }))).toBe(true);
      expect(await outbox.put(notice('a', { payload: 'other' }))).toBe(false);
      await outbox.put(notice('b'));
      await outbox.put(notice('c', { dueAt: 13 }));
      await on.reopen();
      expect(await claim(9)).toEqual([]);
      const first = await claim(13, 43, 2);
      expect(first.map(({ id, attempts }) => [id, attempts])).toEqual([
        ['b', 1],
        ['a', 1],
      ]);
      expect(first[1]).toMatchObject(notice('a', { dueAt: 43 }));
      expect((await claim(13)).map(({ id }) => id)).toEqual(['c']);
      expect(await claim(42)).toEqual([]);
    });

    it('given a claim that nobody settled, then it can be taken, and the first taker settles nothing any more', async () => {
      const { outbox } = on.store;
      await outbox.put(notice('a'));
      await claim(10);
      expect((await claim(40)).map(({ attempts }) => attempts)).toEqual([2]);
      expect(await outbox.settle('a', 1, { kind: 'retry', dueAt: 50, error: 'late' })).toBe(false);
      expect(await outbox.settle('a', 2, { kind: 'done' })).toBe(true);
      expect(await outbox.settle('a', 2, { kind: 'failed', error: 'twice' })).toBe(false);
      expect(await claim(1_000)).toEqual([]);
    });

    it('given a failed try, then it waits until it is due again, or is given up', async () => {
      const { outbox } = on.store;
      await outbox.put(notice('a'));
      await claim(10);
      expect(await outbox.settle('a', 1, { kind: 'retry', dueAt: 60, error: 'expected 2xx, got 500' })).toBe(
        true,
      );
      expect(await claim(59)).toEqual([]);
      const [second] = await claim(60);
      expect(second).toMatchObject({ attempts: 2, lastError: 'expected 2xx, got 500' });
      expect(await outbox.settle('a', 2, { kind: 'failed', error: 'given up' })).toBe(true);
      expect(await claim(1_000)).toEqual([]);
      expect(await outbox.again('a', 2_000)).toBe(true);
      expect(await outbox.again('a', 2_000)).toBe(false);
      expect((await claim(2_000)).map(({ attempts }) => attempts)).toEqual([3]);
    });
  });
}

/** The queue over servers, and its lists. */
export function outboxListsContract(open: Open): void {
  describe('outbox over servers, and its lists', () => {
    const on = setUp(open);

    it('given two servers that claim at once, then each notice goes to one of them', async () => {
      for (const name of ['a', 'b', 'c', 'd']) await on.store.outbox.put(notice(name));
      const other = await on.store.another();
      try {
        const request = { at: 10, until: 40, limit: 10 };
        const both = await Promise.all([on.store.outbox.claim(request), other.outbox.claim(request)]);
        expect(
          both
            .flat()
            .map(({ id }) => id)
            .sort(),
        ).toEqual(['a', 'b', 'c', 'd']);
      } finally {
        await other.close();
      }
    });

    it('given a filter, then its matches come newest first, page by page; delivered ones can be forgotten', async () => {
      const { outbox } = on.store;
      for (const [name, recipient, createdAt] of [
        ['a', 'p1', 1],
        ['b', 'p2', 2],
        ['c', 'p1', 3],
        ['d', 'p1', 3],
      ] as const)
        await outbox.put(notice(name, { recipient, createdAt }));
      const first = await outbox.list({ recipient: 'p1' }, { limit: 2, cursor: null });
      expect(first.items.map(({ id }) => id)).toEqual(['d', 'c']);
      const rest = await outbox.list({ recipient: 'p1' }, { limit: 2, cursor: first.next });
      expect([rest.items.map(({ id }) => id), rest.next]).toEqual([['a'], null]);
      const bad = outbox.list({}, { limit: 1, cursor: 'x' });
      await expect(bad).rejects.toMatchObject({ code: 'invalid-request' });
      await outbox.claim({ at: 10, until: 40, limit: 10 });
      for (const name of ['a', 'd']) await outbox.settle(name, 1, { kind: 'done' });
      expect(await outbox.sweep(3, 10)).toBe(1);
      const left = await outbox.list({ state: 'done' }, { limit: 9, cursor: null });
      expect(left.items.map(({ id }) => id)).toEqual(['d']);
    });
  });
}
