import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../client-sdk/src/index.ts';
import { readConfig } from '../../../server/src/config/config.ts';
import { type RunningServer, startServer } from '../../../server/src/main.ts';
import { launchChromium, type TestChromium } from '../../support/chromium.ts';

const data = mkdtempSync(join(tmpdir(), 'zhenxue-demo-'));
let server: RunningServer;
let chromium: TestChromium;

beforeAll(async () => {
  const env = { ZHENXUE_DEMO: '1', ZHENXUE_PACK: 'demo', ZHENXUE_PORT: '0', ZHENXUE_DATA_DIR: data };
  server = await startServer({ config: readConfig({ ...env, ZHENXUE_LOG_LEVEL: 'silent' }) });
  chromium = await launchChromium();
});
afterAll(async () => {
  await chromium?.stop();
  await server?.stop();
  rmSync(data, { recursive: true, force: true });
});

/** The demo page, with everything that it complains about. */
async function openDemo(query: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await chromium.page();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${server.url}/demo/?consent=given&${query}`);
  return { page, complaints };
}

async function startLesson(page: Page): Promise<void> {
  await page.getByTestId('start').click();
  await page.locator('[data-testid=connection][data-state=online]').waitFor();
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.5);
}

describe('the demo platform', () => {
  it('reads well in both languages', async () => {
    const { page, complaints } = await openDemo('lang=zh&learner=reader');
    expect(await page.getByTestId('start').textContent()).toBe('开始学习');
    await page.getByTestId('language').click();
    expect(await page.getByTestId('start').textContent()).toBe('Start the lesson');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await page.getByTestId('learner').textContent()).toBe('reader');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has a clip of the length that the server knows', async () => {
    const { page } = await openDemo('lang=en&learner=ruler');
    const seconds = await page.waitForFunction(() => document.querySelector('video')?.duration || null);
    const clip = (await (await fetch(`${server.url}/demo/clip.json`)).json()) as { durationMs: number };
    expect(Math.round(Number(await seconds.jsonValue()) * 1000)).toBe(clip.durationMs);
    await page.close();
  });

  it('has a backend that asks for tickets and verdicts with its own key', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ learner: 'asker', lesson: 'lesson-1' });
    const issued = await fetch(`${server.url}/demo/api/ticket`, { method: 'POST', headers, body });
    const { session } = (await issued.json()) as { session: string };
    const verdict = await fetch(`${server.url}/demo/api/verdict/${session}`);
    expect(await verdict.json()).toMatchObject({ session, outcome: 'in_progress', final: false });
    const unknown = await fetch(`${server.url}/demo/api/verdict/${session.slice(0, -4)}0000`);
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'not-found' }]);
    expect(await (await fetch(`${server.url}/demo/api/info`)).json()).toEqual({ demo: true });
  });

  it('plays a monitored lesson, and shows that a faster rate and a jump are undone', async () => {
    const { page, complaints } = await openDemo('lang=en&learner=player');
    await startLesson(page);
    await page.locator('#cheat summary').click();
    await page.getByTestId('cheat-rate').click();
    await page.waitForFunction(() => document.querySelector('video')?.playbackRate === 1);
    await page.getByTestId('cheat-seek').click();
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 99) < 30);
    await page.waitForFunction(() => document.querySelectorAll('#log [data-mood=bad]').length >= 2);
    await page.waitForFunction(() => document.querySelector('#credited')?.textContent !== '0:00');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has nothing that a diagnosis would complain about', async () => {
    const { page, complaints } = await openDemo('lang=en&learner=diagnosed');
    // As a text: the test runner would rewrite an import.
    const { ok, checks } =
      await page.evaluate<Diagnosis>(`import('/sdk/zhenxue.mjs').then(({ createMonitor }) =>
      createMonitor({
        endpoint: location.origin,
        video: document.querySelector('video'),
        getTicket: () => Promise.reject(new Error('expected no ticket to be asked for')),
      }).diagnose(),
    )`);
    expect(checks.filter(({ result }) => result === 'fail' || result === 'warn')).toEqual([]);
    expect(ok).toBe(true);
    expect(complaints.filter((line) => !line.includes('401') && !line.includes('403'))).toEqual([]);
    await page.close();
  });

  it('begins anew with another learner', async () => {
    const { page } = await openDemo('lang=en&learner=first&lesson=lesson-2');
    await startLesson(page);
    await page.locator('#other-learner').click();
    await page.locator('[data-testid=connection][data-state=idle]').waitFor();
    expect(await page.getByTestId('learner').textContent()).toMatch(/^learner-[0-9a-f]{8}$/);
    expect(await page.evaluate(() => document.querySelector('video')?.paused)).toBe(true);
    await page.close();
  });
});
