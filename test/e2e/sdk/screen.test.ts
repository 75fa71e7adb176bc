/** What the SDK shows, in a real browser: by keyboard, by screen reader, on a phone, rendered by the page. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { drawCode } from '../../../server/src/core/rules/popup-interval/drawn-code.ts';
import { launchChromium, type TestChromium } from '../../support/chromium.ts';
import { pierce } from '../../support/pierced.ts';
import { type SdkServer, startSdkServer } from '../../support/sdk-server.ts';

interface PageWindow {
  readonly video: HTMLVideoElement;
  readonly monitor: { prepareCamera(): Promise<unknown> };
  readonly popup: { answer(text: string, event: Event): void };
  readonly started: Promise<string>;
  prepared: unknown;
  streams: MediaStream[];
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

async function open(
  query: string,
  viewport = { width: 1280, height: 800 },
): Promise<{ server: SdkServer; page: Page }> {
  const server = await startSdkServer();
  stops.push(server.stop);
  const context = await chromium.browser.newContext({ viewport, permissions: ['camera'] });
  stops.push(() => context.close());
  const page = await context.newPage();
  await page.goto(`${server.url}/?${query}`);
  expect(await page.evaluate(() => window.started)).toBe('open');
  return { server, page };
}

const CODE = { type: 'code', strokes: drawCode('K7PX', 4_711), a: 7, b: 9 } as const;
/** Keys are not taken as an answer in the first moment of a popup. */
const settle = (page: Page): Promise<void> => page.waitForTimeout(500);
const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

describe('a drawn code', () => {
  test('is nowhere in the document, is typed by keyboard, and the focus stays inside and comes back', async () => {
    const { server, page } = await open('lang=en');
    await page.focus('#note');
    server.ask({ kind: 'popup', id: 'p1', answerMs: 30_000, challenge: CODE });
    await server.until((seen) => seen.events('popup.shown').length === 1, 'shown');
    const { texts, spoken } = await pierce(page);
    const all = await texts();
    expect(all).toContain('Type the 4 characters');
    expect(all).not.toMatch(/K7PX|K 7 P X/i);
    const told = await spoken();
    expect(told).toContain('dialog:Still studying?');
    expect(told.some((line) => line.startsWith('textbox:Type the 4 characters'))).toBe(true);
    expect(told.some((line) => line.startsWith('image:Drawing of 4 characters'))).toBe(true);
    expect(told).toContain('button:Cannot read it? Solve a sum instead');
    await settle(page);
    await press(page, 'Tab', 'Tab', 'Tab');
    await page.keyboard.type('k7px');
    await press(page, 'Enter');
    await server.until((seen) => seen.events('popup.answer').length === 1, 'answered');
    expect(server.events('popup.answer')[0]).toMatchObject({ id: 'p1', a: 'K7PX' });
    server.settle('p1', 'met');
    await page.waitForFunction(() => document.activeElement?.id === 'note');
  });

  test('may be swapped for a sum by whoever cannot see it', async () => {
    const { server, page } = await open('lang=zh-CN');
    server.ask({ kind: 'popup', id: 'p1', answerMs: 30_000, challenge: CODE });
    await server.until((seen) => seen.events('popup.shown').length === 1, 'shown');
    await settle(page);
    await press(page, 'Tab', 'Tab', 'Enter');
    const { spoken } = await pierce(page);
    expect((await spoken()).join()).toContain('请计算：7 + 9');
    await page.keyboard.type('16');
    await press(page, 'Enter');
    await server.until((seen) => seen.events('popup.answer').length === 1, 'answered');
    expect(server.events('popup.answer')[0]).toMatchObject({ a: '16' });
  });

  test.each(['lang=en', 'lang=zh-CN&dir=rtl'])('fits a phone of 320 px: %s', async (query) => {
    const { server, page } = await open(query, { width: 320, height: 568 });
    server.ask({ kind: 'popup', id: 'p1', answerMs: 30_000, challenge: CODE });
    await server.until((seen) => seen.events('popup.shown').length === 1, 'shown');
    const box = await (await pierce(page)).boxOf('card');
    expect(box?.left).toBeGreaterThanOrEqual(0);
    expect(box?.top).toBeGreaterThanOrEqual(0);
    expect(box?.right).toBeLessThanOrEqual(320);
    expect(box?.bottom).toBeLessThanOrEqual(568);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });
});

