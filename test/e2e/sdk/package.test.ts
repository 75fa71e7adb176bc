/** The package as it is published: packed, installed without a registry into a fresh page, type-checked, bundled by Vite, run. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layOutSdk, packSdk } from '../../../scripts/steps/packed-sdk.mjs';
import { run } from '../../../scripts/steps/project.mjs';
import { launchChromium } from '../../support/chromium.ts';
import { startSdkServer } from '../../support/sdk-server.ts';

declare const window: { readonly started: Promise<string> } & Window;

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const MAIN = `import { createMonitor, type Monitor, MonitorError } from '@zhenxue/client-sdk';
import { errorEntry } from '@zhenxue/client-sdk/errors';
import { createHeadlessLearner } from '@zhenxue/client-sdk/headless';
import { monitorHls } from '@zhenxue/client-sdk/hlsjs';
import { monitorVideoJs, type VideoJsPlayer } from '@zhenxue/client-sdk/videojs';

const video = document.querySelector('video');
if (video === null) throw new Error('no video');
const monitor: Monitor = createMonitor({
  endpoint: location.origin,
  video,
  lang: 'en',
  getTicket: async () => (await (await fetch('/ticket', { method: 'POST' })).json()) as { ticket: string; session: string },
});
monitor.on('credit', ({ creditedMs }) => { const ms: number = creditedMs; console.log(ms); });
const started: Promise<string> = monitor.start().then(
  () => 'open',
  (error: unknown) => (error instanceof MonitorError ? (errorEntry(error.code)?.learner.en ?? error.code) : String(error)),
);
Object.assign(window, { started });
export type Used = [typeof monitorHls, typeof monitorVideoJs, VideoJsPlayer, typeof createHeadlessLearner];
`;

let folder = '';
let page = '';
let stop: () => void = () => undefined;

beforeAll(async () => {
  const laid = await layOutSdk(ROOT);
  stop = laid.stop;
  folder = laid.folder;
  page = mkdtempSync(join(tmpdir(), 'zhenxue-page-'));
});
afterAll(() => {
  stop();
  rmSync(page, { recursive: true, force: true });
});

async function must(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await run(command, args, { cwd, quiet: true });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${output}`);
  return output;
}

const tsconfig = (module: string, moduleResolution: string): string =>
  JSON.stringify({
    compilerOptions: {
      ...{ module, moduleResolution, target: 'ES2022', lib: ['ES2023', 'DOM', 'DOM.Iterable'], types: [] },
      ...{ strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noEmit: true },
    },
    include: ['src'],
  });

test('the packed tarball installs and works in a fresh page with TypeScript and Vite', async () => {
  const tarball = await packSdk(folder);
  const listed = await must('tar', ['tzf', tarball], folder);
  expect(listed).not.toMatch(/src\/|\.map$|tsbuildinfo/m);
  expect(listed).toContain('package/dist/zhenxue.mjs');
  mkdirSync(join(page, 'src'));
  writeFileSync(join(page, 'src', 'main.ts'), MAIN);
  const html =
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>-</title><video src="/clip.webm"></video>';
  writeFileSync(join(page, 'index.html'), `${html}<script type="module" src="/src/main.ts"></script></html>`);
  const manifest = {
    name: 'page',
    private: true,
    type: 'module',
    dependencies: { '@zhenxue/client-sdk': `file:${tarball}` },
  };
  writeFileSync(join(page, 'package.json'), JSON.stringify(manifest));
  // Offline: the package needs nothing but itself.
  await must(
    'npm',
    ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--userconfig=/dev/null'],
    page,
  );
  expect(readdirSync(join(page, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    '@zhenxue',
  ]);

  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  for (const [module, resolution] of [
    ['ESNext', 'Bundler'],
    ['NodeNext', 'NodeNext'],
  ] as const) {
    writeFileSync(join(page, 'tsconfig.json'), tsconfig(module, resolution));
    await must(process.execPath, [tsc, '-p', page], page);
  }

  const vite = (await import(pathToFileURL(join(ROOT, 'node_modules/vite/dist/node/index.js')).href)) as {
    build(options: object): Promise<unknown>;
  };
  await vite.build({ root: page, configFile: false, logLevel: 'error', build: { outDir: 'out' } });
  const files = Object.fromEntries(
    readdirSync(join(page, 'out', 'assets')).map((name) => [
      `/assets/${name}`,
      join(page, 'out', 'assets', name),
    ]),
  );
  const body = readFileSync(join(page, 'out', 'index.html'), 'utf8');
  const server = await startSdkServer({ files: { ...files, '/built': { body, type: 'text/html' } } });
  const chromium = await launchChromium();
  try {
    const tab = await chromium.page();
    await tab.goto(`${server.url}/built`);
    expect(await tab.evaluate(() => window.started)).toBe('open');
    await server.until((seen) => seen.events('open').length === 1, 'the first event');
    server.ask({ kind: 'popup', id: 'p1', answerMs: 20_000, challenge: { type: 'press', x: 1, y: 1 } });
    await server.until(
      (seen) => seen.events('popup.shown').length === 1,
      'a popup from the part that Vite split off',
    );
  } finally {
    await chromium.stop();
    await server.stop();
  }
});
