/** Deletion on purpose in SQLite: the tombstone comes and what it stands for goes in one transaction. */
import type { RetentionKind, RetentionStore, Tombstone } from '../../app/ports.ts';
import type { Database, Row } from './database.ts';
import type { Writer } from './group-commit.ts';
import { sessionOf } from './session-rows.ts';

const GONE = (kind: RetentionKind) =>
  `EXISTS (SELECT 1 FROM tombstones t WHERE t.session = s.session AND t.kind = '${kind}')`;
const FOUND = 'EXISTS (SELECT 1 FROM findings f WHERE f.sid = s.sid)';

/** When a kind may go. Records only when they are packed: then nothing writes to the sitting any more. */
const MAY_GO: Readonly<Record<RetentionKind, string>> = {
  photos: `NOT ${GONE('photos')}`,
  records: 's.archived = 1 AND EXISTS (SELECT 1 FROM archives a WHERE a.sid = s.sid)',
  findings: `${GONE('records')} AND ${FOUND}`,
  verdicts: `${GONE('records')} AND NOT ${FOUND}`,
};

/** Evidence against a platform stays, whatever its age. */
const UNCITED =
  'NOT EXISTS (SELECT 1 FROM platform_finding_cites c WHERE c.platform = s.platform AND c.session = s.session)';

/** What goes; the row of a sitting whose records are gone has its mark taken back, so that it says where they lie: nowhere. */
const DELETIONS: Readonly<Record<RetentionKind, readonly string[]>> = {
  photos: [],
  records: [
    'DELETE FROM archives WHERE sid = ?',
    'DELETE FROM seeds WHERE sid = ?',
    'UPDATE sessions SET archived = 2 WHERE sid = ?',
  ],
  findings: ['DELETE FROM findings WHERE sid = ?'],
  verdicts: ['DELETE FROM sessions WHERE sid = ?'],
};

/** A tombstone as stored. */
export function tombstoneOf(row: Row): Tombstone {
  return {
    session: row.session as string,
    kind: row.kind as RetentionKind,
    openedAt: row.opened_at as number,
    endedAt: row.ended_at as number,
    at: row.at as number,
    hash: row.hash as Uint8Array,
    left: row.remains as Uint8Array,
    reason: row.reason as string,
  };
}

/** Runs inside a transaction of the writer. */
function createBury(db: Database): (tombstone: Tombstone) => boolean {
  const insert = db.prepare(
    'INSERT INTO tombstones (session, ordinal, kind, opened_at, ended_at, at, hash, remains, reason) ' +
      'VALUES (?1, (SELECT count(*) FROM tombstones WHERE session = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8)',
  );
  const find = (kind: RetentionKind) =>
    db.prepare(
      `SELECT sid FROM sessions s WHERE session = ? AND ended_at = ? AND ${UNCITED} AND ${MAY_GO[kind]}`,
    );
  const steps = (kind: RetentionKind) => ({
    find: find(kind),
    deletions: DELETIONS[kind].map((sql) => db.prepare(sql)),
  });
  const byKind = {
    photos: steps('photos'),
    records: steps('records'),
    findings: steps('findings'),
    verdicts: steps('verdicts'),
  };
  return ({ session, kind, openedAt, endedAt, at, hash, left, reason }) => {
    const step = byKind[kind];
    const row = step.find.get(session, endedAt) as Row | undefined;
    if (row === undefined) return false;
    insert.run(session, kind, openedAt, endedAt, at, hash, left, reason);
    for (const deletion of step.deletions) deletion.run(row.sid as number);
    return true;
  };
}

/** @param writer commits the changes of one turn together. */
export function createRetentionStore(db: Database, writer: Writer): RetentionStore {
  const bury = createBury(db);
  const tombstones = db.prepare('SELECT * FROM tombstones WHERE session = ? ORDER BY ordinal');
  return {
    async expired(kind, endedBefore, after, limit) {
      const sql =
        'SELECT * FROM sessions s WHERE ended_at IS NOT NULL AND ended_at < ? AND session > ? ' +
        `AND ${UNCITED} AND ${MAY_GO[kind]} ORDER BY session LIMIT ?`;
      return (db.prepare(sql).all(endedBefore, after ?? '', limit) as Row[]).map(sessionOf);
    },
    bury: (tombstone) => writer.write(() => bury(tombstone)),
    tombstones: async (session) => (tombstones.all(session) as Row[]).map(tombstoneOf),
  };
}
