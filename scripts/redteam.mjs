/**
 * `npm run redteam [-- words of names …]`: the cheat gallery and the honest controls in a real Chromium against the built server
 * and SDK. Prints cheat × expected × found; exit code 1 when one was missed.
 */
import { join } from 'node:path';
import { ensureBuilt } from './steps/ensure-built.mjs';
import { ensureChromium } from './steps/ensure-chromium.mjs';
import { ensureInstalled } from './steps/ensure-installed.mjs';
import { run, runMain } from './steps/project.mjs';

await runMain(async () => {
  await ensureInstalled(console.log);
  await ensureBuilt(console.log);
  await ensureChromium(console.log);
  const args = ['--import', 'tsx', join('test', 'redteam', 'main.ts'), ...process.argv.slice(2)];
  return (await run(process.execPath, args)).code;
});
