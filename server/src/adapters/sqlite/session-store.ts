/** Sittings and their records in SQLite. */
import type { Finding } from '@zhenxue/protocol';
import { LeaseLost, Refusal } from '../../app/failure.ts';
import type { SessionAppend, SessionFilter, SessionRow, SessionStore } from '../../app/ports.ts';
import type { Database, Row } from './database.ts';
import type { Writer } from './group-commit.ts';
import type { Heads } from './heads.ts';
import {
  BATCH_KINDS,
  bytesOf,
  cursorAfter,
  fixedColumns,
  HOT_COLUMNS,
  hotValues,
  readCursor,
  recordColumns,
  recordOf,
  sessionOf,
} from './session-rows.ts';

const FIXED = 'session, platform, learner, course, lesson, pack_id, opened_at';
/** Credited intervals of earlier sittings that are merged at most; a learner who needs more sittings re-watches. */
const EARLIER_SITTINGS_MAX = 200;

function whereOf(filter: SessionFilter, cursor: string | null): { sql: string; values: (string | number)[] } {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const add = (sql: string, ...more: (string | number)[]) => {
    parts.push(sql);
    values.push(...more);
  };
  if (filter.platform !== undefined) add('platform = ?', filter.platform);
  if (filter.learner !== undefined) add('learner = ?', filter.learner);
  if (filter.course !== undefined) add('course = ?', filter.course);
  if (filter.outcome !== undefined) add('outcome = ?', filter.outcome);
  if (filter.openedFrom !== undefined) add('opened_at >= ?', filter.openedFrom);
  if (filter.openedBefore !== undefined) add('opened_at < ?', filter.openedBefore);
  if (cursor !== null) {
    const after = readCursor(cursor);
    if (after === null)
      throw new Refusal('invalid-request', 'cursor: expected the cursor of an earlier page');
    add('(opened_at, session) < (?, ?)', after.openedAt, after.session);
  }
  return { sql: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, values };
}

/** Statements that change sittings; each runs inside a transaction of the writer and says whether it was allowed to. */
function createChanges(
  db: Database,
  heads: Heads,
): {
  insert: (append: SessionAppend, seed: string, claim: string | null) => boolean;
  append: (append: SessionAppend) => boolean;
} {
  const columns = [FIXED, ...HOT_COLUMNS, 'ended_at', 'due_at', 'claim'].join(', ');
  const marks = columns.replace(/[^,]+/g, '?');
  const insert = db.prepare(`INSERT INTO sessions (${columns}) VALUES (${marks})`);
  const hot = db.prepare(
    `UPDATE sessions SET ${HOT_COLUMNS.map((c) => `${c} = ?`).join(', ')} WHERE sid = ?`,
  );
  // Indexed columns apart: most appends leave them as they are, and then their indexes are not touched.
  const indexed = db.prepare('UPDATE sessions SET ended_at = ?, due_at = ? WHERE sid = ?');
  const unclaim = db.prepare('UPDATE sessions SET claim = NULL WHERE sid = ?');
  const claimed = db.prepare('SELECT 1 FROM sessions WHERE claim = ?');
  const seed = db.prepare('INSERT INTO seeds (sid, seed) VALUES (?, ?)');
  const record = db.prepare('INSERT INTO records (sid, n, kind, at, bytes, chain) VALUES (?, ?, ?, ?, ?, ?)');
  const finding = db.prepare(
    'INSERT INTO findings (sid, id, ordinal, body) VALUES (?1, ?2, (SELECT count(*) FROM findings WHERE sid = ?1), ?3) ' +
      'ON CONFLICT (sid, id) DO UPDATE SET body = excluded.body',
  );
  const write = (id: number, { row, records, findings }: SessionAppend) => {
    for (const r of records) record.run(...recordColumns(id, row.session, r));
    for (const f of findings) finding.run(id, f.id, JSON.stringify(f));
  };
  return {
    insert(append: SessionAppend, secret: string, claim: string | null): boolean {
      const { row } = append;
      if (claim !== null && claimed.get(claim) !== undefined) return false;
      const result = insert.run(...fixedColumns(row), ...hotValues(row), row.endedAt, row.dueAt, claim);
      const id = Number(result.lastInsertRowid);
      seed.run(id, secret);
      write(id, append);
      return true;
    },
    append(append: SessionAppend): boolean {
      const { row } = append;
      const head = heads.of(row.session);
      if (head === undefined) throw new Error('append: expected a sitting that was created before');
      if (head.epoch !== (append.epoch ?? 0)) return false;
      const id = head.sid;
      if (append.progressOnly !== true) {
        hot.run(...hotValues(row), id);
        if (row.endedAt !== head.endedAt || row.dueAt !== head.dueAt) {
          indexed.run(row.endedAt, row.dueAt, id);
          head.endedAt = row.endedAt;
          head.dueAt = row.dueAt;
          if (row.endedAt !== null) {
            unclaim.run(id);
            heads.forget(row.session);
          }
        }
      }
      write(id, append);
      return true;
    },
  };
}

