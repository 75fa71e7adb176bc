/** The store for many servers: one MongoDB, group commit per server, leases and fences between them. */
import type { Store } from '../../app/ports.ts';
import { createArchiveStore } from './archive-store.ts';
import { createAuditStore } from './audit-store.ts';
import { openDatabase } from './connection.ts';
import { createWriter, type Defer } from './group-commit.ts';
import { createIdentityStore } from './identity-store.ts';
import { createLeaseStore } from './lease-store.ts';
import { createOutboxStore } from './outbox-store.ts';
import { createPlaceStore } from './place-store.ts';
import { createRegistryStore } from './registry-store.ts';
import { createRetentionStore } from './retention-store.ts';
import { createSessionStore } from './session-store.ts';
import { createSlots } from './slots.ts';
import { createTicketStore } from './ticket-store.ts';

/** Options of {@link openMongoStore}. */
export interface MongoOptions {
  /** Address with the database's name. A secret. */
  readonly uri: string;
  /** Told once when a commit failed and the store closed for good. */
  readonly onFailure?: (error: Error) => void;
  /** Milliseconds to look for a server that can be written to. */
  readonly selectMs?: number;
  /** Ends a turn of the event loop; replaced in tests. */
  readonly defer?: Defer;
}

/** @throws Error when there is no such server or full durability cannot be had; the message never holds the address. */
export async function openMongoStore(options: MongoOptions): Promise<Store> {
  const { connection, models } = await openDatabase(options.uri, options.selectMs);
  const slots = createSlots(models);
  const writer = createWriter(models, slots, options.onFailure ?? (() => {}), options.defer);
  return {
    sessions: createSessionStore(models, writer),
    archives: createArchiveStore(models, writer),
    retention: createRetentionStore(models, writer),
    leases: createLeaseStore(models, slots),
    tickets: createTicketStore(models),
    registry: createRegistryStore(models),
    identity: createIdentityStore(models),
    places: createPlaceStore(models),
    audit: createAuditStore(models),
    outbox: createOutboxStore(models),
    failure: writer.failure,
    async close(): Promise<void> {
      await writer.close();
      await connection.close();
    },
  };
}
