import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { claimDataFolder } from '../../../scripts/steps/data-folder.mjs';
import { firstMissing } from '../../../scripts/steps/ensure-installed.mjs';
import { firstFreePort } from '../../../scripts/steps/free-port.mjs';
import { makeTree, type Tree } from '../../support/tree.ts';

const trees: Tree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.stop();
});

function tree(files: Readonly<Record<string, string>>): string {
  const made = makeTree(files);
  trees.push(made);
  return made.root;
}

const lock = (packages: object): string => JSON.stringify({ packages });

describe('what is missing from an install', () => {
  const wanted = {
    '': {},
    protocol: { version: '0.1.0' },
    'node_modules/@zhenxue/protocol': { resolved: 'protocol', link: true },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/for-another-system': { version: '1.0.0', optional: true },
    'node_modules/needed-by-nobody': { version: '1.0.0', extraneous: true },
  };
  const present = {
    'node_modules/@zhenxue/protocol': { resolved: 'protocol', link: true },
    'node_modules/a': { version: '1.0.0' },
  };

  it.each([
    ['nothing', present, null],
    ['everything', null, 'node_modules'],
    ['a package', { ...present, 'node_modules/a': undefined }, 'node_modules/a'],
    ['its version', { ...present, 'node_modules/a': { version: '1.0.1' } }, 'node_modules/a'],
    ['a workspace', { 'node_modules/a': { version: '1.0.0' } }, 'node_modules/@zhenxue/protocol'],
  ])('is %s', (_name, installed, expected) => {
    const files: Record<string, string> = { 'package-lock.json': lock(wanted) };
    if (installed !== null) files['node_modules/.package-lock.json'] = lock(installed);
    expect(firstMissing(tree(files))).toBe(expected);
  });

  it('cannot be told without a lock file', () => {
    expect(() => firstMissing(tree({}))).toThrow('package-lock.json is missing');
  });
});

describe('the claim of a data folder', () => {
  const silent = (): void => undefined;

  it('is held until it is released, and a second server gets a folder beside it', () => {
    const wished = join(tree({}), 'data');
    const said: string[] = [];
    const first = claimDataFolder(wished, silent);
    expect(first.folder).toBe(wished);
    // The parent of this process lives, and is another one.
    writeFileSync(join(wished, '.in-use-by'), String(process.ppid));
    const second = claimDataFolder(wished, (line) => said.push(line));
    expect(second.folder).toBe(`${wished}-2`);
    expect(said).toHaveLength(1);
    first.release();
    expect(claimDataFolder(wished, silent).folder).toBe(wished);
  });

  it.each(['', 'x', '-1', '4194399'])('counts for nothing with the process id %j', (pid) => {
    const wished = join(tree({ 'data/.in-use-by': pid }), 'data');
    expect(claimDataFolder(wished, silent).folder).toBe(wished);
  });
});

describe('the first free port', () => {
  it('is the one after a taken one', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      expect(await firstFreePort('127.0.0.1', port)).toBeGreaterThan(port);
    } finally {
      server.close();
    }
  });

  it('stays 0, which means any', async () => {
    expect(await firstFreePort('127.0.0.1', 0)).toBe(0);
  });

  it('is not looked for at an address of another machine', async () => {
    await expect(firstFreePort('192.0.2.1', 7070)).rejects.toThrow('cannot be listened on');
  });
});
