import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, type TestChromium } from '../../support/chromium.ts';
import { type SdkServer, type SdkServerOptions, startSdkServer } from '../../support/sdk-server.ts';

/** What the embedding page puts on its window. */
interface PageWindow {
  readonly video: HTMLVideoElement;
  readonly monitor: { start(): Promise<void>; stop(): Promise<void>; destroy(): Promise<void> };
  readonly make: () => PageWindow['monitor'];
  readonly told: { type: string; event: Record<string, unknown> }[];
  readonly started: Promise<string>;
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
  query = '',
  options: SdkServerOptions = {},
): Promise<{ server: SdkServer; page: Page; errors: string[] }> {
  const server = await startSdkServer(options);
  stops.push(server.stop);
  const page = await chromium.page();
  stops.push(() => page.close());
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${server.url}/?${query}`);
  return { server, page, errors };
}

const started = (page: Page): Promise<string> => page.evaluate(() => window.started);
const play = (page: Page): Promise<void> => page.evaluate(() => window.video.play());
const paused = (page: Page): Promise<boolean> => page.evaluate(() => window.video.paused);

describe('witnesses', () => {
  test('a played lesson arrives as a chained stream of samples with honest slope', async () => {
    const { server, page, errors } = await open();
    expect(await started(page)).toBe('open');
    await play(page);
    await server.until((seen) => seen.events('beat').length >= 5, 'five beats');
    const [first] = server.events('open');
    expect(first).toMatchObject({ d: 64_008, build: 'zhenxue-js/0.1.0' });
    expect(server.events()[0]?.e).toBe('open');
    const beats = server.events('beat').filter((beat) => (beat.s & 1) !== 0 && (beat.s & 32) === 0);
    const [from, to] = [beats[1], beats.at(-1)];
    const slope = ((to?.m ?? 0) - (from?.m ?? 0)) / ((to?.t ?? 0) - (from?.t ?? 0));
    expect(slope).toBeGreaterThan(0.9);
    expect(slope).toBeLessThan(1.05);
    const times = server.events().map((event) => event.t);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(server.faults).toEqual([]);
    expect(errors).toEqual([]);
    const { protocols, url } = server.handshakes[0] ?? { protocols: [], url: '' };
    expect(protocols).toEqual(['zhenxue.v1', 'ticket.ticket-1']);
    expect(url).not.toContain('ticket');
  });

  test('rate, seek and an element-level lie are reported when the guard only observes', async () => {
    const { server, page } = await open('guard=observe');
    await started(page);
    await play(page);
    await page.evaluate(() => {
      window.video.playbackRate = 4;
      Object.defineProperty(window.video, 'playbackRate', { get: () => 1 });
    });
    await server.until((seen) => seen.events('rate').some((event) => event.r === 4000), 'the real rate');
    await page.evaluate(() => {
      window.video.currentTime = 40;
    });
    await server.until((seen) => seen.events('seek').some((event) => event.m === 40_000), 'the seek');
    await server.until((seen) => seen.events('tamper').length > 0, 'the patched element');
    expect(server.events('seek')[0]?.from).toBeLessThan(15_000);
    expect(server.events('tamper')[0]?.what).toBe('element-patched');
    expect(await page.evaluate(() => window.video.currentTime)).toBeGreaterThan(39);
    expect(server.events('guard')).toEqual([]);
  });

  test('hiding the page is witnessed', async () => {
    const { server, page } = await open();
    await started(page);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { get: () => true });
    });
    await server.until((seen) => seen.events('visibility').length > 0, 'the polled change');
    expect((server.events('visibility')[0]?.s ?? 0) & 2).toBe(2);
  });
});

describe('guard', () => {
  const enforce: SdkServerOptions = { welcome: { guard: 'enforce' } };

  test('sets a raised rate back and reports the attempt', async () => {
    const { server, page } = await open('', enforce);
    await started(page);
    await play(page);
    await page.evaluate(() => {
      window.video.playbackRate = 4;
    });
    await server.until((seen) => seen.events('guard').length > 0, 'the act');
    expect(server.events('guard')[0]).toMatchObject({ act: 'rate-reset', v: 4000 });
    expect(await page.evaluate(() => window.video.playbackRate)).toBe(1);
    expect(await page.evaluate(() => window.told.some(({ type }) => type === 'guard'))).toBe(true);
  });

  test('bounces a forward seek and lets one go back', async () => {
    const { server, page } = await open('', enforce);
    await started(page);
    await play(page);
    await server.until((seen) => (seen.events('beat').at(-1)?.m ?? 0) > 2500, 'some playing');
    await page.evaluate(() => {
      window.video.currentTime = 50;
    });
    await server.until((seen) => seen.events('guard').length > 0, 'the act');
    expect(server.events('guard')[0]).toMatchObject({ act: 'seek-bounced', v: 50_000 });
    await server.until((seen) => seen.events('seek').length >= 2, 'the way back');
    const [away, back] = server.events('seek');
    expect(away).toMatchObject({ m: 50_000 });
    expect(back?.from).toBe(50_000);
    expect(back?.m).toBeLessThan(8_000);
    expect(await page.evaluate(() => window.video.currentTime)).toBeLessThan(10);
    await page.evaluate(() => {
      window.video.currentTime = 0.5;
    });
    await server.until((seen) => seen.events('seek').some((event) => event.m === 500), 'the rewind');
    expect(server.events('guard')).toHaveLength(1);
  });

  test('pauses a hidden lesson before the grace is over', async () => {
    const { server, page } = await open('', {
      welcome: { guard: 'enforce', grace: { hiddenMs: 2_000, unfocusedMs: 4_000, offlineMs: 9_000 } },
    });
    await started(page);
    await play(page);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { get: () => true });
    });
    await server.until((seen) => seen.events('pause').length > 0, 'the pause');
    expect(server.events('guard')[0]?.act).toBe('paused-hidden');
    expect(server.events('pause')[0]?.by).toBe('guard');
    expect(await paused(page)).toBe(true);
  });

  test('pauses without a connection and goes on reporting afterwards', async () => {
    const { server, page } = await open('', {
      welcome: { guard: 'enforce', grace: { hiddenMs: 2_000, unfocusedMs: 4_000, offlineMs: 1_000 } },
    });
    await started(page);
    await play(page);
    await server.until((seen) => seen.events('beat').length > 1, 'beats');
    server.offline(true);
    await page.waitForFunction(() => window.video.paused);
    server.offline(false);
    await server.until((seen) => seen.events('guard').length > 0, 'the act');
    expect(server.events('guard')[0]?.act).toBe('paused-offline');
    expect(server.faults).toEqual([]);
  });
});

describe('popups', () => {
  test('a press popup takes the focus, is answered by keyboard and gives the focus back', async () => {
    const { server, page } = await open('', { welcome: { guard: 'enforce' } });
    await started(page);
    await page.focus('#note');
    await play(page);
    server.ask({ kind: 'popup', id: 'p1', answerMs: 20_000, challenge: { type: 'press', x: 300, y: 700 } });
    await server.until((seen) => seen.events('popup.shown').length > 0, 'shown');
    expect(server.confirmed).toContain('p1');
    await page.waitForTimeout(500);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await server.until((seen) => seen.events('popup.answer').length > 0, 'answered');
    expect(server.events('popup.answer')[0]).toMatchObject({ id: 'p1', a: 'ok' });
    expect(await paused(page)).toBe(false);
    server.settle('p1', 'met');
    await page.waitForFunction(() => document.querySelectorAll('[popover]').length === 0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('note');
    expect(server.events('tamper')).toEqual([]);
  });

  test('a sum popup may be answered wrongly first', async () => {
    const { server, page } = await open('lang=en');
    await started(page);
    server.ask({ kind: 'popup', id: 'p2', answerMs: 20_000, challenge: { type: 'sum', a: 17, b: 6 } });
    await server.until((seen) => seen.events('popup.shown').length > 0, 'shown');
    await page.waitForTimeout(500);
    await page.keyboard.type('22');
    await page.keyboard.press('Enter');
    await server.until((seen) => seen.events('popup.answer').length === 1, 'first answer');
    server.settle('p2', 'wrong');
    await page.waitForTimeout(300);
    await page.keyboard.type('23');
    await page.keyboard.press('Enter');
    await server.until((seen) => seen.events('popup.answer').length === 2, 'second answer');
    expect(server.events('popup.answer').map((event) => event.a)).toEqual(['22', '23']);
  });

  test('an overdue popup pauses the video, keeps it paused, and lets it go on when met', async () => {
    const { server, page } = await open('', { welcome: { guard: 'enforce' } });
    await started(page);
    await play(page);
    server.ask({ kind: 'popup', id: 'p3', answerMs: 1_500, challenge: { type: 'press', x: 500, y: 500 } });
    await page.waitForFunction(() => window.video.paused);
    await page.evaluate(() => void window.video.play().catch(() => undefined));
    await page.waitForFunction(() => window.video.paused);
    await server.until((seen) => seen.events('guard').length > 0, 'the act');
    expect(server.events('guard')[0]?.act).toBe('paused-control');
    await page.keyboard.press('Enter');
    await server.until((seen) => seen.events('popup.answer').length > 0, 'answered late');
    server.settle('p3', 'met');
    await page.waitForFunction(() => !window.video.paused);
  });

  test('a removed popup is tampering, told once, and put back a few times only', async () => {
    const { server, page } = await open();
    await started(page);
    server.ask({ kind: 'popup', id: 'p4', answerMs: 20_000, challenge: { type: 'press', x: 500, y: 500 } });
    await server.until((seen) => seen.events('popup.shown').length > 0, 'shown');
    await page.evaluate(() => {
      new MutationObserver(() => {
        for (const found of document.querySelectorAll('[popover]')) found.remove();
      }).observe(document.body, { childList: true });
      document.querySelector('[popover]')?.remove();
    });
    await server.until((seen) => seen.events('tamper').length > 0, 'tamper');
    const beats = server.events('beat').length;
    await server.until((seen) => seen.events('beat').length >= beats + 2, 'two more beats');
    expect(server.events('tamper')).toMatchObject([{ what: 'popup-removed', id: 'p4' }]);
  });

  test('a covered popup is tampering', async () => {
    const { server, page } = await open();
    await started(page);
    server.ask({ kind: 'popup', id: 'p5', answerMs: 20_000, challenge: { type: 'press', x: 500, y: 500 } });
    await server.until((seen) => seen.events('popup.shown').length > 0, 'shown');
    await page.evaluate(() => {
      const cover = document.createElement('div');
      cover.setAttribute('style', 'position:fixed;inset:0;width:100vw;height:100vh;background:red');
      cover.setAttribute('popover', 'manual');
      document.body.append(cover);
      cover.showPopover();
    });
    await server.until((seen) => seen.events('tamper').length > 0, 'tamper');
    expect(server.events('tamper')[0]).toMatchObject({ what: 'popup-covered', id: 'p5' });
  });
});

describe('photos', () => {
  test('a requested photo is announced, taken, uploaded and hashes to what the event says', async () => {
    const { server, page } = await open();
    await started(page);
    server.ask({ kind: 'photo', id: 'f1', answerMs: 20_000 });
    await server.until((seen) => seen.photos.length > 0 && seen.events('photo.taken').length > 0, 'photo');
    const [photo] = server.photos;
    expect(photo?.hashOk).toBe(true);
    expect(photo?.meta).toEqual({ id: 'f1', h: server.events('photo.taken')[0]?.h });
    expect([...(photo?.bytes.subarray(0, 3) ?? [])]).toEqual([0xff, 0xd8, 0xff]);
    expect(server.events('photo.taken')[0]?.n).toBe(photo?.bytes.length);
  });

  test('a refused camera is reported, not hidden', async () => {
    const { server, page } = await open();
    await started(page);
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    server.ask({ kind: 'photo', id: 'f2', answerMs: 20_000 });
    await server.until((seen) => seen.events('photo.failed').length > 0, 'failure');
    expect(server.events('photo.failed')[0]).toMatchObject({ id: 'f2', why: 'denied' });
  });
});

describe('life of a sitting', () => {
  test('a reload leaves, resumes and repeats nothing', async () => {
    const { server, page } = await open();
    await started(page);
    await play(page);
    await server.until((seen) => seen.events('beat').length > 2, 'beats');
    await page.reload();
    expect(await started(page)).toBe('open');
    await server.until((seen) => seen.events('open').length === 2, 'the second open');
    expect(server.events('leave')).toHaveLength(1);
    expect(server.faults).toEqual([]);
    expect(server.batches.map((batch) => batch.seq)).toEqual(
      server.batches.map((_batch, index) => index + 1),
    );
  });

  test('what was recorded offline survives a reload', async () => {
    const { server, page } = await open();
    await started(page);
    await play(page);
    await server.until((seen) => seen.events('beat').length > 1, 'beats');
    server.offline(true);
    await page.evaluate(() => {
      window.video.currentTime = 33;
    });
    await page.waitForTimeout(1500);
    expect(server.events('seek')).toEqual([]);
    server.offline(false);
    await page.reload();
    await server.until((seen) => seen.events('open').length === 2, 'the second open');
    expect(server.events('seek').map((event) => event.m)).toEqual([33_000]);
    const order = server.events().map((event) => event.e);
    expect(order.lastIndexOf('seek')).toBeLessThan(order.lastIndexOf('open'));
    expect(server.faults).toEqual([]);
  });

  test('a lost connection comes back with the resume token', async () => {
    const { server, page } = await open();
    await started(page);
    await server.until((seen) => seen.events('beat').length > 0, 'a beat');
    const before = server.events('beat').length;
    server.drop();
    await server.until((seen) => seen.events('beat').length > before + 2, 'more beats');
    expect(server.handshakes.at(-1)?.protocols[1]).toBe('ticket.resume-1');
    expect(server.events('open')).toHaveLength(1);
    expect(server.faults).toEqual([]);
  });

  test('a second tab is told so and does not send', async () => {
    const { server, page } = await open();
    await started(page);
    const second = await page.context().newPage();
    stops.push(() => second.close());
    await second.goto(server.url);
    expect(await started(second)).toBe('second-tab');
    expect(server.events('open')).toHaveLength(1);
    expect(server.handshakes).toHaveLength(1);
  });

  test('a refused ticket rejects start with the reason', async () => {
    const { page } = await open('', { refuse: () => 'platform-banned' });
    expect(await started(page)).toBe('platform-banned');
  });

  test('stop and start again; the end of the sitting releases everything', async () => {
    const { server, page } = await open();
    await started(page);
    await page.evaluate(() => window.monitor.stop());
    expect(server.events('leave')).toHaveLength(1);
    await page.evaluate(() => window.monitor.start());
    await server.until((seen) => seen.events('open').length === 2, 'the second open');
    server.ask({ kind: 'popup', id: 'p9', answerMs: 20_000, challenge: { type: 'sum', a: 1, b: 2 } });
    await page.waitForFunction(() => document.querySelectorAll('[popover]').length === 1);
    server.ask({ kind: 'end', id: 'e1', reason: 'completed', message: { zh: '完成', en: 'done' } });
    await page.waitForFunction(() => window.told.some(({ type }) => type === 'end'));
    await page.waitForFunction(() => document.querySelectorAll('[popover]').length === 0);
    expect(server.faults).toEqual([]);
  });
});

test('the script build puts exactly one name on the window', async () => {
  const { server, page } = await open();
  await page.goto(`${server.url}/blank`);
  const before = await page.evaluate(() => Object.getOwnPropertyNames(window));
  await page.addScriptTag({ url: '/sdk/zhenxue.js' });
  const after = await page.evaluate(() => Object.getOwnPropertyNames(window));
  expect(after.filter((name) => !before.includes(name))).toEqual(['Zhenxue']);
  expect(
    await page.evaluate(() => Object.keys((window as never as { Zhenxue: object }).Zhenxue).sort()),
  ).toEqual(['MonitorError', 'SDK_BUILD', 'createMonitor']);
});
