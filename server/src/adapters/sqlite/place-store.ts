/** Where persons are connected, in SQLite. */
import type { OtherPlace, PlaceStore, Stretches } from '../../app/node-ports.ts';
import type { Database, Row } from './database.ts';
import type { Writer } from './group-commit.ts';

/** Other places of one person that are looked at: nobody honest has more. */
const OTHERS_MAX = 16;

function otherOf(row: Row): OtherPlace {
  const stretches = JSON.parse(row.stretches as string) as Stretches;
  return { session: row.session as string, owner: row.owner as string, stretches };
}

/** @param writer commits the changes of one turn together. */
export function createPlaceStore(db: Database, writer: Writer): PlaceStore {
  const put = db.prepare(
    'INSERT INTO places (person, session, owner, live, shared, stretches, expires_at) ' +
      "VALUES (?, ?, ?, 1, 0, '[]', ?) ON CONFLICT (person, session) " +
      'DO UPDATE SET owner = excluded.owner, live = 1, shared = 0, expires_at = excluded.expires_at',
  );
  const another = db.prepare('SELECT 1 FROM places WHERE person = ? AND session <> ? AND live = 1 LIMIT 1');
  const share = db.prepare('UPDATE places SET shared = 1 WHERE person = ? AND live = 1');
  const drop = db.prepare('DELETE FROM places WHERE person = ? AND session = ? AND owner = ? AND shared = 0');
  const leave = db.prepare('UPDATE places SET live = 0 WHERE person = ? AND session = ? AND owner = ?');
  const shared = db.prepare('SELECT session FROM places WHERE owner = ? AND live = 1 AND shared = 1');
  const tell = db.prepare('UPDATE places SET stretches = ? WHERE person = ? AND session = ?');
  const others = db.prepare(
    `SELECT session, owner, stretches FROM places WHERE person = ? AND session <> ? ORDER BY expires_at DESC LIMIT ${OTHERS_MAX}`,
  );
  const sweep = db.prepare('DELETE FROM places WHERE expires_at < ?');
  return {
    enter: ({ person, session, owner, expiresAt }) =>
      writer.write(() => {
        put.run(person, session, owner, expiresAt);
        if (another.get(person, session) === undefined) return false;
        share.run(person);
        return true;
      }),
    leave: ({ person, session, owner }) =>
      writer.write(() => {
        if (Number(drop.run(person, session, owner).changes) === 0) leave.run(person, session, owner);
      }),
    shared: async (owner) => (shared.all(owner) as Row[]).map((row) => row.session as string),
    exchange: (person, session, stretches) =>
      writer.write(() => {
        tell.run(JSON.stringify(stretches), person, session);
        return (others.all(person, session) as Row[]).map(otherOf);
      }),
    sweep: (at) => writer.write(() => Number(sweep.run(at).changes)),
  };
}
