/** The adapters with the real players and frameworks in a real browser: what plays is what is witnessed. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'tsdown';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, type TestChromium } from '../../support/chromium.ts';
import { type SdkServer, type SdkServerOptions, startSdkServer } from '../../support/sdk-server.ts';

interface PageWindow {
  readonly started: Promise<string>;
  readonly end: () => void;
}
declare const window: PageWindow & Window;

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const inPackages = (path: string): string => join(ROOT, 'node_modules', path);

let chromium: TestChromium;
let folder = '';
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zhenxue-players-'));
  chromium = await launchChromium();
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
afterAll(async () => {
  await chromium.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A page that makes a player and a monitor; `script` defines `make(options)`, which resolves with the monitor, and `end()`. */
function pageOf(head: string, body: string, script: string): { body: string; type: string } {
  return {
    type: 'text/html',
    body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>-</title>${head}
<style>.box,video{width:640px;height:360px}</style>${body}
<script type="module">
const options = {
  endpoint: location.origin, consent: 'platform', guard: 'enforce', lang: 'en',
  getTicket: async () => (await fetch('/ticket', { method: 'POST' })).json(),
};
${script}
window.end = end;
window.started = make(options).then((monitor) => monitor.start()).then(() => 'open', (error) => String(error.code ?? error));
</script></html>`,
  };
}

async function open(
  files: SdkServerOptions['files'],
): Promise<{ server: SdkServer; page: Page; errors: string[] }> {
  const server = await startSdkServer({ welcome: { guard: 'enforce' }, ...(files && { files }) });
  stops.push(server.stop);
  const page = await chromium.page();
  stops.push(() => page.close());
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${server.url}/player`);
  return { server, page, errors };
}

/** Plays through the player's own element, tries to cheat, shows a popup inside of the player, ends the player. */
async function watch({ server, page, errors }: Awaited<ReturnType<typeof open>>): Promise<void> {
  expect(await page.evaluate(() => window.started)).toBe('open');
  await page.evaluate(() => document.querySelector('video')?.play());
  await server.until(
    (seen) => seen.events('beat').filter(({ m, s }) => m > 1_000 && s % 2 === 1).length > 0,
    'beats',
  );
  await page.evaluate(() => {
    const video = document.querySelector('video');
    if (video !== null) video.playbackRate = 4;
  });
  await server.until(
    (seen) => seen.events('guard').some(({ act, v }) => act === 'rate-reset' && v === 4_000),
    'guard',
  );
  server.ask({ kind: 'popup', id: 'p1', answerMs: 30_000, challenge: { type: 'press', x: 500, y: 500 } });
  await server.until((seen) => seen.events('popup.shown').length === 1, 'shown');
  await page.evaluate(() => window.end());
  await server.until((seen) => seen.events('leave').length === 1, 'the end of the player');
  expect(errors).toEqual([]);
  expect(server.faults).toEqual([]);
}

describe('players', () => {
  test('video.js', async () => {
    const player = pageOf(
      '<link rel="stylesheet" href="/video-js.css"><script src="/video.js"></script>',
      '<video id="v" class="video-js box" controls preload="auto" data-setup="{}"><source src="/clip.webm" type="video/webm"></video>',
      `import { monitorVideoJs } from '/sdk/videojs.mjs';
const player = window.videojs('v', { playbackRates: [0.5, 1, 2] });
const make = async (o) => { const m = await monitorVideoJs(player, o); if (player.playbackRates().length) throw 'speed menu'; return m; };
const end = () => player.dispose();`,
    );
    await watch(
      await open({
        '/player': player,
        '/video.js': inPackages('video.js/dist/video.min.js'),
        '/video-js.css': inPackages('video.js/dist/video-js.min.css'),
      }),
    );
  });

  test('xgplayer', async () => {
    const player = pageOf(
      '<link rel="stylesheet" href="/xg.css"><script src="/xg.js"></script>',
      '<div id="v" class="box"></div>',
      `import { monitorXgPlayer } from '/sdk/xgplayer.mjs';
const player = new window.Player({ id: 'v', url: '/clip.webm', width: 640, height: 360, videoInit: true });
const make = (o) => monitorXgPlayer(player, o);
const end = () => player.destroy();`,
    );
    await watch(
      await open({
        '/player': player,
        '/xg.js': inPackages('xgplayer/dist/index.min.js'),
        '/xg.css': inPackages('xgplayer/dist/index.min.css'),
      }),
    );
  });

  test('hls.js, with a segmented stream made for the occasion', async (context) => {
    const clip = join(ROOT, 'server/demo/clip.webm');
    const args = [
      '-v',
      'error',
      '-i',
      clip,
      '-t',
      '12',
      '-vf',
      'scale=320:180',
      '-an',
      '-c:v',
      'libx264',
      '-g',
      '25',
    ];
    const hls = ['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'];
    const made = spawnSync('ffmpeg', [...args, ...hls, join(folder, 'list.m3u8')]);
    if (made.status !== 0) return context.skip('needs ffmpeg with libx264 to make a segmented stream');
    const segments = readdirSync(folder).map((name) => [`/${name}`, join(folder, name)]);
    expect(segments.length).toBeGreaterThan(4);
    const player = pageOf(
      '<script src="/hls.js"></script>',
      '<video id="v" controls></video>',
      `import { monitorHls } from '/sdk/hlsjs.mjs';
const hls = new window.Hls();
hls.loadSource('/list.m3u8');
setTimeout(() => hls.attachMedia(document.getElementById('v')), 50);
const make = (o) => monitorHls(hls, o);
const end = () => hls.destroy();`,
    );
    const files = Object.fromEntries(segments) as Record<string, string>;
    await watch(await open({ '/player': player, '/hls.js': inPackages('hls.js/dist/hls.min.js'), ...files }));
  });

  test('Aliplayer, by its documented interface', async () => {
    const player = pageOf(
      '',
      '<div id="v" class="box"></div>',
      `import { monitorAliplayer } from '/sdk/aliplayer.mjs';
const heard = new Map();
const player = { on: (type, listener) => heard.set(type, listener) };
const box = document.getElementById('v');
// The player makes its video some time after it was constructed, then says that it is ready.
setTimeout(() => { box.innerHTML = '<video src="/clip.webm" preload="auto"></video>'; heard.get('ready')(); }, 100);
const make = (o) => monitorAliplayer(player, box, o);
const end = () => heard.get('dispose')();`,
    );
    await watch(await open({ '/player': player }));
  });

  test('TCPlayer, by its documented interface', async () => {
    const player = pageOf(
      '',
      '<video id="v"></video>',
      `import { monitorTcPlayer } from '/sdk/tcplayer.mjs';
const heard = new Map();
const player = { on: (type, listener) => heard.set(type, listener), ready: (listener) => setTimeout(listener, 100) };
// Like video.js it wraps the video and moves the id to the wrapper.
const video = document.getElementById('v');
const box = document.createElement('div');
box.id = 'v'; box.className = 'box'; video.id = 'v_html5_api';
video.replaceWith(box); box.append(video); video.src = '/clip.webm';
const make = (o) => monitorTcPlayer(player, 'v', o);
const end = () => heard.get('dispose')();`,
    );
    await watch(await open({ '/player': player }));
  });
});

