import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConsoleFixture,
  FIXTURE_BAN,
  FIXTURE_KEY,
  startConsoleFixture,
} from '../../support/console-fixtures.ts';
import { type Sitting, storiedSittings } from '../../support/console-sittings.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** How far a drawn interval may be from the real one. */
const TOLERANCE_MS = 1_000;
const sittings = storiedSittings();

let dist: string;
let browser: Browser;
const opened: (() => Promise<void>)[] = [];

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'zhenxue-console-'));
  const script = join(ROOT, 'scripts', 'build-console.mjs');
  await promisify(execFile)(process.execPath, [script, '--out', dist], { cwd: ROOT });
  browser = await chromium.launch({
    executablePath: process.env.ZHENXUE_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}, 120_000);

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

afterAll(async () => {
  await browser?.close();
  if (dist !== undefined) await rm(dist, { recursive: true, force: true });
});

interface Visit {
  readonly page: Page;
  readonly fixture: ConsoleFixture;
  /** What the page complained about: script errors and refused content. */
  readonly complaints: readonly string[];
}

async function visit(
  options: { locale?: string; width?: number; sittings?: readonly Sitting[] } = {},
): Promise<Visit> {
  const fixture = await startConsoleFixture(dist, options.sittings);
  const context = await browser.newContext({
    locale: options.locale ?? 'zh-CN',
    timezoneId: 'America/New_York',
    viewport: { width: options.width ?? 1_280, height: 860 },
  });
  opened.push(
    () => fixture.stop(),
    () => context.close(),
  );
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 40'))
      complaints.push(message.text());
  });
  await page.goto(`${fixture.url}/console/`);
  return { page, fixture, complaints };
}

async function enter(options: Parameters<typeof visit>[0] = {}): Promise<Visit> {
  const visited = await visit(options);
  await visited.page.getByTestId('enter-demo').click();
  await visited.page.getByTestId('enter-demo').waitFor({ state: 'detached' });
  return visited;
}

function rowOf(page: Page, sitting: Sitting): Locator {
  return page.locator(`[data-testid="session-row"][data-session="${sitting.detail.session}"]`);
}

async function number(locator: Locator, attribute: string): Promise<number> {
  return Number(await locator.getAttribute(attribute));
}

/** Server time that stands at an x of the drawing, from the drawn plot alone. */
async function instantAt(page: Page, x: number): Promise<number> {
  const plot = page.getByTestId('timeline-plot');
  const [left, width] = [await number(plot, 'x'), await number(plot, 'width')];
  const timeline = page.getByTestId('timeline');
  const [from, to] = [await number(timeline, 'data-from-at'), await number(timeline, 'data-to-at')];
  return from + ((x - left) / width) * (to - from);
}

describe('the list of sittings', () => {
  it('shows the honest one as valid and the cheats as invalid, in words', async () => {
    const { page, complaints } = await enter();
    await rowOf(page, sittings.honest).waitFor();
    expect(await rowOf(page, sittings.honest).getByTestId('outcome').innerText()).toBe('有效');
    expect(await rowOf(page, sittings.fast).getByTestId('outcome').innerText()).toBe('无效');
    expect(await rowOf(page, sittings.hidden).getByTestId('outcome').innerText()).toBe('无效');
    expect(await rowOf(page, sittings.live).getByTestId('outcome').innerText()).toBe('进行中');
    // Shanghai, although the browser lives in New York.
    expect(await rowOf(page, sittings.honest).innerText()).toContain('21:01:00');
    expect(complaints).toEqual([]);
  });

  it('filters by outcome and learner, remembers that in the address, and says when nothing matches', async () => {
    const { page } = await enter();
    await page.getByTestId('filter-invalid').click();
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="session-row"]').length === 2);
    expect(new URL(page.url()).search).toBe('?outcome=invalid');
    await page.getByLabel('学员', { exact: true }).fill('nobody');
    await page.getByTestId('empty').waitFor();
    expect(await page.getByTestId('empty').innerText()).toContain('没有符合条件的记录');
  });

  it('loads more', async () => {
    const { page } = await enter();
    const rows = page.getByTestId('session-row');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(50);
    await page.getByTestId('load-more').click();
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="session-row"]').length === 65);
    expect(await page.getByTestId('load-more').count()).toBe(0);
  });

  it('keeps itself up to date while it is looked at', async () => {
    const { page, fixture } = await visit({ sittings: [sittings.live] });
    await page.clock.install();
    await page.getByTestId('enter-demo').click();
    await rowOf(page, sittings.live).waitFor();
    fixture.replace([sittings.live, sittings.honest]);
    await page.clock.runFor(3_000);
    await rowOf(page, sittings.honest).waitFor();
    expect(await page.getByTestId('session-row').count()).toBe(2);
  });

  it('tells a newcomer what to do when it is empty', async () => {
    const { page } = await enter({ sittings: [], locale: 'en-US' });
    const empty = page.getByTestId('empty');
    await empty.waitFor();
    expect(await empty.innerText()).toContain('Open the demo lesson and play the video.');
    expect(await empty.getByRole('link').getAttribute('href')).toBe('/demo/');
  });
});

