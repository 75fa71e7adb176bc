import type { Finding, SessionDetail } from '@zhenxue/protocol';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAUSE_DEFEATED, RATE_DEFEATED } from '../../support/cheats.ts';
import { beginLesson, sitDown, until } from '../../support/person.ts';
import {
  type Regulator,
  regulatorOf,
  type ServerProcess,
  startServerProcess,
  temporaryData,
} from '../../support/server-process.ts';
import { isHidden, launchTabs, type TabbedChromium } from '../../support/tabbed-chromium.ts';

/** Intervals must be right within this, ms. */
const EXACT_MS = 1_000;

declare global {
  interface Window {
    cheatRate(video: HTMLVideoElement | null, rate: number): void;
  }
}

function violations(sitting: SessionDetail): string[] {
  return sitting.verdict.findings.filter((f) => f.severity === 'violation').map((f) => `${f.rule}/${f.kind}`);
}

function find(sitting: SessionDetail, kind: Finding['kind']): Finding {
  const finding = sitting.verdict.findings.find((candidate) => candidate.kind === kind);
  if (finding === undefined)
    throw new Error(`expected a finding ${kind}, got ${violations(sitting).join(', ') || 'none'}`);
  return finding;
}

function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(EXACT_MS);
}

const setRate = (page: Page, rate: number): Promise<void> =>
  page.evaluate((wished) => window.cheatRate(document.querySelector('video'), wished), rate);

describe('cheats in a real browser', () => {
  const data = temporaryData();
  let server: ServerProcess;
  let browser: TabbedChromium;
  let regulator: Regulator;

  beforeAll(async () => {
    server = await startServerProcess(data.folder);
    browser = await launchTabs();
    regulator = await regulatorOf(server.url);
  });

  afterAll(async () => {
    await browser?.stop();
    await server?.stop();
    data.remove();
  });

  it('4× with the guard on is set back, recorded as an attempt, and stays valid', async () => {
    const page = await browser.tab();
    await beginLesson(page, server.url, 'fast-guarded');
    const person = await sitDown(page);
    await page.waitForTimeout(5_000);
    await page.getByText('Try to cheat').click();
    await page.getByTestId('cheat-rate').click();
    await page.waitForFunction(() => document.querySelector('video')?.playbackRate === 1);
    expect(
      await until(
        () => person.reads(),
        (text) => text.includes('set back to 1×'),
        3_000,
      ),
    ).toContain('1×');
    const sitting = await until(
      () => regulator.sittingOf('fast-guarded'),
      (found) => found.verdict.final,
      110_000,
    );
    await person.leave();
    expect(sitting.verdict.outcome).toBe('valid');
    expect(sitting.verdict.findings.map((f) => `${f.severity} ${f.kind}`)).toEqual(['hint rate-attempt']);
    expect(find(sitting, 'rate-attempt').claimed).toBe(4_000);
    await page.close();
  });

  it('4× with the guard defeated is invalid: fast-forward, with the interval', async () => {
    const page = await browser.tab(RATE_DEFEATED + PAUSE_DEFEATED);
    await beginLesson(page, server.url, 'fast-defeated');
    await page.waitForTimeout(4_000);
    const from = Date.now();
    await setRate(page, 4);
    await page.waitForTimeout(6_000);
    await setRate(page, 1);
    const to = Date.now();
    const sitting = await until(
      () => regulator.sittingOf('fast-defeated'),
      (found) => find(found, 'rate-reported').span.toAt >= to - EXACT_MS,
      8_000,
    );
    const finding = find(sitting, 'rate-reported');
    expect(sitting.outcome).toBe('invalid');
    expect(finding).toMatchObject({ rule: 'fast-forward', clause: 'zz-2022-2:20(3)', claimed: 4_000 });
    expect(finding.measured).toBeGreaterThan(3_500);
    expectNear(finding.span.fromAt, from);
    expectNear(finding.span.toAt, to);
    expect(violations(sitting).every((violation) => violation.startsWith('fast-forward/'))).toBe(true);
    await page.close();
  });

  it('a hidden tab that plays on is invalid: multi-window', async () => {
    const page = await browser.tab(PAUSE_DEFEATED);
    await beginLesson(page, server.url, 'hidden-tab');
    await page.waitForTimeout(3_000);
    const from = Date.now();
    const other = await browser.tab();
    expect(await isHidden(page)).toBe(true);
    await page.waitForTimeout(8_000);
    const to = Date.now();
    await other.close();
    await page.bringToFront();
    const sitting = await until(
      () => regulator.sittingOf('hidden-tab'),
      (found) => found.outcome === 'invalid' && find(found, 'played-hidden').span.toAt >= to - EXACT_MS,
      8_000,
    );
    const finding = find(sitting, 'played-hidden');
    expect(violations(sitting)).toEqual(['multi-window/played-hidden']);
    expectNear(finding.span.fromAt, from);
    expectNear(finding.span.toAt, to);
    await page.close();
  });

  it('an ignored popup pauses the playback: no credit, no violation', async () => {
    const page = await browser.tab();
    await beginLesson(page, server.url, 'ignores-popup');
    await page.waitForFunction(() => document.querySelector('video')?.paused === true, undefined, {
      timeout: 60_000,
    });
    const stopped = await regulator.sittingOf('ignores-popup');
    const position = await page.evaluate(() => document.querySelector('video')?.currentTime);
    await page.evaluate(() =>
      document
        .querySelector('video')
        ?.play()
        .catch(() => undefined),
    );
    await page.waitForTimeout(8_000);
    const later = await regulator.sittingOf('ignores-popup');
    expect(await page.evaluate(() => document.querySelector('video')?.currentTime)).toBeLessThan(
      (position ?? 0) + 1,
    );
    expect(later.outcome).toBe('in_progress');
    expect(violations(later)).toEqual([]);
    expect(later.verdict.popups.some((popup) => popup.shownAt !== null && popup.answeredAt === null)).toBe(
      true,
    );
    expect(later.creditedMs - stopped.creditedMs).toBeLessThanOrEqual(2_000);
    await page.close();
  });
});
