import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkData } from '../../server/src/upkeep.ts';
import { type StoredFolder, storedFolder } from '../support/fault-store.ts';

/** Every so many bytes are flipped: 1 by `ZHENXUE_FLIP_STEP=1`, which takes ten minutes. */
const STEP = Number(process.env.ZHENXUE_FLIP_STEP ?? 331);

const FLIP = fileURLToPath(new URL('../../scripts/flip.mjs', import.meta.url));

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
    expect(sum).toMatchObject({ sittings: 3, archived: 1, photos: 1, destroyed: 0 });
    expect(sum.records).toBeGreaterThan(20);
  });

  it.each([
    [
      'a record changed',
      'UPDATE records SET bytes = zeroblob(length(bytes)) WHERE sid = 2 AND n = 5',
      /record/,
    ],
    ['a record moved in time', 'UPDATE records SET at = at + 1 WHERE sid = 2 AND n = 4', /record 4/],
    ['a record gone', 'DELETE FROM records WHERE sid = 2 AND n = 3', /record 3/],
    [
      'a packed record changed',
      'UPDATE archives SET body = zeroblob(length(body))',
      /sitting .*(?:archive|version)/,
    ],
    ['a packed sitting cut', 'UPDATE archives SET count = count - 1', /sitting .*archive/],
    ['a packed sitting gone', 'DELETE FROM archives', /one place/],
    ['the last record gone', 'DELETE FROM records WHERE rid = (SELECT max(rid) FROM records)', /sitting/],
    ['a finding gone', 'DELETE FROM findings', /findings/],
    ['a verdict prettified', "UPDATE sessions SET outcome = 'valid' WHERE sid = 3", /outcome/],
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
      const args = [FLIP, folder, '--step', String(STEP), '--workers', '2'];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      child.stdout.on('data', (part: Buffer) => {
        out += part.toString();
      });
      const [code] = (await once(child, 'close')) as [number];
      const { bytes, flips, detected, harmless, crashed, unnoticed } = JSON.parse(out) as Record<
        string,
        number
      >;
      if (process.env.ZHENXUE_FLIP_STEP !== undefined) process.stderr.write(out);
      expect({ code, unnoticed, crashed }).toEqual({ code: 0, unnoticed: 0, crashed: 0 });
      expect(flips).toBe(Math.ceil((bytes ?? 0) / STEP));
      expect((detected ?? 0) + (harmless ?? 0)).toBe(flips);
      expect(detected).toBeGreaterThan(0);
    },
    STEP < 100 ? 7_200_000 : 120_000,
  );
});
