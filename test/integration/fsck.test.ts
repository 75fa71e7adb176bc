import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkData } from '../../server/src/upkeep.ts';
import { type StoredFolder, storedFolder } from '../support/fault-store.ts';

/** Every so many bytes are flipped: 1 by `ZHENXUE_FLIP_STEP=1`, which takes many minutes. */
const STEP = Number(process.env.ZHENXUE_FLIP_STEP ?? 331);

let stored: StoredFolder;
let folder: string;

beforeAll(async () => {
  stored = await storedFolder();
  folder = mkdtempSync(join(tmpdir(), 'zhenxue-fsck-'));
});

afterAll(() => {
  stored.remove();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(stored.folder, folder, { recursive: true });
});

const file = () => join(folder, 'zhenxue.db');

/** Everything that can be read back. */
function dump(): string {
  const db = new DatabaseSync(file(), { readOnly: true });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    const rows = (tables as { name: string }[]).map(({ name }) =>
      db
        .prepare(`SELECT * FROM ${name}`)
        .all()
        .map((row) => JSON.stringify(row)),
    );
    return JSON.stringify(rows);
  } finally {
    db.close();
  }
}

function change(sql: string): void {
  const db = new DatabaseSync(file());
  db.exec(sql);
  db.close();
}

function photoFile(): string {
  const photos = join(folder, 'photos');
  const names = readdirSync(photos, { recursive: true }) as string[];
  return join(photos, names.find((name) => name.endsWith('.bin')) ?? '');
}

describe('fsck', () => {
  it('given an untouched store, then everything agrees and is counted', async () => {
    const { problems, ...sum } = await checkData(folder);
    expect(problems).toEqual([]);
    expect(sum).toMatchObject({ sittings: 2, photos: 1, destroyed: 0 });
    expect(sum.records).toBeGreaterThan(20);
  });

  it.each([
    [
      'a record changed',
      'UPDATE records SET bytes = zeroblob(length(bytes)) WHERE sid = 1 AND n = 5',
      /record/,
    ],
    ['a record moved in time', 'UPDATE records SET at = at + 1 WHERE sid = 1 AND n = 4', /record 4/],
    ['a record gone', 'DELETE FROM records WHERE sid = 1 AND n = 3', /record 3/],
    ['the last record gone', 'DELETE FROM records WHERE rid = (SELECT max(rid) FROM records)', /sitting/],
    ['a finding gone', 'DELETE FROM findings', /findings/],
    ['a verdict prettified', "UPDATE sessions SET outcome = 'valid' WHERE sid = 2", /outcome/],
    ['a seed swapped', "UPDATE seeds SET seed = replace(seed, '0', '1')", /seed/],
    ['a platform listed by hand', "UPDATE platforms SET name = 'x'", /platforms/],
    ['a key given more rights', 'UPDATE access_keys SET scopes = \'["regulator"]\'', /access_keys/],
    ['a ticket made fresh again', 'UPDATE tickets SET used_at = NULL', /tickets/],
    ['a row without its sum', "INSERT INTO platforms VALUES ('p', 'n', 1)", /platforms/],
    ['a row deleted', "DELETE FROM platforms WHERE id = 'school-b'", /summed rows/],
    ['an index dropped', 'DROP INDEX sessions_by_time', /schema/],
    ['a newer schema', 'PRAGMA user_version = 99', /version/],
  ])('given %s, then it says so', async (_what, sql, problem) => {
    change(sql);
    expect((await checkData(folder)).problems[0]).toMatch(problem);
  });

  it('given a photo whose bytes changed or are gone, then it names the photo', async () => {
    const bytes = readFileSync(photoFile());
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(photoFile(), bytes);
    expect((await checkData(folder)).problems[0]).toMatch(/photo .*bytes/);
    rmSync(photoFile());
    expect((await checkData(folder)).problems[0]).toMatch(/photo .*its file/);
  });

  it('given a header whose encoding is not ours, then it is refused before the driver crashes on it', async () => {
    const bytes = readFileSync(file());
    bytes[56] = 1;
    writeFileSync(file(), bytes);
    expect((await checkData(folder)).problems[0]).toMatch(/UTF-8/);
  });

  it('given a folder without a database, then it says what was expected', async () => {
    rmSync(file());
    expect((await checkData(folder)).problems[0]).toMatch(/expected the database/);
  });

  it(
    'given any flipped bit of the file, then it is found, or nothing that can be read back has changed',
    async () => {
      const before = dump();
      const bytes = readFileSync(file());
      const unnoticed: number[] = [];
      const sum = { flips: 0, found: 0, harmless: 0 };
      for (let at = 0; at < bytes.length; at += STEP) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        for (const end of ['-wal', '-shm', '-journal']) rmSync(file() + end, { force: true });
        writeFileSync(file(), flipped);
        sum.flips += 1;
        if ((await checkData(folder)).problems.length > 0) sum.found += 1;
        else if (dump() === before) sum.harmless += 1;
        else unnoticed.push(at);
      }
      if (process.env.ZHENXUE_FLIP_STEP !== undefined) process.stderr.write(`${JSON.stringify(sum)}\n`);
      expect(unnoticed).toEqual([]);
      expect(sum.found + sum.harmless).toBe(sum.flips);
      expect(existsSync(file())).toBe(true);
    },
    STEP < 100 ? 7_200_000 : 120_000,
  );
});