describe('the page of a sitting', () => {
  it('draws the finding where it happened', async () => {
    const { page, complaints } = await enter();
    await rowOf(page, sittings.fast).click();
    const drawn = page.getByTestId('timeline-finding');
    await drawn.waitFor();
    const span = sittings.fast.timeline.findings[0]?.span;
    const x = await number(drawn, 'x');
    const fromAt = await instantAt(page, x);
    const toAt = await instantAt(page, x + (await number(drawn, 'width')));
    expect(Math.abs(fromAt - (span?.fromAt ?? 0))).toBeLessThan(TOLERANCE_MS);
    expect(Math.abs(toAt - (span?.toAt ?? 0))).toBeLessThan(TOLERANCE_MS);
    expect(await drawn.getAttribute('data-rule')).toBe('fast-forward');
    expect(await number(drawn, 'data-from-at')).toBe(span?.fromAt);
    const row = await page.getByTestId('finding-row').innerText();
    expect(row).toContain('zz-2022-2:20(3)');
    expect(row).toContain('21:03:12.9 – 21:03:22.9');
    expect(row).toContain('4.00×');
    expect(complaints).toEqual([]);
  });

  it('draws it there on a phone too, without sideways scrolling', async () => {
    const { page } = await enter({ width: 390 });
    await page.goto(
      page.url().replace(/\/console\/.*/, `/console/sessions/${sittings.hidden.detail.session}`),
    );
    const drawn = page.locator('[data-testid="timeline-finding"][data-rule="multi-window"]');
    await drawn.waitFor();
    await page.waitForFunction(
      () => (document.querySelector('[data-testid="timeline"]')?.clientWidth ?? 999) < 390,
    );
    const x = await number(drawn, 'x');
    const span = sittings.hidden.timeline.findings[0]?.span;
    expect(Math.abs((await instantAt(page, x)) - (span?.fromAt ?? 0))).toBeLessThan(TOLERANCE_MS);
    const end = await instantAt(page, x + (await number(drawn, 'width')));
    expect(Math.abs(end - (span?.toAt ?? 0))).toBeLessThan(TOLERANCE_MS);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    expect(await page.getByTestId('timeline-hidden').count()).toBe(1);
    expect(await page.locator('[data-testid="timeline-popup"][data-fate="overdue"]').count()).toBe(1);
  });

  it('marks on the timeline what is chosen in the list, by keyboard', async () => {
    const { page } = await enter({ locale: 'en-US' });
    await rowOf(page, sittings.hidden).click();
    await page.getByRole('button', { name: /Popup interval.*Show F2/ }).focus();
    await page.keyboard.press('Enter');
    const mark = page.getByRole('button', { name: /^Popup interval, popup suppressed/ });
    expect(await mark.getAttribute('aria-pressed')).toBe('true');
    await mark.focus();
    expect(await page.getByTestId('timeline-tip').innerText()).toContain('zz-2022-2:20(3)');
    await page.keyboard.press(' ');
    expect(await mark.getAttribute('aria-pressed')).toBe('false');
  });

  it('says so when there is no such sitting', async () => {
    const { page } = await enter();
    await page.goto(page.url().replace(/\/console\/.*/, '/console/sessions/unknown'));
    await page.getByTestId('empty').waitFor();
    expect(await page.getByTestId('empty').innerText()).toContain('找不到这条学习记录');
  });
});

describe('platforms and bans', () => {
  it('shows the last day of the ban and the sittings that it rests on', async () => {
    const { page } = await enter();
    await page.getByRole('link', { name: '平台与处罚' }).click();
    const ban = page.getByTestId('ban-row');
    await ban.waitFor();
    expect(await ban.getByTestId('ban-ends').innerText()).toContain(FIXTURE_BAN.endsOn);
    expect(await ban.innerText()).toContain('2026-11-21 至 2028-11-21');
    await ban.getByRole('link').first().click();
    await page.getByTestId('timeline').waitFor();
    expect(page.url()).toContain(FIXTURE_BAN.finding.cites[0]?.session);
  });

  it('answers the status of a platform on a day to anybody', async () => {
    const { page, fixture } = await visit({ locale: 'en-US' });
    await page.goto(`${fixture.url}/console/platforms`);
    await page.getByLabel('Platform id').fill('skills-cloud');
    await page.getByLabel('Date', { exact: true }).fill('2028-11-21');
    await page.getByTestId('status-check').click();
    expect(await page.getByTestId('status-answer').innerText()).toContain(
      'The last day of the ban is 2028-11-21.',
    );
    await page.getByLabel('Date', { exact: true }).fill('2028-11-22');
    await page.getByTestId('status-check').click();
    await page.getByText('is listed and not banned on 2028-11-22').waitFor();
    expect(await page.getByTestId('platform-row').count()).toBe(0);
  });
});

describe('signing in', () => {
  it('explains a wrong key and takes a right one, which never shows in the address', async () => {
    const { page } = await visit();
    await page.getByLabel('访问密钥').fill('wrong');
    await page.getByTestId('sign-in').click();
    expect(await page.getByTestId('failure').innerText()).toContain('unauthorized');
    await page.getByLabel('访问密钥').fill(FIXTURE_KEY);
    await page.keyboard.press('Enter');
    await page.getByTestId('session-row').first().waitFor();
    expect(page.url()).not.toContain('zx_');
    expect(page.url()).not.toContain('token');
  });

  it('comes back kindly to the page that was open when the token expired', async () => {
    const { page, fixture } = await enter();
    fixture.expire();
    await page.goto(`${fixture.url}/console/sessions/${sittings.honest.detail.session}`);
    await page.getByTestId('expired').waitFor();
    expect(await page.getByTestId('expired').innerText()).toContain('登录已过期');
    expect(new URL(page.url()).searchParams.get('next')).toBe(`/sessions/${sittings.honest.detail.session}`);
  });
});

describe('the language', () => {
  it('follows the browser, is switched by a button, and is remembered', async () => {
    const { page } = await enter();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('学习记录');
    await page.getByTestId('language').click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Sittings');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    await page.reload();
    await rowOf(page, sittings.honest).waitFor();
    expect(await rowOf(page, sittings.honest).getByTestId('outcome').innerText()).toBe('Valid');
    expect(await page.locator('footer').innerText()).toContain('Asia/Shanghai');
  });
});
