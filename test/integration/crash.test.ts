import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/crash.mjs', import.meta.url));

const CARELESS = fileURLToPath(new URL('../support/careless-server.mjs', import.meta.url));

/** What the suite prints at its end. */
interface Closing {
  readonly cycles: number;
  readonly acked: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly chainsVerified: number;
  readonly modes: readonly { readonly problems: readonly string[]; readonly missing: readonly string[] }[];
}

async function crash(
  mode: string,
  cycles: number,
  more: readonly string[] = [],
): Promise<{ code: number; closing: Closing }> {
  const args = [SCRIPT, '--cycles', String(cycles), '--mode', mode, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, closing: JSON.parse(out.trim().split('\n').at(-1) ?? '') as Closing };
}

describe('the crash suite, in short', () => {
  it.each(['kill', 'powerloss', 'ioerror'])(
    'given three deaths by %s, then nothing acknowledged is lost',
    async (mode) => {
      const { code, closing } = await crash(mode, 3);
      const [result] = closing.modes;
      expect(result?.problems).toEqual([]);
      expect(closing).toMatchObject({ lost: 0, duplicated: 0 });
      expect(code).toBe(0);
      // What this machine cannot do is named; what it can do was done.
      if (result?.missing.length === 0) {
        expect(closing.cycles).toBe(3);
        expect(closing.acked).toBeGreaterThan(0);
        expect(closing.chainsVerified).toBeGreaterThan(0);
      }
    },
  );

  it('given a server whose store never syncs, then the power losses find it out', async () => {
    const { code, closing } = await crash('powerloss', 2, ['--server', CARELESS]);
    const [result] = closing.modes;
    if (result?.missing.length !== 0) return expect(result?.missing.join()).toContain('gcc');
    expect(closing.acked).toBeGreaterThan(0);
    expect(closing.lost).toBeGreaterThan(0);
    expect(code).toBe(1);
  });

  it('given a store that is filled beforehand, then its events are counted and everything is found again', async () => {
    const { code, closing } = await crash('kill', 2, ['--prefill', '5000']);
    expect(code).toBe(0);
    expect(closing.modes[0]).toMatchObject({ prefilledEvents: 5_000, problems: [] });
  });
});
