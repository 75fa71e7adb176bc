/**
 * A Chromium whose tabs behave as a person's do: no emulated focus, so that switching tabs really hides a page. Driven over
 * remote debugging without the driver's defaults. The camera is Chromium's fake device, granted without asking.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { chromiumPath } from './chromium.ts';

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--mute-audio',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--remote-debugging-port=0',
] as const;

/** Lines that Chromium may write before it says where it listens. */
const LINES_MAX = 200;

/** A running browser with one profile. */
export interface TabbedChromium {
  readonly context: BrowserContext;
  /** A new tab, brought to the front. `script` runs in it before any script of a page. */
  tab(script?: string): Promise<Page>;
  /** Stops all its processes in their tracks, as a closed lid does, and lets them go on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

async function debuggingAddress(process: ChildProcess): Promise<string> {
  if (process.stderr === null) throw new Error('expected Chromium to have a standard error');
  let seen = 0;
  for await (const line of createInterface({ input: process.stderr })) {
    const found = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (found !== undefined) return found;
    seen += 1;
    if (seen > LINES_MAX) break;
  }
  throw new Error('expected Chromium to say where it listens');
}

/** A process and all that it started, the process last. */
function treeOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      // `pid (name) state parent …`; the name may hold anything but its closing bracket.
      const parent = Number(
        readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')[1],
      );
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended meanwhile.
    }
  }
  const walk = (one: number): number[] => [...(children.get(one) ?? []).flatMap(walk), one];
  return walk(pid);
}

function signalTree(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  for (const pid of treeOf(child.pid)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended meanwhile.
    }
  }
}

/** Starts a browser with a fresh profile. @param args more switches. */
export async function launchTabs(args: readonly string[] = []): Promise<TabbedChromium> {
  const path = chromiumPath();
  if (path === null) throw new Error('expected Chromium to be installed: apt-get install chromium');
  const profile = mkdtempSync(join(tmpdir(), 'zhenxue-profile-'));
  const child = spawn(path, [...ARGS, `--user-data-dir=${profile}`, ...args, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const browser = await chromium.connectOverCDP(await debuggingAddress(child), { noDefaults: true });
  child.stderr?.resume();
  const context = browser.contexts()[0];
  if (context === undefined) throw new Error('expected Chromium to have a default context');
  return {
    context,
    async tab(script) {
      const page = await context.newPage();
      if (script !== undefined) await page.addInitScript(script);
      await page.bringToFront();
      return page;
    },
    freeze: () => signalTree(child, 'SIGSTOP'),
    thaw: () => signalTree(child, 'SIGCONT'),
    async stop() {
      await browser.close();
      const gone = child.exitCode !== null ? Promise.resolve() : once(child, 'exit');
      // Its helpers would go on writing to the profile for a moment.
      signalTree(child, 'SIGKILL');
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Whether a person looking at the browser would see this page. */
export function isHidden(page: Page): Promise<boolean> {
  return page.evaluate(() => document.hidden);
}
