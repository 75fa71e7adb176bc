/** Pages with strict policies, script tags with integrity, and what `diagnose()` says of them. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, type TestChromium } from '../../support/chromium.ts';
import { pierce } from '../../support/pierced.ts';
import { type SdkServer, startSdkServer } from '../../support/sdk-server.ts';

interface Diagnosed {
  readonly ok: boolean;
  readonly checks: readonly { id: string; result: string; detail: string; remedy: object | null }[];
}
interface PageWindow {
  readonly started: Promise<string>;
  readonly violations: string[];
  readonly monitor: { diagnose(): Promise<Diagnosed> };
  readonly Zhenxue?: { createMonitor: unknown };
}
declare const window: PageWindow & Window;

let chromium: TestChromium;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  chromium = await launchChromium();
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
afterAll(() => chromium.stop());

/** What the documentation tells a page to allow, and nothing else. */
const STRICT = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self' ws://127.0.0.1:*",
  "media-src 'self'",
  'worker-src blob:',
];

const HTML = {
  type: 'text/html',
  body: '<!doctype html><html lang="en"><meta charset="utf-8"><title>-</title><video id="v" src="/clip.webm" width="800" height="450" preload="auto"></video><script type="module" src="/page.js"></script></html>',
};

const script = (more: string): { body: string; type: string } => ({
  type: 'text/javascript',
  body: `import { createMonitor } from '/sdk/zhenxue.mjs';
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) => window.violations.push(e.effectiveDirective));
window.monitor = createMonitor({
  endpoint: location.origin, video: document.getElementById('v'), lang: 'en',
  getTicket: async () => (await fetch('/ticket', { method: 'POST' })).json(), ${more}
});
window.started = window.monitor.start().then(() => 'open', (error) => error.code);`,
});

async function open(policy: readonly string[], more = ''): Promise<{ server: SdkServer; page: Page }> {
  const server = await startSdkServer({
    headers: { 'content-security-policy': policy.join('; ') },
    files: { '/strict': HTML, '/page.js': script(more) },
  });
  stops.push(server.stop);
  const page = await chromium.page();
  stops.push(() => page.close());
  await page.goto(`${server.url}/strict`);
  return { server, page };
}

const diagnosed = (page: Page): Promise<Diagnosed> => page.evaluate(() => window.monitor.diagnose());

describe('a strict content policy', () => {
  test('without inline scripts or styles is enough for everything: popup, consent, photo', async () => {
    const { server, page } = await open(STRICT);
    expect(await page.evaluate(() => window.started)).toBe('open');
    server.ask({ kind: 'popup', id: 'p1', answerMs: 30_000, challenge: { type: 'sum', a: 1, b: 2 } });
    await server.until((seen) => seen.events('popup.shown').length === 1, 'shown');
    // Styled although no inline style is allowed: the card has its width and its place over the video.
    const box = await (await pierce(page)).boxOf('card');
    expect((box?.right ?? 0) - (box?.left ?? 0)).toBe(320);
    server.settle('p1', 'met');
    server.ask({ kind: 'photo', id: 'f1', answerMs: 20_000 });
    await page.waitForSelector('[data-zhenxue=consent]', { state: 'attached' });
    for (const key of ['Tab', 'Space', 'Tab', 'Space', 'Tab', 'Space', 'Tab', 'Enter'])
      await page.keyboard.press(key);
    await server.until((seen) => seen.photos.length === 1, 'photo');
    expect(await page.evaluate(() => window.violations)).toEqual([]);
  });

  test('that forbids Workers from blob: is met with the clock as a file', async () => {
    const policy = STRICT.map((line) => line.replace('worker-src blob:', "worker-src 'self'"));
    const { page } = await open(
      policy,
      "effects: { createWorker: () => new Worker('/sdk/zhenxue-clock.js') },",
    );
    expect(await page.evaluate(() => window.started)).toBe('open');
    expect(await page.evaluate(() => window.violations)).toEqual([]);
  });

  test('without any Worker is refused with a reason, and diagnose names the directive and the remedy', async () => {
    const { page } = await open(STRICT.filter((line) => !line.startsWith('worker-src')));
    expect(await page.evaluate(() => window.started)).toBe('clock-unavailable');
    const { ok, checks } = await diagnosed(page);
    expect(ok).toBe(false);
    const of = (id: string) => checks.find((check) => check.id === id);
    expect(of('worker')?.result).toBe('fail');
    expect(of('content-policy')).toMatchObject({ result: 'fail', detail: 'worker-src' });
    expect(of('content-policy')?.remedy).not.toBeNull();
    expect(of('clock')?.result).toBe('unknown');
  });
});

test('diagnose finds nothing wrong with a good page, opens no camera and sends no ticket', async () => {
  const { server, page } = await open(STRICT);
  await page.evaluate(() => window.started);
  const handshakes = server.handshakes.length;
  const { ok, checks } = await diagnosed(page);
  const failed = checks.filter(({ result }) => result !== 'ok' && result !== 'unknown');
  // The stand-in answers a made-up ticket as used, which is no answer of the real server.
  expect(failed.map(({ id, detail }) => `${id} ${detail}`)).toEqual(['server ticket-used']);
  expect(ok).toBe(false);
  expect(checks.map(({ id }) => id).sort()).toEqual([
    'camera-device',
    'camera-permission',
    'camera-policy',
    'clock',
    'content-policy',
    'fullscreen-layer',
    'locks',
    'secure-context',
    'server',
    'socket',
    'storage',
    'worker',
  ]);
  expect(server.handshakes.length).toBe(handshakes);
});

test('diagnose sees a page whose clock is sped up', async () => {
  const server = await startSdkServer({ files: { '/strict': HTML, '/page.js': script('') } });
  stops.push(server.stop);
  const page = await chromium.page();
  stops.push(() => page.close());
  await page.addInitScript(() => {
    const real = performance.now.bind(performance);
    performance.now = () => real() * 4;
  });
  await page.goto(`${server.url}/strict`);
  await page.evaluate(() => window.started);
  const { checks } = await diagnosed(page);
  expect(checks.find(({ id }) => id === 'clock')?.result).toBe('warn');
});

describe('a script tag', () => {
  const integrity = JSON.parse(
    readFileSync(new URL('../../../client-sdk/dist/integrity.json', import.meta.url), 'utf8'),
  ) as Record<string, string>;

  async function tagged(hash: string): Promise<boolean> {
    const tag = `<script src="/sdk/zhenxue.js" integrity="${hash}" crossorigin="anonymous"></script>`;
    const server = await startSdkServer({
      files: { '/tag': { type: 'text/html', body: `<!doctype html><title>-</title>${tag}` } },
    });
    stops.push(server.stop);
    const page = await chromium.page();
    stops.push(() => page.close());
    await page.goto(`${server.url}/tag`);
    return page.evaluate(() => typeof window.Zhenxue?.createMonitor === 'function');
  }

  test('runs with the integrity that was built, and not with another', async () => {
    expect(await tagged(integrity['zhenxue.js'] ?? '')).toBe(true);
    expect(await tagged(integrity['zhenxue.mjs'] ?? '')).toBe(false);
  });

  test('has an integrity for every file that a page may load', () => {
    expect(Object.keys(integrity)).toEqual(
      expect.arrayContaining(['zhenxue.js', 'zhenxue.mjs', 'zhenxue-clock.js', 'videojs.mjs', 'react.mjs']),
    );
    for (const hash of Object.values(integrity)) expect(hash).toMatch(/^sha384-[A-Za-z0-9+/]{64}$/);
  });
});
