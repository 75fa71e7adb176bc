/** The command that kills one of two servers, in short. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MONGO_MISSING } from '../support/mongo.ts';
import { REDIS_MISSING } from '../support/redis.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/nodes.mjs', import.meta.url));
const MISSING: string | null = MONGO_MISSING ?? REDIS_MISSING;
const LEARNERS = 40;

/** Milliseconds: the killed server lives on in the store for 15 s, and everybody plays before and after. */
const RUN_MS = 240_000;

async function run(): Promise<{ code: number; summary: Record<string, unknown> }> {
  const args = [SCRIPT, '--learners', String(LEARNERS), '--steady', '6'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, summary: JSON.parse(out) as Record<string, unknown> };
}

describe('two servers, one of them killed', () => {
  it('given learners at both, then all go on at the other, nothing acknowledged is lost and nobody is accused', {
    timeout: RUN_MS,
  }, async (context) => {
    if (MISSING !== null) context.skip(MISSING);
    const { code, summary } = await run();
    expect(summary).toMatchObject({ problems: [], lost: 0, duplicated: 0, violations: 0, ended: 0 });
    expect(summary).toMatchObject({
      chains: LEARNERS,
      killed: { learners: LEARNERS / 2, resumed: LEARNERS / 2 },
    });
    expect(code).toBe(0);
  });
});
