import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { OutboxStore, StoredBatch, StoredPhoto } from '../core/effects.ts';

interface Schema extends DBSchema {
  batches: { key: [string, number]; value: StoredBatch; indexes: { storedAt: number } };
  photos: { key: [string, string]; value: StoredPhoto; indexes: { storedAt: number } };
}

const DATABASE = 'zhenxue';
const VERSION = 1;

function ofSession(session: string, toSeq: number): IDBKeyRange {
  return IDBKeyRange.bound([session, 0], [session, toSeq]);
}

function open(): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(DATABASE, VERSION, {
    upgrade(db) {
      db.createObjectStore('batches', { keyPath: ['session', 'seq'] }).createIndex('storedAt', 'storedAt');
      db.createObjectStore('photos', { keyPath: ['session', 'id'] }).createIndex('storedAt', 'storedAt');
    },
  });
}

/**
 * The outbox in IndexedDB. Rejects where storage is refused (private windows, full disk): the outbox then goes on in memory.
 * Transactions are committed explicitly, so that a write begun by a closing page still lands.
 */
export function createIdbStore(): OutboxStore {
  const opened = open();
  // Every method reports the failure by itself.
  opened.catch(() => undefined);

  async function change(
    name: 'batches' | 'photos',
    work: (db: IDBPDatabase<Schema>) => { done: Promise<void>; commit(): void },
  ): Promise<void> {
    const tx = work(await opened);
    tx.commit();
    await tx.done.catch((cause: unknown) => {
      throw new Error(`IndexedDB ${name}: the write failed`, { cause });
    });
  }

  return {
    batches: async (session) => (await opened).getAll('batches', ofSession(session, Number.MAX_SAFE_INTEGER)),
    put: (batches) =>
      change('batches', (db) => {
        const tx = db.transaction('batches', 'readwrite');
        for (const batch of batches) void tx.store.put(batch).catch(() => undefined);
        return tx;
      }),
    drop: (session, seq) =>
      change('batches', (db) => {
        const tx = db.transaction('batches', 'readwrite');
        void tx.store.delete(ofSession(session, seq)).catch(() => undefined);
        return tx;
      }),
    replace: (session, batches) =>
      change('batches', (db) => {
        const tx = db.transaction('batches', 'readwrite');
        void tx.store.delete(ofSession(session, Number.MAX_SAFE_INTEGER)).catch(() => undefined);
        for (const batch of batches) void tx.store.put(batch).catch(() => undefined);
        return tx;
      }),
    photos: async (session) =>
      (await opened).getAll('photos', IDBKeyRange.bound([session, ''], [session, '\uffff'])),
    async putPhoto(photo) {
      await (await opened).put('photos', photo);
    },
    async dropPhoto(session, id) {
      await (await opened).delete('photos', [session, id]);
    },
    async sweep(before) {
      const tx = (await opened).transaction(['batches', 'photos'], 'readwrite');
      const old = IDBKeyRange.upperBound(before, true);
      for (const name of ['batches', 'photos'] as const) {
        const index = tx.objectStore(name).index('storedAt');
        for (let at = await index.openCursor(old); at !== null; at = await at.continue()) await at.delete();
      }
      await tx.done;
    },
    close: () => void opened.then((db) => db.close()).catch(() => undefined),
  };
}
