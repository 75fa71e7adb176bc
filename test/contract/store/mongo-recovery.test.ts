/** What the MongoDB driver promises beyond the contract: the groups are the truth, the summaries follow. */
import mongoose from 'mongoose';
import { afterAll, describe, expect, it } from 'vitest';
import { assertWriteConcern } from '../../../server/src/adapters/mongo/connection.ts';
import { openMongoStore } from '../../../server/src/adapters/mongo/store.ts';
import type { SessionRow, Store } from '../../../server/src/app/ports.ts';
import { MONGO_MISSING, startMongo } from '../../support/mongo.ts';

const SESSION = '00000000-0000-7000-8000-000000000001';

const ROW: SessionRow = {
  session: SESSION,
  ...{ platform: 'p', learner: 'l', course: 'c', lesson: 'x', packId: 'demo', build: 'b', openedAt: 1 },
  ...{ endedAt: null, ended: null, outcome: 'in_progress', creditedMs: 0, coveragePermille: 0 },
  ...{ violations: 0, suppressions: [], credited: [], seq: 0, dueAt: null },
};

const record = (n: number) =>
  ({
    n,
    kind: n === 1 ? 'open' : 'batch',
    at: n,
    bytes: Buffer.from(`${n}`),
    chain: Buffer.alloc(32, n),
  }) as const;

describe('the write concern', () => {
  it.each([[undefined], [{ w: 1, journal: true }], [{ w: 'majority', journal: false }], [{ w: 'majority' }]])(
    'given %j, then the store does not open',
    (concern) => {
      expect(() => assertWriteConcern(concern)).toThrow('expected write concern majority with journal');
    },
  );

  it('given majority and journal, then it does', () => {
    expect(() => assertWriteConcern({ w: 'majority', journal: true })).not.toThrow();
  });

  it('given no server, then the message names the setting and holds nothing of the address', async () => {
    const uri = 'mongodb://someone:secret-word@127.0.0.1:1/zhenxue?serverSelectionTimeoutMS=50';
    const opened = openMongoStore({ uri, selectMs: 50 });
    await expect(opened).rejects.toThrow('ZHENXUE_MONGODB_URI: expected the address');
    await expect(opened).rejects.not.toThrow(/secret-word|someone|127\.0\.0\.1/);
  });
});

if (MONGO_MISSING !== null) {
  describe('recovery in MongoDB', () => {
    it('needs a server', (context) => context.skip(MONGO_MISSING ?? ''));
  });
} else {
  const server = await startMongo();
  afterAll(() => server.stop());

  /** A store, a second one of another server, and the bare collections. */
  async function setUp() {
    const uri = server.newDatabase();
    const failures: Error[] = [];
    const store = await openMongoStore({ uri, onFailure: (error) => void failures.push(error) });
    const bare = await mongoose.createConnection(uri, { autoIndex: false }).asPromise();
    await store.sessions.create({ row: ROW, records: [record(1)], findings: [] }, 'ab'.repeat(32));
    const append = (n: number, epoch: number, on: Store = store) =>
      on.sessions.append({
        row: { ...ROW, seq: n - 1, creditedMs: n },
        records: [record(n)],
        findings: [],
        epoch,
      });
    const destroy = async () => {
      await bare.close();
      await store.close();
      await server.drop(uri);
    };
    const [groups, sessions, meta] = ['groups', 'sessions', 'meta'].map((name) => bare.collection(name));
    if (!groups || !sessions || !meta) throw new Error('expected three collections');
    return { uri, store, failures, append, destroy, groups, sessions, meta };
  }

  const byKey = { _id: SESSION as never };

  describe('recovery in MongoDB', () => {
    it('given a death between a group and its summary, then the next owner makes up for it', async () => {
      const { store, append, destroy, sessions } = await setUp();
      await append(2, 0);
      const before = await sessions.findOne(byKey);
      await append(3, 0);
      const { creditedMs, seq, slot } = before as unknown as Record<string, number>;
      await sessions.updateOne(byKey, { $set: { creditedMs, seq, slot } });
      expect(await store.sessions.get(SESSION)).toMatchObject({ seq: 1, creditedMs: 2 });
      expect(await store.leases.acquire({ session: SESSION, owner: 'a', at: 1, want: false })).toBe(1);
      expect(await store.sessions.get(SESSION)).toMatchObject({ seq: 2, creditedMs: 3 });
      expect((await store.sessions.records(SESSION)).map(({ n }) => n)).toEqual([1, 2, 3]);
      await destroy();
    });

    it('given many appends of one turn, then they are one document', async () => {
      const { append, destroy, groups } = await setUp();
      await Promise.all([2, 3, 4, 5].map((n) => append(n, 0)));
      expect(await groups.countDocuments({ slot: { $gt: 0 } })).toBe(1);
      await destroy();
    });

    it('given one sitting that is lost among others, then only its own append fails', async () => {
      const { uri, store, append, destroy, failures } = await setUp();
      const other = { ...ROW, session: SESSION.replace(/1$/, '2') };
      await store.sessions.create({ row: other, records: [record(1)], findings: [] }, 'cd'.repeat(32));
      await append(2, 0);
      const second = await openMongoStore({ uri });
      expect(await second.leases.acquire({ session: SESSION, owner: 'b', at: 1, want: false })).toBe(1);
      const mine = append(3, 0);
      const theirs = store.sessions.append({ row: { ...other, seq: 1 }, records: [record(2)], findings: [] });
      await expect(mine).rejects.toMatchObject({ name: 'LeaseLost' });
      await theirs;
      expect((await store.sessions.records(other.session)).length).toBe(2);
      await second.close();
      await destroy();
      expect(failures).toEqual([]);
    });

    it('given a closed store, then nothing is acknowledged any more', async () => {
      const { uri, append, store } = await setUp();
      await append(2, 0);
      await store.close();
      await expect(append(3, 0)).rejects.toMatchObject({ code: 'unavailable' });
      await server.drop(uri);
    });

    it('given documents of a newer program, then the store does not open and names the remedy', async () => {
      const { uri, destroy, meta } = await setUp();
      await meta.updateOne({ _id: 'schema' as never }, { $set: { version: 99 } });
      await expect(openMongoStore({ uri })).rejects.toThrow(/got 99; start the newer program/);
      await destroy();
    });
  });
}
