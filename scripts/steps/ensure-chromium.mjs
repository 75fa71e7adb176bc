/** Finds a Chromium for the browser tests; installs Debian's when that is possible. */
import { existsSync } from 'node:fs';
import { run, tail } from './project.mjs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser's path, or null. The same places as in `test/support/chromium.ts`. */
function findChromium() {
  const wished = process.env.ZHENXUE_CHROMIUM;
  return [...(wished === undefined ? [] : [wished]), ...PLACES].find((place) => existsSync(place)) ?? null;
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<{ path: string } | { path: null, reason: string }>} where it is, or why there is none and what to do
 */
export async function ensureChromium(say) {
  const found = findChromium();
  if (found !== null) return { path: found };
  const remedy = 'install it with `apt-get install chromium`, or set ZHENXUE_CHROMIUM to its path';
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return { path: null, reason: `Chromium is missing; ${remedy}` };
  say('Installing Chromium with apt-get (a minute or two) …');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { quiet: true, env });
  const install = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'];
  const { output } = await run('apt-get', install, { quiet: true, env });
  const path = findChromium();
  if (path !== null) return { path };
  console.error(tail(output));
  return { path: null, reason: `apt-get could not install Chromium; ${remedy}` };
}
