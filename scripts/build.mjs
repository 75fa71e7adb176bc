/** `npm run build`: installs what is missing and builds what is stale. */
import { ensureBuilt } from './steps/ensure-built.mjs';
import { ensureInstalled } from './steps/ensure-installed.mjs';
import { runMain } from './steps/project.mjs';

await runMain(async () => {
  await ensureInstalled(console.log);
  await ensureBuilt(console.log);
  return 0;
});
