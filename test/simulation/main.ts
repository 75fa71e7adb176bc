/** Runs worlds by their seeds and prints what happened; `scripts/simulate.mjs` starts this. */
import { parseArgs } from 'node:util';
import { closingBlock, simulate } from './sim/run.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const seeds = Number(values.seeds);
const first = Number(values.seed);
if (!Number.isSafeInteger(seeds) || seeds < 1 || !Number.isSafeInteger(first)) {
  console.error('simulate: expected --seeds <whole number from 1> and --seed <whole number>');
  process.exitCode = 2;
} else {
  const report = await simulate(first, seeds, (line) => console.log(line));
  console.log(closingBlock(report));
  process.exitCode = report.ok ? 0 : 1;
}