describe('the look', () => {
  async function shown(query: string, media: Parameters<Page['emulateMedia']>[0]) {
    const { server, page } = await open(query);
    await page.emulateMedia(media);
    await page.addStyleTag({ content: ':root{--zhenxue-accent:#123456}' });
    server.ask({ kind: 'popup', id: 'p1', answerMs: 30_000, challenge: CODE });
    await server.until((seen) => seen.events('popup.shown').length === 1, 'shown');
    return pierce(page);
  }

  test('is light on a light page, whatever the system says, and moves where motion is welcome', async () => {
    const { styleOf } = await shown('lang=en', { colorScheme: 'dark', reducedMotion: 'no-preference' });
    expect(await styleOf('card', 'background-color')).toBe('rgb(255, 255, 255)');
    expect(await styleOf('card', 'animation-name')).toBe('rise');
  });

  test('follows a page with a dark scheme, holds still on request, and takes the page’s own colours', async () => {
    const { styleOf } = await shown('lang=en&scheme=light%20dark', {
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    });
    expect(await styleOf('card', 'background-color')).toBe('rgb(23, 33, 44)');
    expect(await styleOf('card', 'color')).toBe('rgb(238, 243, 248)');
    expect(await styleOf('card', 'animation-name')).toBe('none');
    expect(await styleOf('bar', 'background-color')).toBe('rgb(52, 70, 90)');
    expect(await styleOf('card', '--accent')).toContain('#123456');
  });
});

describe('consent', () => {
  const AGREE = ['Tab', 'Space', 'Tab', 'Space', 'Tab', 'Space', 'Tab', 'Enter'];

  test('comes before the camera, by keyboard, is sent with its version, and is not asked again after a reload', async () => {
    const { server, page } = await open('lang=en&consent=ask');
    server.ask({ kind: 'photo', id: 'f1', answerMs: 20_000 });
    await page.waitForSelector('[data-zhenxue=consent]', { state: 'attached' });
    expect((await (await pierce(page)).spoken()).filter((line) => line.startsWith('checkbox:'))).toHaveLength(
      3,
    );
    await press(page, ...AGREE);
    await server.until((seen) => seen.photos.length === 1, 'photo');
    expect(server.consents).toEqual([
      { notice: 'camera-1', lang: 'en', scopes: ['camera', 'comparison', 'evidence-photo'] },
    ]);
    server.settle('f1', 'met');
    await page.reload();
    await page.evaluate(() => window.started);
    server.ask({ kind: 'photo', id: 'f2', answerMs: 20_000 });
    await server.until((seen) => seen.photos.length === 2, 'second photo');
    expect(await page.locator('[data-zhenxue=consent]').count()).toBe(0);
  });

  test('refused: says what it costs, is told as denied, opens no camera and lets the lesson play on', async () => {
    const { server, page } = await open('lang=en&consent=ask&guard=enforce');
    await page.evaluate(() => window.video.play());
    server.ask({ kind: 'photo', id: 'f1', answerMs: 20_000 });
    await page.waitForSelector('[data-zhenxue=consent]', { state: 'attached' });
    await press(page, 'Escape');
    expect(await (await pierce(page)).texts()).toContain('Not everything is agreed to');
    await press(page, 'Escape');
    await server.until((seen) => seen.events('photo.failed').length === 1, 'told');
    expect(server.events('photo.failed')[0]).toMatchObject({ why: 'denied' });
    expect(server.consents[0]?.scopes).toEqual([]);
    await page.waitForFunction(() => !window.video.paused);
    expect(server.photos).toEqual([]);
  });

  test('that the platform asked for is passed on, and nothing is asked', async () => {
    const { server, page } = await open('lang=en&consent=given');
    server.ask({ kind: 'photo', id: 'f1', answerMs: 20_000 });
    await server.until((seen) => seen.photos.length === 1, 'photo');
    expect(server.consents).toEqual([
      { notice: 'camera-1', lang: 'en', scopes: ['camera', 'comparison', 'evidence-photo'] },
    ]);
    expect(await page.locator('[data-zhenxue=consent]').count()).toBe(0);
  });

  test('fits a phone; the decision is reachable without a mouse', async () => {
    const { server, page } = await open('lang=zh-CN&consent=ask', { width: 320, height: 480 });
    server.ask({ kind: 'photo', id: 'f1', answerMs: 30_000 });
    await page.waitForSelector('[data-zhenxue=consent]', { state: 'attached' });
    const { boxOf } = await pierce(page);
    const [card, acts] = [await boxOf('card'), await boxOf('acts')];
    expect(card?.right).toBeLessThanOrEqual(320);
    expect(acts?.bottom).toBeLessThanOrEqual(480);
    await press(page, ...AGREE);
    await server.until((seen) => seen.consents.length === 1, 'consent');
    expect(server.consents[0]).toMatchObject({ lang: 'zh-CN', scopes: { length: 3 } });
  });
});

