/** Where the red team plays: a demo server, browsers as people have them, and a small film in place of the demo's. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Finding, SessionDetail } from '@zhenxue/protocol';
import type { BrowserContext, CDPSession, Page, Route } from 'playwright-core';
import { type Regulator, regulatorOf, startServerProcess, temporaryData } from '../support/server-process.ts';
import { launchTabs, type TabbedChromium } from '../support/tabbed-chromium.ts';

const FILM = readFileSync(fileURLToPath(new URL('lesson.webm', import.meta.url)));

/** A browser as a person has it says nothing of automation, and does not slow down what lies behind another window. */
const PERSONAL = ['--disable-blink-features=AutomationControlled', '--window-size=1000,760'] as const;

/** Ms before every question to the server: dozens of learners are asked about. */
const ASK_MS = 700;

/** One learner's place. */
export interface Seat {
  readonly url: string;
  readonly learner: string;
  readonly regulator: Regulator;
  readonly browser: TabbedChromium;
  /** The learner's tab, at the front of a browser of its own. */
  readonly page: Page;
  readonly cdp: CDPSession;
  /** The learner's newest sitting; of several the one that has findings. */
  sitting(): Promise<SessionDetail>;
}

/** How a seat is to be prepared. */
export interface SeatOptions {
  /** Runs before any script of a page. */
  readonly script?: string;
  /** More command-line switches. */
  readonly args?: readonly string[];
}

/** The stage of one run. */
export interface Stage {
  readonly url: string;
  readonly regulator: Regulator;
  seat(learner: string, options: SeatOptions): Promise<{ seat: Seat; leave(): Promise<void> }>;
  stop(): Promise<void>;
}

async function serveFilm(route: Route): Promise<void> {
  const headers = { 'content-type': 'video/webm', 'accept-ranges': 'bytes' };
  const asked = /bytes=(\d+)-(\d*)/.exec(route.request().headers().range ?? '');
  if (asked === null) return route.fulfill({ status: 200, headers, body: FILM });
  const from = Number(asked[1]);
  const to = asked[2] === '' ? FILM.length - 1 : Math.min(FILM.length - 1, Number(asked[2]));
  const range = { 'content-range': `bytes ${from}-${to}/${FILM.length}` };
  return route.fulfill({ status: 206, headers: { ...headers, ...range }, body: FILM.subarray(from, to + 1) });
}

/** The small film in place of the demo's: twelve browsers decode it on one core. */
export async function smallFilm(context: BrowserContext): Promise<void> {
  await context.route('**/demo/clip.webm', serveFilm);
}

/** What is found of two sittings at once may stand in either. */
async function newestWithFindings(
  url: string,
  regulator: Regulator,
  learner: string,
): Promise<SessionDetail> {
  const newest = await regulator.sittingOf(learner);
  if (newest.verdict.findings.length > 0) return newest;
  const headers = { authorization: `Bearer ${regulator.token}` };
  const list = await fetch(`${url}/v1/sessions?learner=${learner}&limit=5`, { headers });
  const { items } = (await list.json()) as { items: { session: string }[] };
  for (const { session } of items.filter((item) => item.session !== newest.session)) {
    const answer = await fetch(`${url}/v1/sessions/${session}`, { headers });
    const other = (await answer.json()) as SessionDetail;
    if (other.verdict.findings.length > 0) return other;
  }
  return newest;
}

/** Starts the server. */
export async function openStage(): Promise<Stage> {
  const data = temporaryData();
  const server = await startServerProcess(data.folder, 0, { ZHENXUE_REQUESTS_PER_MINUTE: '20000' });
  const regulator = await regulatorOf(server.url);
  const { url } = server;
  return {
    url,
    regulator,
    async seat(learner, { script = '', args = [] }) {
      const browser = await launchTabs([...PERSONAL, ...args]);
      await smallFilm(browser.context);
      const page = await browser.tab(script);
      const cdp = await browser.context.newCDPSession(page);
      const sitting = async (): Promise<SessionDetail> => {
        await pause(ASK_MS);
        return newestWithFindings(url, regulator, learner);
      };
      return { seat: { url, learner, regulator, browser, page, cdp, sitting }, leave: () => browser.stop() };
    },
    async stop() {
      await server.stop();
      data.remove();
    },
  };
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The finding of a sitting that is one of these kinds. */
export function findingOf(sitting: SessionDetail, kinds: readonly string[]): Finding | undefined {
  return sitting.verdict.findings.find(({ kind }) => kinds.includes(kind));
}
