/**
 * `npm run simulate -- --seeds N [--seed S]`: lets N simulated worlds live, from seed S on, and prints what held and what did
 * not. Nothing is built: the sources run as they are. Exit code 1 on any failure; every failure prints its seed.
 */
import { join } from 'node:path';
import { ensureInstalled } from './steps/ensure-installed.mjs';
import { ROOT, run, runMain } from './steps/project.mjs';

/** MiB for young objects: a world makes many that die at once. */
const YOUNG_MIB = 64;

await runMain(async () => {
  await ensureInstalled(console.log);
  const main = join('test', 'simulation', 'main.ts');
  const args = [`--max-semi-space-size=${YOUNG_MIB}`, '--import', 'tsx', main, ...process.argv.slice(2)];
  const env = { TSX_TSCONFIG_PATH: join(ROOT, 'test', 'simulation', 'tsconfig.json') };
  return (await run(process.execPath, args, { env })).code;
});
