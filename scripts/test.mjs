/**
 * `npm test`: installs and builds what is missing, runs every suite, ends with a table.
 * `npm test -- unit e2e` runs these suites, `npm test -- test/unit/gates` the files below that path.
 */
import { ensureBuilt } from './steps/ensure-built.mjs';
import { ensureChromium } from './steps/ensure-chromium.mjs';
import { ensureInstalled } from './steps/ensure-installed.mjs';
import { ensureMongo } from './steps/ensure-mongo.mjs';
import { ensureRedis } from './steps/ensure-redis.mjs';
import { ROOT, runMain } from './steps/project.mjs';
import { addSkip, closingTable, countingReporter } from './steps/suite-reporter.mjs';

const SUITES = ['unit', 'property', 'hostile', 'contract', 'simulation', 'integration', 'e2e'];
/** The suite that cannot run without a browser. */
const BROWSER_SUITE = 'e2e';
/** The suites that run against MongoDB and Redis too; without one their tests skip themselves and say why. */
const MONGO_SUITES = ['contract', 'integration'];
/** What cannot be had where install scripts do not run (design: `ignore-scripts`): its tests may be skipped, by name. */
const CANNOT_BE_HAD = ['@tensorflow/tfjs-node '];

await runMain(async () => {
  const args = process.argv.slice(2);
  const paths = args.filter((arg) => !SUITES.includes(arg));
  const named = args.filter((arg) => SUITES.includes(arg));
  await ensureInstalled(console.log);
  await ensureBuilt(console.log);
  const chromium = await ensureChromium(console.log);
  const wanted = named.length > 0 ? named : SUITES;
  if (wanted.some((suite) => MONGO_SUITES.includes(suite))) {
    await ensureMongo(console.log);
    await ensureRedis(console.log);
  }
  const suites = wanted.filter((suite) => suite !== BROWSER_SUITE || chromium.path !== null);
  const { reporter, counts } = countingReporter();
  if (chromium.path === null) console.log(chromium.reason);
  if (suites.length > 0) {
    const { startVitest } = await import('vitest/node');
    const options = {
      root: ROOT,
      run: true,
      watch: false,
      project: suites,
      reporters: ['default', reporter],
    };
    const vitest = await startVitest('test', paths, { ...options, passWithNoTests: true });
    await vitest.close();
  }
  if (chromium.path === null && wanted.includes(BROWSER_SUITE))
    addSkip(counts.tallies, BROWSER_SUITE, chromium.reason);
  const { text, ok } = closingTable(counts, {
    failOnSkip: process.env.CI === 'true',
    cannotBeHad: CANNOT_BE_HAD,
  });
  console.log(`\n${text}`);
  return ok ? 0 : 1;
});
