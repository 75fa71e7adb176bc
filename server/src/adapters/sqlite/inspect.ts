/** Reads a whole database for `fsck`, without changing it; a running server may go on writing meanwhile. */
import { DatabaseSync } from '@photostructure/sqlite';
import type { Finding } from '@zhenxue/protocol';
import type { StoredSitting } from '../../app/check-sitting.ts';
import type { ArchivedSitting, Tombstone } from '../../app/ports.ts';
import { archivedOf } from './archive-store.ts';
import { assertHeader, type Database, type Row } from './database.ts';
import { tombstoneOf } from './retention-store.ts';
import { checkRowSums, ROW_SUMS } from './row-sums.ts';
import { MIGRATIONS } from './schema.ts';
import { recordOf, sessionOf } from './session-rows.ts';

/** Milliseconds to wait for another process's lock. */
const BUSY_TIMEOUT_MS = 5_000;
/** Faults that SQLite's own check names at most. */
const FAULTS_MAX = 20;

/** A sitting as stored; its records are rows, or packed in `archived`, or gone as `tombstones` say. */
export interface InspectedSitting extends StoredSitting {
  readonly archived: ArchivedSitting | null;
  /** What was deleted of it on purpose, oldest first. */
  readonly tombstones: readonly Tombstone[];
}

/** An opened database. */
export interface Inspection {
  /** What is wrong with pages, indexes, schema and the rows outside of sittings. */
  problems(): readonly string[];
  /** Every sitting with all that is stored of it. @throws Error when a row cannot be read. */
  sittings(): Iterable<InspectedSitting>;
  close(): void;
}

function schemaOf(db: Database): string {
  const rows = db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all();
  return JSON.stringify((rows as Row[]).map((row) => [row.type, row.name, row.tbl_name, row.sql]));
}

function expectedSchema(): string {
  const db = new DatabaseSync(':memory:');
  try {
    for (const sql of [...MIGRATIONS, ROW_SUMS]) db.exec(sql);
    return schemaOf(db);
  } finally {
    db.close();
  }
}

function valuesOf(rows: unknown[]): readonly string[] {
  return (rows as Row[]).map((row) => Object.values(row).join(' '));
}

function pageProblems(db: Database): readonly string[] {
  const faults = valuesOf(db.prepare(`PRAGMA integrity_check(${FAULTS_MAX})`).all());
  if (faults.length !== 1 || faults[0] !== 'ok') return faults.map((fault) => `pages: ${fault}`);
  const version = Number(valuesOf(db.prepare('PRAGMA user_version').all())[0]);
  if (version !== MIGRATIONS.length) return [`schema: expected version ${MIGRATIONS.length}, got ${version}`];
  if (schemaOf(db) !== expectedSchema()) return ['schema: expected the tables and indexes of this program'];
  const lost = valuesOf(db.prepare('PRAGMA foreign_key_check').all()).map(
    (row) => `a row without its sitting: ${row}`,
  );
  return [...lost, ...archiveProblems(db), ...orderProblems(db)];
}

/** Findings are numbered 0, 1, 2, … in the order of their first appearance; nothing else says what that order was. */
function orderProblems(db: Database): readonly string[] {
  const rows = db.prepare(
    'SELECT s.session FROM findings f JOIN sessions s ON s.sid = f.sid GROUP BY f.sid ' +
      'HAVING min(ordinal) <> 0 OR max(ordinal) <> count(*) - 1 OR count(DISTINCT ordinal) <> count(*) ' +
      `LIMIT ${FAULTS_MAX}`,
  );
  return valuesOf(rows.all()).map((session) => `sitting ${session}: expected its findings in their order`);
}

/** A sitting's records lie in one place, and its row says in which. */
function archiveProblems(db: Database): readonly string[] {
  const rows = db.prepare(
    'SELECT session FROM sessions s WHERE (archived = 1) <> EXISTS (SELECT 1 FROM archives a WHERE a.sid = s.sid) ' +
      "OR (archived = 2) <> EXISTS (SELECT 1 FROM tombstones t WHERE t.session = s.session AND t.kind = 'records') " +
      `OR archived NOT IN (0, 1, 2) OR (archived <> 0 AND EXISTS (SELECT 1 FROM records r WHERE r.sid = s.sid)) LIMIT ${FAULTS_MAX}`,
  );
  return valuesOf(rows.all()).map((session) => `sitting ${session}: expected its records in one place`);
}

function* sittingsOf(db: Database): Iterable<InspectedSitting> {
  const records = db.prepare('SELECT n, kind, at, bytes, chain FROM records WHERE sid = ? ORDER BY n');
  const seed = db.prepare('SELECT seed FROM seeds WHERE sid = ?');
  const archive = db.prepare('SELECT count, head, body FROM archives WHERE sid = ?');
  const stones = db.prepare('SELECT * FROM tombstones WHERE session = ? ORDER BY ordinal');
  const findings = db.prepare('SELECT id, body FROM findings WHERE sid = ? ORDER BY ordinal');
  // Row by row on its key: the driver's iterator dies with its statement when that is collected while others are asked.
  const next = db.prepare('SELECT * FROM sessions WHERE sid > ? ORDER BY sid LIMIT 1');
  for (
    let row = next.get(-1) as Row | undefined;
    row !== undefined;
    row = next.get(row.sid) as Row | undefined
  ) {
    const sid = row.sid as number;
    const packed = archive.get(sid) as Row | undefined;
    const summary = sessionOf(row);
    yield {
      row: summary,
      tombstones: (stones.all(summary.session) as Row[]).map(tombstoneOf),
      archived: packed === undefined ? null : archivedOf(summary.session, packed),
      records: (records.all(sid) as Row[]).map((record) => recordOf(summary.session, record)),
      seed: ((seed.get(sid) as Row | undefined)?.seed as string | undefined) ?? null,
      findings: (findings.all(sid) as Row[]).map((found) => ({
        id: found.id as string,
        finding: JSON.parse(found.body as string) as Finding,
      })),
    };
  }
}

/** @throws Error when the file cannot be opened as a database. */
export function inspectDatabase(file: string): Inspection {
  assertHeader(file);
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA cell_size_check = ON; BEGIN`);
  } catch (error) {
    db.close();
    throw error;
  }
  return {
    problems(): readonly string[] {
      const pages = pageProblems(db);
      return pages.length > 0 ? pages : checkRowSums(db);
    },
    sittings: () => sittingsOf(db),
    close(): void {
      // Statements may outlive the connection until they are collected; the read transaction must not.
      try {
        db.exec('ROLLBACK');
      } finally {
        db.close();
      }
    },
  };
}

/** Writes a consistent copy beside a running server (`VACUUM INTO`: one read transaction). @param target must not exist. */
export function copyDatabase(file: string, target: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    db.prepare('VACUUM INTO ?').run(target);
  } finally {
    db.close();
  }
}
