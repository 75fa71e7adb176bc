/** Packed records in SQLite: the block comes and the rows go in one transaction. */
import type { ArchivedSitting, ArchiveStore } from '../../app/ports.ts';
import type { Database, Row } from './database.ts';
import type { Writer } from './group-commit.ts';

/** A block as stored. */
export function archivedOf(session: string, row: Row): ArchivedSitting {
  return {
    session,
    count: row.count as number,
    head: row.head as Uint8Array,
    body: row.body as Uint8Array,
  };
}

/** Puts blocks in the place of records; runs inside a transaction of the writer. */
function createMove(db: Database): (archived: ArchivedSitting) => boolean {
  const hot = db.prepare(
    'SELECT s.sid, s.ended_at, s.archived, (SELECT count(*) FROM records r WHERE r.sid = s.sid) AS count, ' +
      '(SELECT chain FROM records r WHERE r.sid = s.sid ORDER BY n DESC LIMIT 1) AS head ' +
      'FROM sessions s WHERE s.session = ?',
  );
  const insert = db.prepare('INSERT INTO archives (sid, count, head, body) VALUES (?, ?, ?, ?)');
  const mark = db.prepare('UPDATE sessions SET archived = 1 WHERE sid = ?');
  const clear = db.prepare('DELETE FROM records WHERE sid = ?');
  return ({ session, count, head, body }) => {
    const row = hot.get(session) as Row | undefined;
    if (row === undefined || row.ended_at === null || row.archived !== 0) return false;
    if (row.count !== count || Buffer.compare(row.head as Uint8Array, head) !== 0) return false;
    const sid = row.sid as number;
    insert.run(sid, count, head, body);
    mark.run(sid);
    clear.run(sid);
    return true;
  };
}

/** @param writer commits the changes of one turn together. */
export function createArchiveStore(db: Database, writer: Writer): ArchiveStore {
  const waiting = db.prepare(
    'SELECT session FROM sessions WHERE ended_at IS NOT NULL AND archived = 0 AND ended_at < ? ORDER BY ended_at, sid LIMIT ?',
  );
  const get = db.prepare(
    'SELECT count, head, body FROM archives WHERE sid = (SELECT sid FROM sessions WHERE session = ?)',
  );
  const move = createMove(db);
  return {
    waiting: async (endedBefore, limit) =>
      (waiting.all(endedBefore, limit) as Row[]).map((row) => row.session as string),
    move: (archived) => writer.write(() => move(archived)),
    async get(session) {
      const row = get.get(session) as Row | undefined;
      return row === undefined ? null : archivedOf(session, row);
    },
  };
}
