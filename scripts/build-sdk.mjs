/**
 * Builds the browser SDK into client-sdk/dist: zhenxue.mjs (with zhenxue-screen-*.mjs, loaded when a monitor starts),
 * zhenxue.js (one file for a script tag), headless.mjs (Node). `--types` adds the declarations.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'tsdown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sdk = join(root, 'client-sdk');
const dist = join(sdk, 'dist');

/** The protocol's sources, so that the SDK can be built before anything else is. */
const alias = { '@zhenxue/protocol': join(root, 'protocol', 'src', 'index.ts') };

/** Only WebSockets are used (`transports: ['websocket']`): the other transports need not be carried. */
const UNUSED_TRANSPORT =
  /engine\.io-client[\\/]build[\\/]esm[\\/]transports[\\/](?:polling(?:-xhr|-fetch)?|webtransport)\.js$/;
const EMPTY_TRANSPORTS = ['BaseXHR', 'Fetch', 'Polling', 'Request', 'WT', 'XHR']
  .map((name) => `export class ${name} {}`)
  .join('\n');

/** The round constants of SHA-512, which nothing here computes, survive tree shaking: 1.7 kB that do not compress. */
const SHA512_CONSTANTS = /const K512 = [\s\S]*?\.map\(n => BigInt\(n\)\)\)\)\(\);/;

const slim = {
  name: 'slim',
  /** @param {string} id */
  load(id) {
    return UNUSED_TRANSPORT.test(id) ? EMPTY_TRANSPORTS : null;
  },
  /** @param {string} code @param {string} id */
  transform(code, id) {
    if (!/@noble[\\/]hashes[\\/]sha2\.js$/.test(id)) return null;
    if (!SHA512_CONSTANTS.test(code))
      throw new Error('build-sdk: sha2.js: expected the constants of SHA-512');
    return code.replace(SHA512_CONSTANTS, 'const K512 = [];');
  },
};

/** @type {import('tsdown').InlineConfig} */
const shared = {
  config: false,
  cwd: sdk,
  outDir: dist,
  clean: false,
  dts: false,
  target: 'es2022',
  sourcemap: false,
  minify: true,
  alias,
  logLevel: 'error',
};
/** @type {import('tsdown').InlineConfig} */
const browser = {
  ...shared,
  entry: { zhenxue: join(sdk, 'src/index.ts') },
  platform: 'browser',
  deps: { alwaysBundle: [/.*/] },
  plugins: [slim],
};

if (existsSync(dist))
  for (const file of readdirSync(dist)) if (/\.m?js$/.test(file)) rmSync(join(dist, file));

await build({
  ...browser,
  format: 'esm',
  outputOptions: { entryFileNames: '[name].mjs', chunkFileNames: 'zhenxue-[name]-[hash].mjs' },
});
await build({
  ...browser,
  format: 'iife',
  globalName: 'Zhenxue',
  outputOptions: { entryFileNames: '[name].js', codeSplitting: false },
});
await build({
  ...shared,
  entry: { headless: join(sdk, 'src/headless.ts') },
  format: 'esm',
  platform: 'node',
  outputOptions: { entryFileNames: '[name].mjs' },
});

for (const file of readdirSync(dist).sort()) {
  if (!/\.m?js$/.test(file)) continue;
  const bytes = readFileSync(join(dist, file));
  const gzipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`client-sdk/dist/${file}: ${bytes.length} bytes, ${gzipped} gzipped`);
}

if (process.argv.includes('--types')) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  process.exitCode = spawnSync(process.execPath, [tsc, '-b', sdk], { stdio: 'inherit' }).status ?? 1;
}
