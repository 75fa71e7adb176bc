/**
 * Builds the web console into `console/dist` (or into `--out <folder>`). Bundles only; types are checked by `npm run check`.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Runs Vite over `console/`.
 * @param {{ outDir?: string, quiet?: boolean }} [options] `outDir`: absolute folder, replaced as a whole.
 * @returns {Promise<string>} the folder that holds `index.html`.
 * @throws {Error} when Vite fails or writes no page.
 */
export async function buildConsole(options = {}) {
  const { build } = await import('vite');
  const outDir = options.outDir ?? join(root, 'console', 'dist');
  await build({
    root: join(root, 'console'),
    logLevel: options.quiet === true ? 'error' : 'warn',
    build: { outDir, emptyOutDir: true },
  });
  if (!existsSync(join(outDir, 'index.html'))) throw new Error('the console build wrote no index.html');
  return outDir;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const at = process.argv.indexOf('--out');
  const out = at > 0 ? process.argv[at + 1] : undefined;
  await buildConsole(out === undefined ? {} : { outDir: resolve(out) });
}
