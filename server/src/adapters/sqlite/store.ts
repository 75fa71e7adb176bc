/** The embedded store: one database file, one writer connection, group commit. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Store } from '../../app/ports.ts';
import { createArchiveStore } from './archive-store.ts';
import { createAuditStore } from './audit-store.ts';
import { openDatabase } from './database.ts';
import { createWriter, type Defer } from './group-commit.ts';
import { createHeads } from './heads.ts';
import { createIdentityStore } from './identity-store.ts';
import { createLeaseStore } from './lease-store.ts';
import { createOutboxStore } from './outbox-store.ts';
import { createPlaceStore } from './place-store.ts';
import { createRegistryStore } from './registry-store.ts';
import { createRetentionStore } from './retention-store.ts';
import { createSessionStore } from './session-store.ts';
import { createTicketStore } from './ticket-store.ts';

/** Options of {@link openSqliteStore}. */
export interface SqliteOptions {
  /** Path of the database file; its folder is created. */
  readonly file: string;
  /** Told once when a commit failed and the store closed for good. */
  readonly onFailure?: (error: Error) => void;
  /** Ends a turn of the event loop; replaced in tests. */
  readonly defer?: Defer;
}

/** @throws Error when the database cannot be opened with full durability. */
export function openSqliteStore(options: SqliteOptions): Store {
  mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
  const db = openDatabase(options.file);
  const heads = createHeads(db);
  const writer = createWriter(db, options.onFailure ?? (() => {}), options.defer, heads.begun);
  return {
    sessions: createSessionStore(db, writer, heads),
    archives: createArchiveStore(db, writer),
    retention: createRetentionStore(db, writer),
    leases: createLeaseStore(db, writer, heads),
    tickets: createTicketStore(db, writer),
    registry: createRegistryStore(db, writer),
    identity: createIdentityStore(db, writer),
    places: createPlaceStore(db, writer),
    audit: createAuditStore(db, writer),
    outbox: createOutboxStore(db, writer),
    failure: writer.failure,
    async close(): Promise<void> {
      const healthy = writer.failure() === null;
      writer.close();
      if (!db.isOpen) return;
      // The database file alone is then complete, and the next start has nothing to recover.
      if (healthy) db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}
