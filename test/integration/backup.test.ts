import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { regulatorOf, startServerProcess } from '../support/server-process.ts';
import { connectClient, openEvent, playing } from './support/client.ts';

const CLI = fileURLToPath(new URL('../../server/dist/cli.js', import.meta.url));

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'zhenxue-backup-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const at = (name: string) => join(root, name);

/** Runs a command of the program; no argument starts a server. */
function cli(dataDir: string, ...args: string[]): { status: number | null; out: string; error: string } {
  const env = { ...process.env, ZHENXUE_DATA_DIR: dataDir, ZHENXUE_PORT: '0', ZHENXUE_LOG_LEVEL: 'silent' };
  const ended = spawnSync(process.execPath, [CLI, ...args], { env, encoding: 'utf8', timeout: 20_000 });
  return { status: ended.status, out: ended.stdout, error: ended.stderr };
}

/** A data folder with one sitting of two batches, backed up while the server went on. */
async function backedUp(): Promise<{ session: string }> {
  const server = await startServerProcess(at('data'));
  try {
    const { body } = await (await regulatorOf(server.url)).ticket('learner', 'lesson-1');
    if (!('ticket' in body)) throw new Error(`expected a ticket, got ${body.code}`);
    const client = await connectClient(server.url, body.ticket);
    await client.send([openEvent()]);
    await client.send([{ ...playing(1, 0), s: 0 }]);
    expect(cli(at('data'), 'backup', at('copy'))).toMatchObject({ status: 0 });
    expect(await client.send([{ ...playing(2, 0), s: 0 }])).toMatchObject({ ok: true, seq: 3 });
    client.close();
    return { session: body.session };
  } finally {
    await server.stop();
  }
}

describe('backup and restore', () => {
  it('given a backup taken while serving, then an empty folder brought back from it serves the same sitting', async () => {
    const { session } = await backedUp();
    const restored = cli(at('other'), 'restore', at('copy'));
    expect(restored).toMatchObject({ status: 0 });
    expect(restored.out).toContain('"ok":true,"sittings":1');
    const server = await startServerProcess(at('other'));
    try {
      const sitting = await (await regulatorOf(server.url)).sittingOf('learner');
      expect(sitting.session).toBe(session);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });

  it('given a used data folder, a changed file or an unfinished backup, then nothing is touched and the reason is said', async () => {
    await backedUp();
    expect(cli(at('data'), 'restore', at('copy'))).toMatchObject({
      status: 1,
      error: expect.stringContaining('empty data folder'),
    });
    expect(cli(at('data'), 'backup', at('copy'))).toMatchObject({
      status: 1,
      error: expect.stringContaining('does not exist yet'),
    });
    appendFileSync(join(at('copy'), 'keys', 'kek.bin'), 'x');
    expect(cli(at('new'), 'restore', at('copy'))).toMatchObject({
      status: 1,
      error: expect.stringContaining('kek.bin: expected the bytes that were backed up'),
    });
    rmSync(join(at('copy'), 'manifest.json'));
    expect(cli(at('new'), 'restore', at('copy')).error).toContain('expected a finished backup');
    expect(existsSync(at('new'))).toBe(false);
  });

  it('given a damaged store, then fsck names the bad record and the remedy, and ends with 1', async () => {
    const { session } = await backedUp();
    const db = new DatabaseSync(join(at('data'), 'zhenxue.db'));
    db.exec('UPDATE records SET at = at + 1 WHERE n = 3');
    db.close();
    const { status, out } = cli(at('data'), 'fsck');
    expect(status).toBe(1);
    expect(out).toContain(`sitting ${session}: expected the chain to hold at record 3`);
    expect(out).toContain('restore');
  });
});

describe('a start that cannot be', () => {
  it('given a store of a newer program, then it says so, names the remedy and leaves the file as it is', () => {
    mkdirSync(at('data'));
    const db = new DatabaseSync(join(at('data'), 'zhenxue.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    const before = statSync(join(at('data'), 'zhenxue.db')).mtimeMs;
    const { status, error } = cli(at('data'));
    expect(status).toBe(1);
    expect(error).toMatch(/newer program.*\n→ .*(?:install|update)/s);
    expect(statSync(join(at('data'), 'zhenxue.db')).mtimeMs).toBe(before);
  });

  it('given a file that is no database, then it says so and names the remedy', () => {
    mkdirSync(at('data'));
    writeFileSync(join(at('data'), 'zhenxue.db'), 'not a database, not a database, not a database');
    const { status, error } = cli(at('data'));
    expect(status).toBe(1);
    expect(error).toMatch(/\n→ .*restore/s);
  });

  it('given a data folder that is a file, then it says so and names the remedy', () => {
    writeFileSync(at('data'), '');
    const { status, error } = cli(at('data'));
    expect(status).toBe(1);
    expect(error).toMatch(/\n→ .*ZHENXUE_DATA_DIR/s);
  });

  it('given a second server on the same folder, then it is refused, and the first goes on', async () => {
    const server = await startServerProcess(at('data'));
    try {
      const { status, error } = cli(at('data'));
      expect(status).toBe(1);
      expect(error).toMatch(/another server.*\n→ .*stop/is);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    } finally {
      expect(await server.stop()).toBe(0);
    }
    const next = await startServerProcess(at('data'));
    await next.kill();
    const after = await startServerProcess(at('data'));
    expect(await after.stop()).toBe(0);
  });
});
