/** Tables beside the sittings: where persons are connected, the audit chain, the outbox. */

/** SQL of one migration. Never edit a released one. */
export const OFFICE_TABLES = `
CREATE TABLE places (
  person TEXT NOT NULL,
  session TEXT NOT NULL,
  owner TEXT NOT NULL,
  live INTEGER NOT NULL,
  shared INTEGER NOT NULL,
  stretches TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (person, session)
) STRICT, WITHOUT ROWID;
CREATE INDEX places_shared ON places (owner) WHERE live = 1 AND shared = 1;
CREATE INDEX places_by_expiry ON places (expires_at);

CREATE TABLE audit (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  subject TEXT NOT NULL,
  why TEXT NOT NULL,
  case_id TEXT,
  chain TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_who ON audit (who, n);
CREATE INDEX audit_by_subject ON audit (subject, n);
CREATE INDEX audit_by_case ON audit (case_id, n) WHERE case_id IS NOT NULL;

CREATE TABLE outbox (
  oid INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  last_error TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_by_time ON outbox (created_at, id);
CREATE INDEX outbox_by_recipient ON outbox (recipient, created_at, id);
`;
