/// <reference lib="dom" />
/**
 * What the SDK costs a page in Chromium: the main thread's time in its scripts per second of playing, by the profiler's stacks (its
 * own functions and whatever they call), and the time from `start()` to the first durable acknowledgement on this machine.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { ensureChromium } from '../steps/ensure-chromium.mjs';
import { line, quantile } from './load.mjs';

/** Budgets (ms): of main thread per second of playing, and from the start to the acknowledgement. */
const MAIN_THREAD_MAX_MS = 5;
const START_TO_ACK_MAX_MS = 500;

const PLAY_MS = 20_000;
const PLAY_QUICK_MS = 3_000;
const STARTS = 9;
const STARTS_QUICK = 2;

/** Microseconds between two samples of the profiler. */
const SAMPLE_US = 200;

const CLI = join(import.meta.dirname, '..', '..', 'server', 'dist', 'cli.js');
const ARGS = ['--no-sandbox', '--disable-gpu', '--mute-audio', '--autoplay-policy=no-user-gesture-required'];

async function startServer() {
  const data = mkdtempSync(join(tmpdir(), 'zhenxue-bench-sdk-'));
  const settings = { ZHENXUE_DATA_DIR: data, ZHENXUE_PORT: '0', ZHENXUE_DEMO: '1', ZHENXUE_PACK: 'demo' };
  const env = { ...process.env, ...settings, ZHENXUE_LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [CLI], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let url = '';
  for await (const text of createInterface({ input: child.stdout })) {
    if (!text.startsWith('http')) continue;
    url = text.trim();
    break;
  }
  child.stdout.resume();
  return {
    url,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/**
 * @typedef {{ id: number, callFrame: { url: string }, children?: number[] }} ProfileNode
 * @typedef {{ nodes: ProfileNode[], samples?: number[], timeDeltas?: number[] }} Profile
 */

/** Ms in the SDK's functions and in what they called. @param {Profile} profile */
function sdkMs({ nodes, samples = [], timeDeltas = [] }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const inside = new Set();
  /** @param {ProfileNode} node @param {boolean} within */
  const mark = (node, within) => {
    const here = within || node.callFrame.url.includes('/sdk/');
    if (here) inside.add(node.id);
    for (const child of node.children ?? []) {
      const next = byId.get(child);
      if (next !== undefined) mark(next, here);
    }
  };
  if (nodes[0] !== undefined) mark(nodes[0], false);
  return samples.reduce((sum, id, n) => sum + (inside.has(id) ? (timeDeltas[n] ?? 0) : 0), 0) / 1_000;
}

/** Profiles a playing lesson. @param {import('playwright-core').Browser} browser @param {string} url @param {number} playMs */
async function mainThread(browser, url, playMs) {
  const page = await browser.newPage();
  await page.goto(`${url}/demo/?lang=en&consent=given&lesson=lesson-1&learner=bench-profile`);
  await page.getByTestId('start').click();
  await page.waitForFunction(
    () => Number(/** @type {any} */ (globalThis).document.querySelector('video')?.currentTime) > 1,
  );
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Profiler.enable');
  await cdp.send('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  const position = () =>
    page.evaluate(() => /** @type {any} */ (globalThis).document.querySelector('video')?.currentTime ?? 0);
  const from = await position();
  await cdp.send('Profiler.start');
  await page.waitForTimeout(playMs);
  const { profile } = await cdp.send('Profiler.stop');
  const seconds = (await position()) - from;
  await page.close();
  return { perSecond: sdkMs(profile) / seconds, seconds };
}

/** Ms from `start()` to the first durable acknowledgement. @param {import('playwright-core').Browser} browser @param {string} url @param {number} n */
async function startToAck(browser, url, n) {
  const page = await browser.newPage();
  await page.goto(`${url}/demo/?lang=en`);
  await page.addScriptTag({ url: '/sdk/zhenxue.js' });
  const ms = await page.evaluate(async (learner) => {
    const { createMonitor } = /** @type {any} */ (globalThis).Zhenxue;
    const video = /** @type {any} */ (globalThis).document.querySelector('video');
    const body = JSON.stringify({ learner, lesson: 'lesson-1' });
    const headers = { 'content-type': 'application/json' };
    const getTicket = async () => (await fetch('/demo/api/ticket', { method: 'POST', headers, body })).json();
    const monitor = createMonitor({
      endpoint: /** @type {any} */ (globalThis).location.origin,
      video,
      getTicket,
    });
    const began = performance.now();
    let told = 0;
    const acked = new Promise((resolve) => {
      // The first word about credit comes with the welcome, the second with the acknowledgement.
      monitor.on('credit', () => {
        told += 1;
        if (told === 2) resolve(performance.now() - began);
      });
    });
    await monitor.start();
    return acked;
  }, `bench-start-${n}`);
  await page.close();
  return Number(ms);
}

/** @param {{ quick: boolean }} options */
export async function* benchSdk({ quick }) {
  const { path } = await ensureChromium(console.error);
  if (path === null) throw new Error('sdk: expected Chromium to be installed');
  const server = await startServer();
  const browser = await chromium.launch({ executablePath: path, headless: true, args: ARGS });
  try {
    const { perSecond, seconds } = await mainThread(browser, server.url, quick ? PLAY_QUICK_MS : PLAY_MS);
    const detail = { seconds, sampleUs: SAMPLE_US, budgetMs: MAIN_THREAD_MAX_MS };
    const share = perSecond / MAIN_THREAD_MAX_MS;
    yield line('sdk.mainThreadMsPerSecond', perSecond, 'ms/s', MAIN_THREAD_MAX_MS, share, detail);
    const times = [];
    for (let n = 0; n < (quick ? STARTS_QUICK : STARTS); n += 1)
      times.push(await startToAck(browser, server.url, n));
    const median = quantile(times, 0.5);
    const worst = { worstMs: Math.max(...times), starts: times.length, budgetMs: START_TO_ACK_MAX_MS };
    yield line('sdk.startToAck', median, 'ms', START_TO_ACK_MAX_MS, median / START_TO_ACK_MAX_MS, worst);
  } finally {
    await browser.close();
    await server.stop();
  }
}
