/** A short run of the simulation; `npm run simulate` runs as many worlds as you like. */
import { describe, expect, it } from 'vitest';
import { catalogue, simulate } from './sim/run.ts';
import { runWorld } from './sim/world.ts';

/** Worlds of the short run; enough for every cheat of the catalogue. */
const SEEDS = 60;

/** A seed whose world has server crashes in it. */
const CRASHING_SEED = 3;

describe('simulated worlds', () => {
  it('keep every invariant, accuse no honest learner and find every cheat', async () => {
    const said: string[] = [];
    const report = await simulate(1, SEEDS, (line) => said.push(line));
    const wrong = said.filter((line) => !line.includes(' seeds'));
    expect(wrong).toEqual([]);
    expect(report).toMatchObject({ ok: true, seeds: SEEDS, failures: [], falseViolations: 0 });
    expect(report.honestSittings).toBeGreaterThan(4 * SEEDS);
    expect(report.crashes).toBeGreaterThan(0);
    const played = new Set(report.cheats.keys());
    expect(catalogue().filter((name) => !played.has(name))).toEqual([]);
  });

  it('are the same again from the same seed', async () => {
    const first = await runWorld(CRASHING_SEED);
    const again = await runWorld(CRASHING_SEED);
    expect(again).toEqual(first);
    expect(await runWorld(CRASHING_SEED + 1)).not.toEqual(first);
  });
});
