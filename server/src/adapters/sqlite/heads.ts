/**
 * What every append needs to know of its sitting's row, kept in memory: its number, the epoch of its lease and the indexed
 * columns. The database stays the truth: a change by another connection (SQLite tells of it by `data_version`) empties the memory.
 */
import type { Database, Row } from './database.ts';

/** Sittings remembered at most; the oldest are read again when they are needed. */
const HEADS_MAX = 50_000;

/** The known part of a row. */
export interface Head {
  readonly sid: number;
  readonly epoch: number;
  endedAt: number | null;
  dueAt: number | null;
}

/** See the file's comment. All of it is called inside the writer's transactions. */
export interface Heads {
  /** A transaction has begun. */
  begun(): void;
  /** The sitting's head, undefined when there is no such sitting. */
  of(session: string): Head | undefined;
  /** Its row is changed by somebody else than the append, or will not be asked for again. */
  forget(session: string): void;
  /** The transaction was rolled back, or nobody knows: everything is read again. */
  clear(): void;
}

/** An empty memory over one connection. */
export function createHeads(db: Database): Heads {
  const select = db.prepare('SELECT sid, ended_at, due_at, epoch FROM sessions WHERE session = ?');
  const dataVersion = db.prepare('PRAGMA data_version');
  const known = new Map<string, Head>();
  let version: unknown = null;
  return {
    begun(): void {
      const now = (dataVersion.get() as Row).data_version;
      if (now !== version) known.clear();
      version = now;
    },
    of(session: string): Head | undefined {
      const present = known.get(session);
      if (present !== undefined) return present;
      const row = select.get(session) as Row | undefined;
      if (row === undefined) return undefined;
      const head: Head = {
        sid: row.sid as number,
        epoch: row.epoch as number,
        endedAt: row.ended_at as number | null,
        dueAt: row.due_at as number | null,
      };
      if (known.size >= HEADS_MAX) known.delete(known.keys().next().value ?? session);
      known.set(session, head);
      return head;
    },
    forget: (session) => void known.delete(session),
    clear: () => known.clear(),
  };
}
