/** Who may write to a sitting, in SQLite: columns of the sitting's row, and how long each owner lives. */
import type { HeldLease, LeaseStore } from '../../app/ports.ts';
import type { Database, Row } from './database.ts';
import type { Writer } from './group-commit.ts';
import type { Heads } from './heads.ts';

/** @param writer commits the changes of one turn together. @param heads told of every new epoch. */
export function createLeaseStore(db: Database, writer: Writer, heads: Pick<Heads, 'forget'>): LeaseStore {
  const beat = db.prepare(
    'INSERT INTO owners (owner, until) VALUES (?, ?) ON CONFLICT (owner) DO UPDATE SET until = excluded.until',
  );
  const present = db.prepare(
    'SELECT s.sid, s.epoch, s.owner, o.until FROM sessions s LEFT JOIN owners o ON o.owner = s.owner WHERE s.session = ?',
  );
  const take = db.prepare('UPDATE sessions SET owner = ?, epoch = ?, wanted = 0 WHERE sid = ?');
  const want = db.prepare('UPDATE sessions SET wanted = 1 WHERE sid = ?');
  const release = db.prepare('UPDATE sessions SET owner = NULL, wanted = 0 WHERE session = ? AND epoch = ?');
  const held = db.prepare('SELECT session, epoch FROM sessions WHERE owner = ?');
  const wanted = db.prepare('SELECT session, epoch FROM sessions WHERE owner = ? AND wanted = 1');

  function acquire(request: Parameters<LeaseStore['acquire']>[0]): number | null {
    const row = present.get(request.session) as Row | undefined;
    // A refusal, not a fault of the database: thrown inside the transaction it would close the writer for good.
    if (row === undefined) return null;
    const sid = row.sid as number;
    const lives = row.owner !== null && row.until !== null && (row.until as number) > request.at;
    if (lives && row.owner !== request.owner) {
      if (request.want) want.run(sid);
      return null;
    }
    const epoch = (row.epoch as number) + 1;
    heads.forget(request.session);
    take.run(request.owner, epoch, sid);
    return epoch;
  }

  return {
    beat: (owner, until) => writer.write(() => void beat.run(owner, until)),
    acquire: (request) => writer.write(() => acquire(request)),
    release: ({ session, epoch }) => writer.write(() => void release.run(session, epoch)),
    held: async (owner, which) =>
      ((which === 'all' ? held : wanted).all(owner) as Row[]).map(
        (row): HeldLease => ({ session: row.session as string, epoch: row.epoch as number }),
      ),
  };
}
