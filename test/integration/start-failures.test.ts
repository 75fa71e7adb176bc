import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { checkData } from '../../server/src/upkeep.ts';
import { startServerProcess } from '../support/server-process.ts';

const CLI = fileURLToPath(new URL('../../server/dist/cli.js', import.meta.url));
/** An account that owns nothing. */
const NOBODY = 65_534;
/** Bytes of a disk on which not even an empty store fits, and of one with room. */
const SMALL_DISK_BYTES = 40_960;
const LARGE_DISK_BYTES = 67_108_864;

let root: string;
let data: string;
let mounted: boolean;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'zhenxue-start-'));
  chmodSync(root, 0o755);
  data = join(root, 'data');
  mounted = false;
});

afterEach(() => {
  if (mounted) spawnSync('umount', ['-l', data]);
  rmSync(root, { recursive: true, force: true });
});

const isRoot = () => process.getuid?.() === 0;

/** Starts the server and waits for its end; as somebody who is not root, when we are. */
function serve(options: { readonly nobody?: boolean; readonly prefix?: readonly string[] } = {}) {
  const env = { ...process.env, ZHENXUE_DATA_DIR: data, ZHENXUE_PORT: '0', ZHENXUE_LOG_LEVEL: 'silent' };
  const account = options.nobody === true && isRoot() ? { uid: NOBODY, gid: NOBODY } : {};
  const [command = '', ...args] = [...(options.prefix ?? []), process.execPath, CLI];
  const ended = spawnSync(command, args, { env, encoding: 'utf8', timeout: 30_000, ...account });
  return { status: ended.status, error: ended.stderr };
}

/** Skips by name where a server cannot be run as nobody: its files cannot be read then. */
function needNobody(context: TestContext): void {
  const options = isRoot() ? { uid: NOBODY, gid: NOBODY } : {};
  const probe = spawnSync(process.execPath, [CLI, 'nonsense'], { encoding: 'utf8', ...options });
  if (probe.status !== 2) context.skip('an account without rights cannot run the built server here');
}

function mount(bytes: number, more = ''): boolean {
  const options = ['-t', 'tmpfs', '-o', `size=${bytes},mode=700${more}`, 'tmpfs', data];
  mounted = spawnSync('mount', options).status === 0;
  return mounted;
}

async function sound(): Promise<void> {
  const server = await startServerProcess(data);
  expect(await server.stop()).toBe(0);
  expect((await checkData(data)).problems).toEqual([]);
}

describe('a start that cannot be', () => {
  it('given a data folder that this account may not read, then it says so, names the remedy and changes nothing', async (context) => {
    needNobody(context);
    await sound();
    chmodSync(data, isRoot() ? 0o700 : 0o000);
    const { status, error } = serve({ nobody: true });
    chmodSync(data, 0o700);
    expect(status).toBe(1);
    expect(error).toContain(data);
    expect(error).toMatch(/→ .*read and write permission/);
    await sound();
  });

  it('given a store that this account may read but not write, then it says so, names the remedy and changes nothing', async (context) => {
    needNobody(context);
    await sound();
    const file = join(data, 'zhenxue.db');
    const before = readFileSync(file);
    chmodSync(data, 0o555);
    chmodSync(file, 0o444);
    const { status, error } = serve({ nobody: true });
    chmodSync(data, 0o700);
    chmodSync(file, 0o600);
    expect(status).toBe(1);
    expect(error).toMatch(/→ .*read and write permission/);
    expect(readFileSync(file).equals(before)).toBe(true);
    await sound();
  });

  it('given keys that this account may not read in a folder that it owns, then it says so and names the remedy', async (context) => {
    needNobody(context);
    if (!isRoot())
      context.skip('needs root: only root can make files that their folder’s owner may not read');
    await sound();
    for (const name of ['', 'zhenxue.db', 'server.lock']) chownSync(join(data, name), NOBODY, NOBODY);
    const { status, error } = serve({ nobody: true });
    expect(status).toBe(1);
    expect(error).toMatch(/→ .*read and write permission/);
  });

  it('given a full disk, then it says so and names the remedy, and with room it starts', async (context) => {
    mkdirSync(data);
    if (!mount(SMALL_DISK_BYTES)) context.skip('a small disk cannot be mounted (needs root)');
    const { status, error } = serve();
    expect(status).toBe(1);
    expect(error).toMatch(/→ free space on the disk/);
    spawnSync('mount', ['-o', `remount,size=${LARGE_DISK_BYTES}`, data]);
    await sound();
  });

  it('given a disk that fills up under a store with data, then it says so, and with room everything is there', async (context) => {
    mkdirSync(data);
    if (!mount(LARGE_DISK_BYTES)) context.skip('a small disk cannot be mounted (needs root)');
    await sound();
    spawnSync('dd', ['if=/dev/zero', `of=${join(data, 'ballast')}`, 'bs=65536']);
    const { status, error } = serve();
    expect(status).toBe(1);
    expect(error).toMatch(/→ free space on the disk/);
    rmSync(join(data, 'ballast'));
    await sound();
  });

  it('given a disk that is mounted for reading only, then it says so and names the remedy', async (context) => {
    mkdirSync(data);
    if (!mount(LARGE_DISK_BYTES)) context.skip('a disk cannot be mounted (needs root)');
    expect(await (await startServerProcess(data)).stop()).toBe(0);
    if (spawnSync('mount', ['-o', 'remount,ro', data]).status !== 0)
      context.skip('the disk cannot be remounted');
    const { status, error } = serve();
    expect(status).toBe(1);
    expect(error).toMatch(/→ .*(?:read and write permission)/);
    spawnSync('mount', ['-o', 'remount,rw', data]);
    await sound();
  });

  it('given a database that another program holds, then it says so and names the remedy', async () => {
    expect(await (await startServerProcess(data)).stop()).toBe(0);
    const db = new DatabaseSync(join(data, 'zhenxue.db'));
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE');
    const { status, error } = serve();
    db.exec('ROLLBACK');
    db.close();
    expect(status).toBe(1);
    expect(error).toMatch(/→ .*(?:end the program that holds|stop it first)/);
    await sound();
  });

  it('given a store cut in half, then it says so, names the remedy and does not touch what is left', async () => {
    await sound();
    const file = join(data, 'zhenxue.db');
    const half = readFileSync(file).subarray(0, 6_000);
    writeFileSync(file, half);
    const { status, error } = serve();
    expect(status).toBe(1);
    expect(error).toMatch(/→ .*restore/);
    expect(readFileSync(file).equals(half)).toBe(true);
  });
});
