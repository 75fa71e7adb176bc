import type { Finding, SessionDetail } from '@zhenxue/protocol';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { PAUSE_DEFEATED, RATE_DEFEATED } from '../../support/cheats.ts';
import { enterConsole, numberOf, shoot, timeAt } from '../../support/console-visit.ts';
import { demoWorld } from '../../support/demo-world.ts';
import { beginLesson, sitDown, until } from '../../support/person.ts';
import { isHidden } from '../../support/tabbed-chromium.ts';

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
  const world = demoWorld();

  it('4× with the guard on is set back, recorded as an attempt, and stays valid', async () => {
    const page = await world.browser.tab();
    await beginLesson(page, world.url, 'fast-guarded');
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
      () => world.regulator.sittingOf('fast-guarded'),
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
    const page = await world.browser.tab(RATE_DEFEATED + PAUSE_DEFEATED);
    await beginLesson(page, world.url, 'fast-defeated');
    await page.waitForTimeout(4_000);
    const from = Date.now();
    await setRate(page, 4);
    await page.waitForTimeout(6_000);
    await setRate(page, 1);
    const to = Date.now();
    const sitting = await until(
      () => world.regulator.sittingOf('fast-defeated'),
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
    const page = await world.browser.tab(PAUSE_DEFEATED);
    await beginLesson(page, world.url, 'hidden-tab');
    await page.waitForTimeout(3_000);
    const from = Date.now();
    const other = await world.browser.tab();
    expect(await isHidden(page)).toBe(true);
    await page.waitForTimeout(8_000);
    const to = Date.now();
    await other.close();
    await page.bringToFront();
    const sitting = await until(
      () => world.regulator.sittingOf('hidden-tab'),
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
    const page = await world.browser.tab();
    await beginLesson(page, world.url, 'ignores-popup');
    await page.waitForFunction(() => document.querySelector('video')?.paused === true, undefined, {
      timeout: 60_000,
    });
    await page.waitForTimeout(2_000);
    const stopped = await world.regulator.sittingOf('ignores-popup');
    const position = await page.evaluate(() => document.querySelector('video')?.currentTime);
    await page.evaluate(() =>
      document
        .querySelector('video')
        ?.play()
        .catch(() => undefined),
    );
    await page.waitForTimeout(8_000);
    const later = await world.regulator.sittingOf('ignores-popup');
    expect(await page.evaluate(() => document.querySelector('video')?.currentTime)).toBeLessThan(
      (position ?? 0) + 1,
    );
    expect(later.outcome).toBe('in_progress');
    expect(violations(later)).toEqual([]);
    expect(later.verdict.popups.some((popup) => popup.shownAt !== null && popup.answeredAt === null)).toBe(
      true,
    );
    expect(later.creditedMs).toBe(stopped.creditedMs);
    await page.close();
  });

  it('the console shows the honest and the cheating sitting, and the finding at its place on the timeline', async () => {
    const page = await world.browser.tab();
    await enterConsole(page, world.url);
    const row = (learner: string) => page.getByTestId('session-row').filter({ hasText: learner });
    expect(await row('fast-guarded').getByTestId('outcome').getAttribute('data-outcome')).toBe('valid');
    expect(await row('fast-defeated').getByTestId('outcome').getAttribute('data-outcome')).toBe('invalid');
    await row('fast-defeated').getByRole('link').first().click();
    const drawn = page.locator('[data-testid="timeline-finding"][data-rule="fast-forward"]').first();
    await drawn.waitFor({ state: 'attached' });
    const { span } = find(await world.regulator.sittingOf('fast-defeated'), 'rate-reported');
    const x = await numberOf(drawn, 'x');
    expectNear(await timeAt(page, x), span.fromAt);
    expectNear(await timeAt(page, x + (await numberOf(drawn, 'width'))), span.toAt);
    expect(await page.getByTestId('finding-row').first().innerText()).toContain('zz-2022-2:20(3)');
    await shoot(page, 'console-cheat');
    await page.close();
  });
});
