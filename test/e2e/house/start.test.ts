import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { runStart, type StartCommand } from '../../support/start-command.ts';

const data = mkdtempSync(join(tmpdir(), 'zhenxue-start-'));
const running: StartCommand[] = [];

function start(args: readonly string[]): StartCommand {
  const command = runStart(args);
  running.push(command);
  return command;
}

/** Holds a port of this machine. */
async function takePort(): Promise<{ port: number; release: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, release: () => server.close() };
}

afterEach(async () => {
  for (const command of running.splice(0)) await command.stop();
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

describe('npm start', () => {
  it('prints addresses that answer, and what became of an honest learner and of a cheat', async () => {
    const command = start(['--port', '0', '--data', join(data, 'demo')]);
    const [, base = ''] = await command.until(/Demo lesson .*(http:\S+?)\/demo\//);
    for (const path of [
      '/demo/',
      '/demo/clip.webm',
      '/sdk/zhenxue.mjs',
      '/console/',
      '/v1/openapi.json',
      '/readyz',
    ])
      expect([path, (await fetch(base + path)).status]).toEqual([path, 200]);
    await command.until(/Serving until Ctrl-C/);
    const summary = command.output().slice(command.output().indexOf('What the server decided'));
    expect(summary).toMatch(/honest .* VALID 有效 — credited 1:04/);
    expect(summary).toMatch(/cheat .* INVALID 无效/);
    expect(summary).toMatch(/fast-forward \(zz-2022-2:20\(3\)\) at 0:00–0:1\d/);
    expect(await command.stop()).toBe(0);
  });

  it('takes the next free port and another data folder when they are in use, and says so', async () => {
    const taken = await takePort();
    const folder = join(data, 'bare');
    const first = start(['--no-demo', '--port', '0', '--data', folder]);
    await first.until(/Serving until Ctrl-C/);
    const second = start(['--no-demo', '--port', String(taken.port), '--data', folder]);
    const [, base = ''] = await second.until(/Console .*(http:\S+?)\/console\//);
    taken.release();
    expect(second.output()).toContain(`Port ${taken.port} is taken; using `);
    expect(second.output()).toContain(`using ${folder}-2`);
    expect(second.output()).not.toContain('/demo/');
    expect((await fetch(`${base}/demo/`)).status).toBe(404);
    expect((await fetch(`${base}/livez`)).status).toBe(200);
  });

  it.each([
    [['--bogus'], 'Unknown option'],
    [['--port', 'x'], '--port must be a whole number'],
    [['--no-demo', '--data', '/dev/null/x'], 'cannot be written'],
  ])('explains %j', async (args, expected) => {
    const command = start(args);
    await expect(command.until(/never printed/)).rejects.toThrow(expected);
    expect(command.output()).toContain('→');
    expect(await command.stop()).toBe(1);
  });
});
