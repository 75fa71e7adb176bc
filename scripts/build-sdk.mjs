/**
 * Builds the SDK into client-sdk/dist or the folder named by `--out`: zhenxue.mjs with the parts that it loads on demand,
 * zhenxue.js (all in one file for a script tag), adapters, headless.mjs (Node), integrity.json. `--types` adds the declarations.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'tsdown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sdk = join(root, 'client-sdk');
const { values } = parseArgs({ options: { types: { type: 'boolean' }, out: { type: 'string' } } });
const dist = resolve(values.out ?? join(sdk, 'dist'));

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

/** Entries beside the core. They use the core's own file, so that a page never loads it twice. */
const SIDES = {
  ...Object.fromEntries(
    ['videojs', 'xgplayer', 'hlsjs', 'aliplayer', 'tcplayer'].map((name) => [
      name,
      `src/adapters/${name}.ts`,
    ]),
  ),
  enrolment: 'src/enrolment/enrolment.ts',
  errors: 'src/errors/table.ts',
  react: 'src/react/index.ts',
  vue: 'src/vue/index.ts',
};

const coreApart = {
  name: 'core-apart',
  /** @param {string} source */
  resolveId: (source) => (source === '../index.ts' ? { id: './zhenxue.mjs', external: true } : null),
};

if (existsSync(dist))
  for (const file of readdirSync(dist)) if (/\.(?:m?js|mts)$/.test(file)) rmSync(join(dist, file));

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
  ...browser,
  entry: { 'zhenxue-clock': join(sdk, 'src/effects/clock-worker.ts') },
  format: 'iife',
  outputOptions: { entryFileNames: '[name].js' },
});
await build({
  ...browser,
  entry: Object.fromEntries(Object.entries(SIDES).map(([name, path]) => [name, join(sdk, path)])),
  deps: { neverBundle: ['react', 'vue'] },
  plugins: [coreApart],
  format: 'esm',
  outputOptions: { entryFileNames: '[name].mjs', chunkFileNames: 'zhenxue-[name]-[hash].mjs' },
});
await build({
  ...shared,
  entry: { headless: join(sdk, 'src/headless.ts') },
  deps: { alwaysBundle: [/^@zhenxue\//, /^@noble\//], neverBundle: ['socket.io-client'] },
  format: 'esm',
  platform: 'node',
  outputOptions: { entryFileNames: '[name].mjs' },
});

/** Subresource integrity (W3C SRI) of every file that a page may load with a tag. */
/** @type {Record<string, string>} */
const integrity = {};
for (const file of readdirSync(dist).sort()) {
  if (!/\.m?js$/.test(file)) continue;
  const bytes = readFileSync(join(dist, file));
  integrity[file] = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
  const gzipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`${file}: ${bytes.length} bytes, ${gzipped} gzipped`);
}
writeFileSync(join(dist, 'integrity.json'), `${JSON.stringify(integrity, null, 2)}\n`);

/**
 * Declarations, one file per entry with the protocol's types inside: whoever installs the package needs no other. Adapters
 * refer to the core's, as their code does.
 */
if (values.types === true) {
  const entries = { zhenxue: 'src/index.ts', headless: 'src/headless.ts', ...SIDES };
  for (const [name, path] of Object.entries(entries))
    await build({
      ...shared,
      entry: { [name]: join(sdk, path) },
      dts: { emitDtsOnly: true, sourcemap: false },
      deps: { alwaysBundle: [/^@zhenxue\//], neverBundle: ['react', 'vue'] },
      plugins: [coreApart],
      format: 'esm',
      outputOptions: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
    });
}
