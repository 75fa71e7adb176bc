/** The outbox in SQLite. The number of tries is the claim: whoever settles names the try that it made. */
import { Refusal } from '../../app/failure.ts';
import type { Notice, NoticeState, OutboxStore } from '../../app/office-ports.ts';
import type { Database, Row } from './database.ts';
import type { Writer } from './group-commit.ts';

function noticeOf(row: Row): Notice {
  return {
    id: row.id as string,
    kind: row.kind as string,
    recipient: row.recipient as string,
    payload: row.payload as string,
    createdAt: row.created_at as number,
    dueAt: row.due_at as number,
    state: row.state as NoticeState,
    attempts: row.attempts as number,
    lastError: row.last_error as string,
  };
}

function cursorAfter({ createdAt, id }: Notice): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

/** @throws Refusal on a cursor that is not one of ours. */
function readCursor(cursor: string): readonly [number, string] {
  const match = /^\[(\d{1,15}),"([^"\\]{1,200})"\]$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match === null) throw new Refusal('invalid-request', 'cursor: expected the cursor of an earlier page');
  return [Number(match[1]), match[2] ?? ''];
}

function createList(db: Database): OutboxStore['list'] {
  return async (filter, page) => {
    const equal = Object.entries(filter).filter(([, value]) => value !== undefined) as [string, string][];
    const parts = equal.map(([name]) => `${name} = ?`);
    const values: (string | number)[] = equal.map(([, value]) => value);
    if (page.cursor !== null) {
      parts.push('(created_at, id) < (?, ?)');
      values.push(...readCursor(page.cursor));
    }
    const where = parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`;
    const found = db
      .prepare(`SELECT * FROM outbox ${where} ORDER BY created_at DESC, id DESC LIMIT ?`)
      .all(...values, page.limit + 1) as Row[];
    const items = found.slice(0, page.limit).map(noticeOf);
    const last = items.at(-1);
    return { items, next: found.length > page.limit && last !== undefined ? cursorAfter(last) : null };
  };
}

/** @param writer commits the changes of one turn together. */
export function createOutboxStore(db: Database, writer: Writer): OutboxStore {
  const put = db.prepare(
    'INSERT INTO outbox (id, kind, recipient, payload, created_at, due_at, state, attempts, last_error) ' +
      "VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0, '') ON CONFLICT (id) DO NOTHING",
  );
  const due = db.prepare(
    "SELECT * FROM outbox WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, oid LIMIT ?",
  );
  // A claimed notice is due again when its claim ends: one index finds new ones and orphans alike.
  const claim = db.prepare('UPDATE outbox SET attempts = attempts + 1, due_at = ? WHERE id = ?');
  const settle = db.prepare(
    "UPDATE outbox SET state = ?, due_at = coalesce(?, due_at), last_error = ? WHERE id = ? AND attempts = ? AND state = 'waiting'",
  );
  const again = db.prepare(
    "UPDATE outbox SET state = 'waiting', due_at = ? WHERE id = ? AND state <> 'waiting'",
  );
  const sweep = db.prepare(
    "DELETE FROM outbox WHERE oid IN (SELECT oid FROM outbox WHERE state = 'done' AND created_at < ? LIMIT ?)",
  );
  return {
    put: ({ id, kind, recipient, payload, createdAt, dueAt }) =>
      writer.write(() => Number(put.run(id, kind, recipient, payload, createdAt, dueAt).changes) === 1),
    claim: ({ at, until, limit }) =>
      writer.write(() =>
        (due.all(at, limit) as Row[]).map((row): Notice => {
          claim.run(until, row.id);
          return { ...noticeOf(row), attempts: (row.attempts as number) + 1, dueAt: until };
        }),
      ),
    settle: (id, attempt, outcome) =>
      writer.write(() => {
        const state: NoticeState = outcome.kind === 'retry' ? 'waiting' : outcome.kind;
        const dueAt = outcome.kind === 'retry' ? outcome.dueAt : null;
        const error = outcome.kind === 'done' ? '' : outcome.error;
        return Number(settle.run(state, dueAt, error, id, attempt).changes) === 1;
      }),
    again: (id, dueAt) => writer.write(() => Number(again.run(dueAt, id).changes) === 1),
    list: createList(db),
    sweep: (before, limit) => writer.write(() => Number(sweep.run(before, limit).changes)),
  };
}
