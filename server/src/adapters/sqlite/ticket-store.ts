/** Single-use tickets in SQLite. */
import type { TicketStore } from '../../app/ports.ts';
import type { Database, Row } from './database.ts';
import type { Writer } from './group-commit.ts';

/** @param writer commits the changes of one turn together. */
export function createTicketStore(db: Database, writer: Writer): TicketStore {
  const add = db.prepare('INSERT INTO tickets (jti, session, expires_at) VALUES (?, ?, ?)');
  const use = db.prepare('UPDATE tickets SET used_at = ? WHERE jti = ? AND used_at IS NULL');
  const standing = db.prepare('SELECT used_at FROM tickets WHERE jti = ?');
  const sweep = db.prepare('DELETE FROM tickets WHERE expires_at < ?');
  return {
    add: (ticket) => writer.write(() => void add.run(ticket.jti, ticket.session, ticket.expiresAt)),
    use: (jti, at) => writer.write(() => Number(use.run(at, jti).changes) === 1),
    async standing(jti) {
      const row = standing.get(jti) as Row | undefined;
      if (row === undefined) return 'unknown';
      return row.used_at === null ? 'fresh' : 'used';
    },
    sweep: (at) => writer.write(() => Number(sweep.run(at).changes)),
  };
}
