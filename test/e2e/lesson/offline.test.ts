/**
 * The worst afternoon: the server dies twice, the cable is out for a long while, the tab is closed and opened again, a second
 * one is opened beside it. Nothing that was acknowledged is lost, what was studied offline counts, and the verdict is right.
 * `ZHENXUE_OFFLINE_S=600` really waits ten minutes, under the pack of the notice; by default it is less under the demo's.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { beginLesson, type Person, sitDown, until } from '../../support/person.ts';
import {
  type Regulator,
  regulatorOf,
  type ServerProcess,
  startServerProcess,
  temporaryData,
} from '../../support/server-process.ts';
import { launchTabs, type TabbedChromium } from '../../support/tabbed-chromium.ts';
import { layCable, type Unpluggable } from '../../support/unpluggable.ts';
import { lostOf, type Seen, seenBy, WIRE_TAP } from '../../support/wire-tap.ts';

const OFFLINE_MS = 1_000 * Number(process.env.ZHENXUE_OFFLINE_S ?? 30);
/** The demo's pack gives a lesson up after two minutes without its page. */
const PACK = OFFLINE_MS > 100_000 ? 'zz-2022-2' : 'demo';
const LEARNER = 'offline-1';
const LIMIT_MS = OFFLINE_MS + 220_000;

const data = temporaryData();
let server: ServerProcess;
let cable: Unpluggable;
let browser: TabbedChromium;
let regulator: Regulator;

const start = async (port: number): Promise<void> => {
  server = await startServerProcess(data.folder, port, { ZHENXUE_PACK: PACK });
  regulator = await regulatorOf(server.url);
};
const killAndRestart = async (): Promise<void> => {
  const { port } = server;
  await server.kill();
  await start(port);
};

beforeAll(async () => {
  await start(0);
  cable = await layCable(server.port);
  browser = await launchTabs();
});
afterAll(async () => {
  await cable?.stop();
  await server?.stop();
  data.remove();
  await browser?.stop();
});

async function lesson(): Promise<{ page: Page; person: Person }> {
  const page = await browser.tab(WIRE_TAP);
  await beginLesson(page, cable.url, LEARNER);
  return { page, person: await sitDown(page) };
}

async function leave({ page, person }: { page: Page; person: Person }): Promise<Seen> {
  const seen = await seenBy(page);
  await person.leave();
  await page.close({ runBeforeUnload: true });
  return seen;
}

const credited = (ms: number, withinMs: number) =>
  until(
    () => regulator.sittingOf(LEARNER),
    (found) => found.creditedMs >= ms,
    withinMs,
  );

it('two restarts, a long time offline, the tab closed and opened again, a duplicate: all counts and the lesson is valid', {
  timeout: LIMIT_MS,
}, async () => {
  const first = await lesson();
  const before = await credited(6_000, 40_000);
  await killAndRestart();
  const mid = await credited(before.creditedMs + 5_000, 40_000);
  expect(mid.session).toBe(before.session);

  cable.unplug();
  const unpluggedAt = Date.now();
  await first.page.waitForTimeout(8_000);
  const seen: Seen[] = [await leave(first)];
  await killAndRestart();
  await new Promise((waited) => setTimeout(waited, OFFLINE_MS - (Date.now() - unpluggedAt)));
  expect((await regulator.sittingOf(LEARNER)).creditedMs).toBeLessThan(mid.creditedMs + 4_000);
  cable.plug();

  const second = await lesson();
  // What was played without a connection comes first, and counts.
  const back = await credited(mid.creditedMs + 6_000, 20_000);
  expect(back.session).toBe(before.session);
  const duplicate = await browser.tab();
  await duplicate.goto(`${cable.url}/demo/?lang=en&lesson=lesson-1&learner=${LEARNER}`);
  await duplicate.getByTestId('start').click();
  await duplicate.getByText('already open in another tab').first().waitFor({ state: 'attached' });
  await duplicate.close();
  await second.page.bringToFront();
  await second.page.evaluate(() => document.querySelector('video')?.play());

  const sitting = await until(
    () => regulator.sittingOf(LEARNER),
    (found) => found.verdict.final,
    120_000,
  );
  seen.push(await leave(second));
  expect(sitting.session).toBe(before.session);
  expect(sitting.verdict.findings.filter(({ severity }) => severity === 'violation')).toEqual([]);
  expect(sitting.verdict).toMatchObject({ outcome: 'valid', ended: 'completed' });
  expect(seen.flatMap(lostOf).concat(lostOf(seen.flat()))).toEqual([]);
  expect(seen.flat().filter(({ what }) => what === 'held').length).toBeGreaterThanOrEqual(3);
});
