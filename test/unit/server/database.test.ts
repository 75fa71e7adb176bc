import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertSqliteVersion, openDatabase } from '../../../server/src/adapters/sqlite/database.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zhenxue-db-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

describe('the database', () => {
  it('given a new file, then it is in WAL mode with full synchronisation', () => {
    const db = openDatabase(join(dir, 'a.db'));
    expect(db.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
    expect(db.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 });
    db.close();
  });

  it('given a file of a newer program, then it is refused and left alone', () => {
    const file = join(dir, 'a.db');
    const db = openDatabase(file);
    db.exec('PRAGMA user_version = 999');
    db.close();
    expect(() => openDatabase(file)).toThrow(/expected schema version \d+ or older, got 999/);
  });

  it('given a database in memory, then durability cannot be had and it is refused', () => {
    expect(() => openDatabase(':memory:')).toThrow('expected journal_mode wal');
  });

  it.each(['3.51.3', '3.51.10', '3.52.0', '4.0.0'])('given SQLite %s, then it is accepted', (version) => {
    expect(() => assertSqliteVersion(version)).not.toThrow();
  });

  it.each(['3.51.2', '3.50.9', '2.99.99', 'x', ''])('given SQLite "%s", then it is refused', (version) => {
    expect(() => assertSqliteVersion(version)).toThrow('expected version 3.51.3');
  });
});
