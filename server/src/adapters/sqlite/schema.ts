/** The tables, as numbered migrations: entry i brings a database from `user_version` i to i + 1. Never edit a released one. */
import { OFFICE_TABLES } from './schema-office.ts';

const V1 = `
CREATE TABLE sessions (
  sid INTEGER PRIMARY KEY,
  session TEXT NOT NULL UNIQUE,
  platform TEXT NOT NULL,
  learner TEXT NOT NULL,
  course TEXT NOT NULL,
  lesson TEXT NOT NULL,
  pack_id TEXT NOT NULL,
  build TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  ended_at INTEGER,
  ended TEXT,
  outcome TEXT NOT NULL,
  credited_ms INTEGER NOT NULL,
  coverage_permille INTEGER NOT NULL,
  violations INTEGER NOT NULL,
  suppressions TEXT NOT NULL,
  credited TEXT NOT NULL,
  seq INTEGER NOT NULL,
  due_at INTEGER
) STRICT;
CREATE INDEX sessions_by_time ON sessions (opened_at, session);
CREATE INDEX sessions_by_platform ON sessions (platform, opened_at, session);
CREATE INDEX sessions_by_lesson ON sessions (platform, course, lesson, opened_at);
CREATE INDEX sessions_by_learner ON sessions (platform, learner, course, lesson);
CREATE INDEX sessions_due ON sessions (due_at) WHERE ended_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX sessions_live ON sessions (platform) WHERE ended_at IS NULL;

CREATE TABLE records (
  rid INTEGER PRIMARY KEY,
  sid INTEGER NOT NULL REFERENCES sessions (sid),
  n INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  chain BLOB NOT NULL,
  UNIQUE (sid, n)
) STRICT;

CREATE TABLE seeds (
  sid INTEGER PRIMARY KEY REFERENCES sessions (sid),
  seed TEXT NOT NULL
) STRICT;

CREATE TABLE findings (
  sid INTEGER NOT NULL REFERENCES sessions (sid),
  id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (sid, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
  jti TEXT PRIMARY KEY,
  session TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_by_expiry ON tickets (expires_at);

CREATE TABLE platforms (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  listed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE courses (
  platform TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (platform, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE access_keys (
  hash TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  platform TEXT,
  scopes TEXT NOT NULL,
  mode TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE platform_findings (
  id TEXT PRIMARY KEY,
  platform TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE platform_finding_cites (
  platform TEXT NOT NULL,
  kind TEXT NOT NULL,
  session TEXT NOT NULL,
  finding TEXT NOT NULL,
  PRIMARY KEY (platform, kind, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE bans (
  id TEXT PRIMARY KEY,
  platform TEXT NOT NULL,
  imposed_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX bans_by_platform ON bans (platform, imposed_at);
`;

/** Leases (docs/adr/0010): in the row that every append reads anyway, so that fencing costs no further look. */
const V2 = `
ALTER TABLE sessions ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN owner TEXT;
ALTER TABLE sessions ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN claim TEXT;
CREATE INDEX sessions_by_owner ON sessions (owner) WHERE owner IS NOT NULL;
CREATE UNIQUE INDEX sessions_by_claim ON sessions (claim) WHERE claim IS NOT NULL;

CREATE TABLE owners (
  owner TEXT PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** Packed records of ended sittings, and the indexes of searches by learner and by course. */
const V3 = `
ALTER TABLE sessions ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_to_archive ON sessions (ended_at, sid) WHERE ended_at IS NOT NULL AND archived = 0;
CREATE INDEX sessions_of_learner ON sessions (learner, opened_at, session);
CREATE INDEX sessions_of_course ON sessions (course, opened_at, session);

CREATE TABLE archives (
  sid INTEGER PRIMARY KEY REFERENCES sessions (sid),
  count INTEGER NOT NULL,
  head BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;
`;

/** What remains of sittings, or parts of them, that were deleted on purpose. */
const V4 = `
CREATE TABLE tombstones (
  session TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  kind TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  hash BLOB NOT NULL,
  remains BLOB NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (session, ordinal)
) STRICT, WITHOUT ROWID;
`;

/** Consents, enrolments, reviews and decryptions, each a document beside what it is searched by. No photo, no template. */
const IDENTITY = `
CREATE TABLE consents (
  n INTEGER PRIMARY KEY,
  subject TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX consents_of_subject ON consents (subject, n);

CREATE TABLE enrolments (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  subject TEXT NOT NULL,
  status TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX enrolments_of_subject ON enrolments (subject, n);
CREATE INDEX enrolments_complete ON enrolments (n) WHERE status = 'complete';

CREATE TABLE reviews (
  n INTEGER PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE accesses (
  n INTEGER PRIMARY KEY,
  subject TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX accesses_of_subject ON accesses (subject, n);
`;

/** SQL of each step of the schema, oldest first. */
export const MIGRATIONS: readonly string[] = [V1, V2, V3, V4, OFFICE_TABLES, IDENTITY];
