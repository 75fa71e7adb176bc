import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/bench.mjs', import.meta.url));

async function bench(group: string): Promise<readonly Record<string, unknown>[]> {
  const args = ['--expose-gc', SCRIPT, '--child', group, '--quick'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString();
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the benches, in short', () => {
  it.each([
    ['storage', ['storage.hot', 'storage.archived']],
    ['memory', ['memory.perLearner1k']],
    ['query', ['query.searchP95']],
  ])('given %s, then every line names metric, value, unit, baseline and ratio', async (group, metrics) => {
    const lines = await bench(group);
    expect(lines.map(({ metric }) => metric)).toEqual(metrics);
    for (const line of lines) {
      const number = expect.any(Number);
      expect(line).toMatchObject({
        value: number,
        unit: expect.any(String),
        baseline: number,
        ratio: number,
      });
      expect(line.value).toBeGreaterThan(0);
    }
  });
});
