/** Builds the browser SDK: client-sdk/dist/{zhenxue.mjs,zhenxue.js,headless.mjs}. `--types` adds the declarations. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'tsdown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sdk = join(root, 'client-sdk');
const dist = join(sdk, 'dist');

/** The protocol's sources, so that the SDK can be built before anything else is. */
const alias = { '@zhenxue/protocol': join(root, 'protocol', 'src', 'index.ts') };

const shared = {
  cwd: sdk,
  outDir: dist,
  clean: false,
  dts: false,
  target: 'es2022',
  treeshake: true,
  sourcemap: false,
  logLevel: /** @type {const} */ ('warn'),
  config: /** @type {const} */ (false),
};

/** @param {string} file */
function report(file) {
  const bytes = readFileSync(join(dist, file));
  console.log(`client-sdk/dist/${file}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
}

await build({
  ...shared,
  entry: { zhenxue: join(sdk, 'src/index.ts') },
  format: 'esm',
  platform: 'browser',
  minify: true,
  alias,
  noExternal: [/.*/],
  outExtensions: () => ({ js: '.mjs' }),
});
await build({
  ...shared,
  entry: { zhenxue: join(sdk, 'src/index.ts') },
  format: 'iife',
  globalName: 'Zhenxue',
  platform: 'browser',
  minify: true,
  alias,
  noExternal: [/.*/],
  outputOptions: { entryFileNames: 'zhenxue.js' },
});
await build({
  ...shared,
  entry: { headless: join(sdk, 'src/headless.ts') },
  format: 'esm',
  platform: 'node',
  minify: true,
  alias,
  outExtensions: () => ({ js: '.mjs' }),
});
for (const file of ['zhenxue.mjs', 'zhenxue.js', 'headless.mjs']) report(file);

if (process.argv.includes('--types')) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const done = spawnSync(process.execPath, [tsc, '-b', sdk], { stdio: 'inherit' });
  process.exitCode = done.status ?? 1;
}
