/** A short run of the simulation; `npm run simulate` runs as many worlds as you like. */
import { describe, expect, it } from 'vitest';
import { Ledger } from './sim/ledger.ts';
import { catalogue, closingBlock, simulate } from './sim/run.ts';
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

  it('print the seed and the command that replays a failure, and are then not ok', async () => {
    const said: string[] = [];
    const report = await simulate(
      77,
      1,
      (line) => said.push(line),
      async (seed) => {
        const ledger = new Ledger(seed);
        ledger.check('acked-is-stored', false, () => 'batch 3 is not there');
        ledger.cheats.push({ cheat: 'hidden tab', found: false, detail: 'nothing was found' });
        return ledger;
      },
    );
    expect(report.ok).toBe(false);
    expect(said.join('\n')).toContain('FAILED acked-is-stored: batch 3 is not there');
    expect(said.join('\n')).toContain('MISSED hidden tab: nothing was found');
    expect(said.filter((line) => line.includes('npm run simulate -- --seeds 1 --seed 77'))).toHaveLength(2);
    expect(closingBlock(report)).toMatch(/invariant failures: +1/);
  });
});