/** Bundles a small page of a framework with the helper from its sources; the core stays the served file. */
async function bundle(name: string, code: string): Promise<string> {
  const entry = join(folder, `${name}.mjs`);
  writeFileSync(entry, code);
  const out = join(folder, 'out');
  await build({
    config: false,
    cwd: ROOT,
    entry: { [name]: entry },
    outDir: out,
    clean: false,
    dts: false,
    platform: 'browser',
    format: 'esm',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    deps: { alwaysBundle: [/.*/] },
    alias: {
      'react-dom/client': inPackages('react-dom/client.js'),
      react: inPackages('react'),
      vue: inPackages('vue/dist/vue.runtime.esm-bundler.js'),
      helper: join(ROOT, `client-sdk/dist/${name}.mjs`),
    },
    plugins: [
      {
        name: 'core-as-served',
        resolveId: (source: string) =>
          source === './zhenxue.mjs' ? { id: '/sdk/zhenxue.mjs', external: true } : null,
      },
    ],
    outputOptions: { entryFileNames: '[name].js' },
  });
  const file = join(out, `${name}.js`);
  if (!existsSync(file)) throw new Error(`expected ${name} to be bundled`);
  return file;
}

const FRAMEWORK_PAGE = (name: string): { body: string; type: string } =>
  pageOf(
    '',
    '<div id="app"></div>',
    `import { mount } from '/${name}.js';
const { make, end } = mount(options);`,
  );

describe('frameworks', () => {
  test('React', async () => {
    const file = await bundle(
      'react',
      `import { createElement as h, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { useMonitor } from 'helper';
export function mount(options) {
  const root = createRoot(document.getElementById('app'));
  let opened;
  const ready = new Promise((resolve) => { opened = resolve; });
  function Lesson() {
    const ref = useRef(null);
    const { monitor, error, credit } = useMonitor(ref, options, 'lesson-1');
    useEffect(() => { if (monitor) opened(monitor); }, [monitor]);
    return h('div', {}, h('video', { ref, src: '/clip.webm', preload: 'auto' }), h('p', {}, String(error?.code), JSON.stringify(credit)));
  }
  root.render(h(Lesson));
  return { make: () => ready, end: () => root.unmount() };
}`,
    );
    await watch(await open({ '/player': FRAMEWORK_PAGE('react'), '/react.js': file }));
  });

  test('Vue', async () => {
    const file = await bundle(
      'vue',
      `import { createApp, defineComponent, h, shallowRef, watchEffect } from 'vue';
import { useMonitor } from 'helper';
export function mount(options) {
  let opened;
  const ready = new Promise((resolve) => { opened = resolve; });
  const app = createApp(defineComponent({
    setup() {
      const video = shallowRef(null);
      const view = useMonitor(video, options);
      watchEffect(() => { if (view.monitor) opened(view.monitor); });
      return () => h('div', [h('video', { ref: video, src: '/clip.webm', preload: 'auto' }), h('p', JSON.stringify(view.credit))]);
    },
  }));
  app.mount('#app');
  return { make: () => ready, end: () => app.unmount() };
}`,
    );
    await watch(await open({ '/player': FRAMEWORK_PAGE('vue'), '/vue.js': file }));
  });
});