test('the camera self-test shows the picture to nobody else and lets go of the camera', async () => {
  const { server, page } = await open('lang=en');
  await page.evaluate(() => {
    window.streams = [];
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await real(constraints);
      window.streams.push(stream);
      return stream;
    };
    window.monitor.prepareCamera().then((check) => {
      window.prepared = check;
    });
  });
  await page.waitForSelector('[data-zhenxue=camera-test]', { state: 'attached' });
  const { texts } = await pierce(page);
  await expect.poll(texts, { timeout: 10_000 }).toContain('The camera works.');
  await press(page, 'Escape');
  await page.waitForFunction(() => window.prepared !== undefined);
  expect(await page.evaluate(() => window.prepared)).toMatchObject({ ok: true, problem: null, width: 640 });
  expect(
    await page.evaluate(() => window.streams.flatMap((s) => s.getTracks()).map((t) => t.readyState)),
  ).toEqual(['ended']);
  expect(server.photos).toEqual([]);
});

describe('headless mode', () => {
  const PRESS = { type: 'press', x: 1, y: 1 } as const;

  test('a popup of the page counts as shown once it is really seen, and is answered by a genuine click', async () => {
    const { server, page } = await open('lang=en&headless');
    server.ask({ kind: 'popup', id: 'p1', answerMs: 30_000, challenge: PRESS });
    await server.until((seen) => seen.events('popup.shown').length === 1, 'shown');
    expect(await page.locator('[popover]').count()).toBe(0);
    await page.click('#answer');
    await server.until((seen) => seen.events('popup.answer').length === 1, 'answered');
    server.settle('p1', 'wrong');
    await page.waitForFunction(() => document.getElementById('said')?.textContent !== '');
    server.settle('p1', 'met');
    await page.waitForFunction(() => document.getElementById('mine') === null);
    expect(server.events('tamper')).toEqual([]);
  });

  test.each([
    ['made invisible', 'opacity:0'],
    ['moved out of sight', 'left:-2000px'],
    ['made tiny', 'width:20px;height:10px;overflow:hidden'],
    ['taken out of the page', 'display:none'],
  ])('one that is %s is not shown', async (_name, css) => {
    const { server, page } = await open('lang=en&headless');
    await page.addStyleTag({ content: `#mine{${css.replaceAll(';', ' !important;')} !important}` });
    server.ask({ kind: 'popup', id: 'p1', answerMs: 30_000, challenge: PRESS });
    await page.waitForSelector('#mine', { state: 'attached' });
    const before = server.events('beat').length;
    await server.until((seen) => seen.events('beat').length >= before + 3, 'three beats');
    expect(server.events('popup.shown')).toEqual([]);
  });

  test('one that is covered is told as covered; an answer by script is told and not sent', async () => {
    const { server, page } = await open('lang=en&headless');
    server.ask({ kind: 'popup', id: 'p1', answerMs: 30_000, challenge: PRESS });
    await server.until((seen) => seen.events('popup.shown').length === 1, 'shown');
    await page.evaluate(() => {
      const cover = document.createElement('div');
      cover.style.cssText = 'position:fixed;inset:0;background:#123;z-index:99';
      document.body.append(cover);
      document.getElementById('answer')?.click();
      window.popup.answer('ok', new Proxy(new MouseEvent('click'), {}));
    });
    const told = (): string[] =>
      server
        .events('tamper')
        .map(({ what }) => what)
        .sort();
    await server.until(() => told().length >= 2, 'told');
    expect(told()).toEqual(['popup-covered', 'untrusted-input']);
    expect(server.events('popup.answer')).toEqual([]);
  });
});
