/** The audit chain in SQLite: only ever inserted into; the one writer keeps it linear. */
import { Refusal } from '../../app/failure.ts';
import type { AuditEntry, AuditStore } from '../../app/office-ports.ts';
import type { Database, Row } from './database.ts';
import type { Writer } from './group-commit.ts';

function entryOf(row: Row): AuditEntry {
  return {
    n: row.n as number,
    at: row.at as number,
    who: row.who as string,
    what: row.what as string,
    subject: row.subject as string,
    why: row.why as string,
    caseId: row.case_id as string | null,
    chain: row.chain as string,
  };
}

/** The number that a page begins below. @throws Refusal on a cursor that is not one of ours. */
function below(cursor: string | null): number {
  if (cursor === null) return Number.MAX_SAFE_INTEGER;
  if (!/^[1-9]\d{0,14}$/.test(cursor))
    throw new Refusal('invalid-request', 'cursor: expected the cursor of an earlier page');
  return Number(cursor);
}

/** @param writer commits the changes of one turn together. */
export function createAuditStore(db: Database, writer: Writer): AuditStore {
  const last = db.prepare('SELECT n, chain FROM audit ORDER BY n DESC LIMIT 1');
  const insert = db.prepare(
    'INSERT INTO audit (n, at, who, what, subject, why, case_id, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const read = db.prepare('SELECT * FROM audit WHERE n >= ? ORDER BY n LIMIT ?');
  return {
    append: (link) =>
      writer.write(() => {
        const newest = last.get() as Row | undefined;
        const entry = link(((newest?.n as number | undefined) ?? 0) + 1, (newest?.chain as string) ?? '');
        const { n, at, who, what, subject, why, caseId, chain } = entry;
        insert.run(n, at, who, what, subject, why, caseId, chain);
        return entry;
      }),
    async list({ who, subject, caseId }, page) {
      const wanted = { who, subject, case_id: caseId };
      const equal = Object.entries(wanted).filter(([, value]) => value !== undefined) as [string, string][];
      const where = ['n < ?', ...equal.map(([name]) => `${name} = ?`)].join(' AND ');
      const found = db
        .prepare(`SELECT * FROM audit WHERE ${where} ORDER BY n DESC LIMIT ?`)
        .all(below(page.cursor), ...equal.map(([, value]) => value), page.limit + 1) as Row[];
      const items = found.slice(0, page.limit).map(entryOf);
      return { items, next: found.length > page.limit ? String(items.at(-1)?.n) : null };
    },
    read: async (from, limit) => (read.all(from, limit) as Row[]).map(entryOf),
  };
}
