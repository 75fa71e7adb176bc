import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createArchiveCodec } from '../../server/src/adapters/archive/codec.ts';
import { openSqliteStore } from '../../server/src/adapters/sqlite/store.ts';
import { archiveSitting } from '../../server/src/app/archive-ended.ts';
import { readConfig } from '../../server/src/config/config.ts';
import { retain } from '../../server/src/retention-command.ts';
import { checkData } from '../../server/src/upkeep.ts';
import { type StoredFolder, storedFolder } from '../support/fault-store.ts';

const CLI = fileURLToPath(new URL('../../server/dist/cli.js', import.meta.url));
const DAY_MS = 86_400_000;
const DAYS = {
  ZHENXUE_RETENTION_PHOTOS_DAYS: '90',
  ZHENXUE_RETENTION_RECORDS_DAYS: '731',
  ZHENXUE_RETENTION_FINDINGS_DAYS: '900',
  ZHENXUE_RETENTION_VERDICTS_DAYS: '1000',
};

let stored: StoredFolder;
let folder: string;

beforeAll(async () => {
  stored = await storedFolder();
  folder = mkdtempSync(join(tmpdir(), 'zhenxue-retention-'));
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

/** Runs the command `days` after everything ended. */
async function retainAfter(days: number, apply: boolean): Promise<string> {
  const config = readConfig({ ...DAYS, ZHENXUE_DATA_DIR: folder });
  const clock = { now: () => Date.UTC(2026, 10, 24) + days * DAY_MS };
  return (await retain(config, apply, clock)).text;
}

function cli(
  env: Record<string, string>,
  ...args: string[]
): { status: number | null; out: string; error: string } {
  const all = {
    ...process.env,
    ...env,
    ZHENXUE_DATA_DIR: folder,
    ZHENXUE_PORT: '0',
    ZHENXUE_LOG_LEVEL: 'silent',
  };
  const ended = spawnSync(process.execPath, [CLI, ...args], { env: all, encoding: 'utf8', timeout: 20_000 });
  return { status: ended.status, out: ended.stdout, error: ended.stderr };
}

describe('retention', () => {
  it('given days, then a dry run says what would go, and each real one leaves a store that fsck accepts', async () => {
    expect(await retainAfter(89, true)).toContain('photos: kept for 90 days; 0 sittings');
    const before = await checkData(folder);
    expect(await retainAfter(740, false)).toMatch(
      /records: kept for 731 days; 1 sittings, ended 2026-11-23 to 2026-11-23/,
    );
    expect(await checkData(folder)).toEqual(before);
    for (const days of [740, 910]) {
      await retainAfter(days, true);
      expect(await checkData(folder)).toMatchObject({ problems: [], sittings: 3, archived: 0 });
    }
    await retainAfter(1_010, true);
    expect(await checkData(folder)).toMatchObject({ problems: [], sittings: 2 });
  });

  it('given what is left of a sitting whose records are gone, then fsck finds any change of it', async () => {
    await retainAfter(740, true);
    for (const sql of [
      "UPDATE sessions SET outcome = 'valid' WHERE sid = 1",
      'UPDATE sessions SET credited_ms = credited_ms + 1 WHERE sid = 1',
      'DELETE FROM findings WHERE sid = 1',
      "UPDATE tombstones SET reason = 'x'",
      'DELETE FROM tombstones',
      'UPDATE sessions SET archived = 0 WHERE sid = 1',
    ]) {
      const copy = join(folder, 'copy.db');
      cpSync(file(), copy);
      const db = new DatabaseSync(file());
      db.exec(sql);
      db.close();
      expect((await checkData(folder)).problems, sql).not.toEqual([]);
      for (const end of ['-wal', '-shm']) rmSync(file() + end, { force: true });
      cpSync(copy, file());
    }
  });

  it('given photos that have outlived their days, then their files go and the records still prove them', async () => {
    const store = openSqliteStore({ file: file() });
    const sitting = (await store.sessions.list({ learner: 'learner-photo' }, { limit: 1, cursor: null }))
      .items[0];
    await store.close();
    const db = new DatabaseSync(file());
    // The learner with the photo is still at it: this ends the sitting by hand, and fsck is not asked about its row.
    db.exec(
      `UPDATE sessions SET ended_at = ${sitting?.openedAt ?? 0} WHERE session = '${sitting?.session ?? ''}'`,
    );
    db.close();
    const names = () => readdirSync(join(folder, 'photos'), { recursive: true }) as string[];
    expect(names().filter((name) => name.endsWith('.bin'))).toHaveLength(1);
    expect(await retainAfter(92, true)).toContain('photos: kept for 90 days; 1 sittings');
    expect(names().filter((name) => name.endsWith('.bin'))).toHaveLength(0);
    const again = openSqliteStore({ file: file() });
    const [stone] = await again.retention.tombstones(sitting?.session ?? '');
    await again.close();
    expect(stone).toMatchObject({ kind: 'photos', reason: 'kept for 90 days' });
  });

  it('given days below what must be kept, then neither the server nor the command starts, and the floor is named', () => {
    for (const args of [[], ['retention', '--apply']]) {
      const { status, error } = cli({ ZHENXUE_RETENTION_RECORDS_DAYS: '730' }, ...args);
      expect(status).toBe(2);
      expect(error).toMatch(/records: expected at least 731 days .*zz-2022-2:20\(3\)/);
    }
    const order = { ...DAYS, ZHENXUE_RETENTION_FINDINGS_DAYS: '2000' };
    expect(cli(order, 'retention').error).toContain('verdicts: expected at least the days of findings');
    const photos = { ZHENXUE_RETENTION_RECORDS_DAYS: '800' };
    expect(cli(photos, 'retention').error).toContain('records: expected at least the days of photos');
  });

  it('given no setting, then the command says that everything is kept, with the floors', () => {
    const { status, out } = cli({}, 'retention');
    expect(status).toBe(0);
    expect(out).toContain('records: kept for good (least that can be set: 731 days; zz-2022-2:20(3)');
    expect(out).toContain('Nothing was deleted');
    expect(cli({}, 'retention', '--all').status).toBe(2);
  });

  it('given a sitting whose records were deleted, then asking to pack it again changes nothing', async () => {
    await retainAfter(740, true);
    const store = openSqliteStore({ file: file() });
    const { sessions, archives } = store;
    expect(await archives.waiting(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
    const [gone] = (await sessions.list({ learner: 'learner-left' }, { limit: 1, cursor: null })).items;
    const deps = { sessions, archives, codec: createArchiveCodec() };
    await expect(archiveSitting(deps, gone?.session ?? '')).rejects.toThrow('at least one record');
    await store.close();
  });
});