/** Counts the sittings of one lesson and build in a window, and names those that show a suppression. */
function createPopulation(db: Database): SessionStore['population'] {
  const population = db.prepare(
    'SELECT session, learner, opened_at, instr(suppressions, ?) > 0 AS affected FROM sessions ' +
      'WHERE platform = ? AND course = ? AND lesson = ? AND build = ? AND opened_at >= ? AND opened_at <= ? ' +
      'ORDER BY opened_at, session',
  );
  return async ({ platform, course, lesson, build, suppression, from, to }) => {
    const rows = population.all(`"${suppression}"`, platform, course, lesson, build, from, to) as Row[];
    const affected = rows
      .filter((row) => row.affected === 1)
      .map((row) => ({
        session: row.session as string,
        learner: row.learner as string,
        openedAt: row.opened_at as number,
      }));
    return { sittings: rows.length, affected };
  };
}

/** @param writer commits the changes of one turn together. @param heads of the rows that appends are made to. */
export function createSessionStore(db: Database, writer: Writer, heads: Heads): SessionStore {
  const changes = createChanges(db, heads);
  const get = db.prepare('SELECT * FROM sessions WHERE session = ?');
  const live = db.prepare(
    'SELECT * FROM sessions WHERE platform = ? AND learner = ? AND course = ? AND lesson = ? AND ended_at IS NULL ' +
      'ORDER BY sid DESC LIMIT 1',
  );
  const ofSession = '(SELECT sid FROM sessions WHERE session = ?)';
  const records = db.prepare(
    `SELECT n, kind, at, bytes, chain FROM records WHERE sid = ${ofSession} ORDER BY n`,
  );
  const seed = db.prepare(`SELECT seed FROM seeds WHERE sid = ${ofSession}`);
  const batch = db.prepare(
    `SELECT kind, bytes FROM records WHERE sid = ${ofSession} AND kind IN (${BATCH_KINDS.join(', ')}) ORDER BY n LIMIT 1 OFFSET ?`,
  );
  const findings = db.prepare(`SELECT body FROM findings WHERE sid = ${ofSession} ORDER BY ordinal`);
  const due = db.prepare(
    'SELECT session FROM sessions WHERE ended_at IS NULL AND due_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ?',
  );
  const livePlatform = db.prepare('SELECT session FROM sessions WHERE platform = ? AND ended_at IS NULL');
  const earlier = db.prepare(
    'SELECT credited FROM sessions WHERE platform = ? AND learner = ? AND course = ? AND lesson = ? ' +
      `AND outcome <> 'invalid' ORDER BY sid DESC LIMIT ${EARLIER_SITTINGS_MAX}`,
  );
  const names = (rows: unknown[]) => (rows as Row[]).map((row) => row.session as string);
  const first = (row: unknown): SessionRow | null => (row === undefined ? null : sessionOf(row as Row));
  return {
    create: (append, secret, claim) => writer.write(() => changes.insert(append, secret, claim ?? null)),
    append: (append) => writer.attempt(() => (changes.append(append) ? null : new LeaseLost())),
    get: async (session) => first(get.get(session)),
    findLive: async (platform, learner, course, lesson) => first(live.get(platform, learner, course, lesson)),
    records: async (session) => (records.all(session) as Row[]).map((row) => recordOf(session, row)),
    seed: async (session) => ((seed.get(session) as Row | undefined)?.seed as string | undefined) ?? null,
    async batchBytes(session, seq) {
      const row = batch.get(session, seq - 1) as Row | undefined;
      return row === undefined ? null : bytesOf(session, row);
    },
    findings: async (session) =>
      (findings.all(session) as Row[]).map((row) => JSON.parse(row.body as string) as Finding),
    async list(filter, page) {
      const { sql, values } = whereOf(filter, page.cursor);
      const rows = db
        .prepare(`SELECT * FROM sessions ${sql} ORDER BY opened_at DESC, session DESC LIMIT ?`)
        .all(...values, page.limit + 1) as Row[];
      const items = rows.slice(0, page.limit).map(sessionOf);
      const last = items.at(-1);
      return { items, next: rows.length > page.limit && last !== undefined ? cursorAfter(last) : null };
    },
    due: async (at, limit) => names(due.all(at, limit)),
    livePlatformSessions: async (platform) => names(livePlatform.all(platform)),
    credited: async (platform, learner, course, lesson) =>
      (earlier.all(platform, learner, course, lesson) as Row[]).flatMap(
        (row) => JSON.parse(row.credited as string) as [number, number][],
      ),
    population: createPopulation(db),
  };
}
