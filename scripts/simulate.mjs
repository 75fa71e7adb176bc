/**
 * `npm run simulate -- --seeds N [--seed S]`: lets N simulated worlds live, from seed S on, and prints what held and what did
 * not. The sources are joined into one file first: what a loader adds to every function would be measured with them. Exit code 1
 * on any failure; every failure prints its seed.
 */
import { join } from 'node:path';
import { ensureInstalled } from './steps/ensure-installed.mjs';
import { ROOT, run, runMain } from './steps/project.mjs';

/** MiB for young objects: a world makes many that die at once. */
const YOUNG_MIB = 64;

/** The last one lets the worlds' clock settle promises without a tick of the process between two events. */
const FLAGS = [`--max-semi-space-size=${YOUNG_MIB}`, '--single-threaded-gc', '--allow-natives-syntax'];

/** Where the joined file goes. */
const OUT = join(ROOT, 'node_modules', '.cache', 'simulation');

async function joinSources() {
  const { build } = await import('tsdown');
  await build({
    config: false,
    cwd: ROOT,
    entry: { simulation: join(ROOT, 'test', 'simulation', 'main.ts') },
    outDir: OUT,
    format: 'esm',
    platform: 'node',
    dts: false,
    clean: false,
    logLevel: 'silent',
    noExternal: [/.*/],
    alias: {
      '@zhenxue/protocol': join(ROOT, 'protocol', 'src', 'index.ts'),
      '@zhenxue/evidence': join(ROOT, 'evidence', 'src', 'index.ts'),
    },
  });
}

await runMain(async () => {
  await ensureInstalled(console.log);
  await joinSources();
  const args = [...FLAGS, join(OUT, 'simulation.mjs')];
  return (await run(process.execPath, [...args, ...process.argv.slice(2)])).code;
});
