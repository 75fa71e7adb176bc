/** `npm run check`: every gate by name, with its time and what it found. */
import { ensureBuilt } from './steps/ensure-built.mjs';
import { ensureInstalled } from './steps/ensure-installed.mjs';
import { ROOT, runMain, seconds } from './steps/project.mjs';

/** @typedef {{ name: string, check: (root: string) => Promise<string[]> | string[] }} Gate */

/**
 * The gates, in lanes that run side by side; inside of a lane the cheapest comes first. They are loaded late: a fresh clone
 * has no compiler before the install.
 * @returns {Promise<readonly (readonly Gate[])[]>}
 */
async function loadLanes() {
  const [layers, sizes, exported, codes, dependencies, wording, sdk, api, openApi, tools] = await Promise.all(
    [
      import('./check-layers.mjs'),
      import('./check-sizes.mjs'),
      import('./check-exports.mjs'),
      import('./check-error-codes.mjs'),
      import('./check-dependencies.mjs'),
      import('./check-wording.mjs'),
      import('./check-sdk-size.mjs'),
      import('./check-api-report.mjs'),
      import('./check-openapi.mjs'),
      import('./gates/tools.mjs'),
    ],
  );
  const compiler = [
    { name: 'types (tsc -b)', check: tools.checkTypes },
    { name: 'pure projects', check: tools.checkPureProjects },
  ];
  const others = [
    { name: 'layers', check: layers.checkLayers },
    { name: 'sizes', check: sizes.checkSizes },
    { name: 'exports', check: exported.checkExports },
    { name: 'error codes', check: codes.checkErrorCodes },
    { name: 'dependencies', check: dependencies.checkDependencies },
    { name: 'wording', check: wording.checkWording },
    { name: 'SDK size', check: sdk.checkSdkSize },
    { name: 'SDK package', check: api.checkApiReport },
    { name: 'OpenAPI (redocly)', check: openApi.checkOpenApi },
    { name: 'biome', check: tools.checkBiome },
    { name: 'console (vue-tsc)', check: tools.checkTemplates },
  ];
  return [compiler, others];
}

/** Runs one gate and tells the result. @param {Gate} gate @returns {Promise<boolean>} whether it passed */
async function runGate({ name, check }) {
  const startedAt = performance.now();
  const problems = await check(ROOT);
  const took = seconds(performance.now() - startedAt).padStart(7);
  console.log(`${problems.length === 0 ? '✓' : '✗'} ${name.padEnd(20)}${took}`);
  for (const problem of problems) console.log(problem.replace(/^/gm, '    '));
  return problems.length === 0;
}

await runMain(async () => {
  await ensureInstalled(console.log);
  await ensureBuilt(console.log);
  let failed = 0;
  const lanes = await loadLanes();
  await Promise.all(
    lanes.map(async (gates) => {
      for (const gate of gates) if (!(await runGate(gate))) failed += 1;
    }),
  );
  const count = lanes.flat().length;
  console.log(failed === 0 ? `\nAll ${count} gates passed.` : `\n${failed} of ${count} gates failed.`);
  return failed === 0 ? 0 : 1;
});
