/** Opens the database file and asserts what durability rests on (design §3): WAL, synchronous=FULL, a recent SQLite. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { keepRowSums } from './row-sums.ts';
import { MIGRATIONS } from './schema.ts';

/** 3.51.3 is the first release with the fix of the WAL-reset race that could lose a committed transaction. */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;

/** Milliseconds to wait for another process's lock (a backup, a reader) before giving up. */
const BUSY_TIMEOUT_MS = 5_000;

/** Pages of write-ahead log after which it is copied back: 16 MiB keep recovery short and copy hot pages less often. */
const WAL_CHECKPOINT_PAGES = 4_000;

/** KiB of page cache: the hot ends of table and index stay in memory with a hundred thousand sittings stored. */
const CACHE_KIB = 65_536;

/** Where the header says how text is encoded, and the value for UTF-8. Any other makes the driver fail in native code. */
const ENCODING_AT = 56;
const HEADER_BYTES = 100;
const ENCODING_UTF8 = 1;

/** @throws Error when an existing file's header does not belong to a database of ours; the driver would crash on it. */
export function assertHeader(file: string): void {
  if (!existsSync(file)) return;
  const handle = openSync(file, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    if (readSync(handle, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return;
    if (header.readUInt32BE(ENCODING_AT) > ENCODING_UTF8)
      throw new Error(`${file}: expected a database with text in UTF-8; the file is malformed`);
  } finally {
    closeSync(handle);
  }
}

/** The one writer connection. */
export type Database = DatabaseSyncInstance;

/** A row as the driver returns it. */
export type Row = Readonly<Record<string, string | number | null | Uint8Array>>;

function pragma(db: Database, name: string): unknown {
  const row = db.prepare(`PRAGMA ${name}`).get() as Row | undefined;
  return row === undefined ? undefined : Object.values(row)[0];
}

/** Throws unless `version` (such as `3.51.3`) is recent enough. @throws Error naming what was expected. */
export function assertSqliteVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [i, least] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[i] ?? 0;
    if (part > least) return;
    if (part < least || Number.isNaN(part)) {
      throw new Error(`SQLite: expected version ${SQLITE_VERSION_MIN.join('.')} or newer, got ${version}`);
    }
  }
}

/** Before anything is written: a newer program's file stays as it is. */
function refuseNewer(db: Database, file: string): void {
  const version = Number(pragma(db, 'user_version'));
  if (version <= MIGRATIONS.length) return;
  throw new Error(
    `${file}: expected schema version ${MIGRATIONS.length} or older, got ${version}; it was written by a newer program`,
  );
}

function migrate(db: Database, file: string): void {
  const version = Number(pragma(db, 'user_version'));
  for (let i = version; i < MIGRATIONS.length; i += 1) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(MIGRATIONS[i] ?? '');
      db.exec(`PRAGMA user_version = ${i + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw new Error(`${file}: expected migration ${i + 1} to apply`, { cause: error });
    }
  }
}

/**
 * Opens (or creates) the database, checks its settings and brings its schema up to date.
 * @throws Error when the file cannot be opened, was written by a newer program, or durability cannot be had.
 */
export function openDatabase(file: string): Database {
  assertHeader(file);
  const db = new DatabaseSync(file);
  try {
    assertSqliteVersion(String((db.prepare('SELECT sqlite_version() AS v').get() as Row).v));
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    refuseNewer(db, file);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA foreign_keys = ON');
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    db.exec(`PRAGMA wal_autocheckpoint = ${WAL_CHECKPOINT_PAGES}`);
    const mode = pragma(db, 'journal_mode');
    if (mode !== 'wal') throw new Error(`${file}: expected journal_mode wal, got ${String(mode)}`);
    const synchronous = pragma(db, 'synchronous');
    if (synchronous !== 2)
      throw new Error(`${file}: expected synchronous 2 (FULL), got ${String(synchronous)}`);
    migrate(db, file);
    keepRowSums(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
