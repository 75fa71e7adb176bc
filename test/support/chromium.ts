/**
 * A real Chromium for tests: headless, a fresh profile, a fake camera that is granted without asking. Everything that was
 * opened is closed by the returned stop.
 */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where Debian, Ubuntu and Google put the browser; `ZHENXUE_CHROMIUM` comes first. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'] as const;

const QUIET_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--mute-audio',
] as const;

const CAMERA_ARGS = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'] as const;

/** How a test wants its browser. */
export interface ChromiumOptions {
  /** `fake` (default): a generated picture, granted at once. `none`: no camera, and asking is refused. */
  readonly camera?: 'fake' | 'none';
  /** Page language; default `en-US`. */
  readonly locale?: string;
  /** CSS pixels; default 1280 × 800. */
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** More command-line switches. */
  readonly args?: readonly string[];
}

/** A running browser. */
export interface TestChromium {
  readonly browser: Browser;
  /** The first context; more come from `browser.newContext`. */
  readonly context: BrowserContext;
  /** A new page of the first context. */
  page(): Promise<Page>;
  /** Closes pages, contexts and the browser. */
  stop(): Promise<void>;
}

/** The browser's path, or null when none is installed. */
export function chromiumPath(): string | null {
  const wished = process.env.ZHENXUE_CHROMIUM;
  const places = wished === undefined ? PLACES : [wished, ...PLACES];
  return places.find((place) => existsSync(place)) ?? null;
}

/** Starts a browser with a fresh profile. @throws Error that says how to install it when there is none. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<TestChromium> {
  const executablePath = chromiumPath();
  if (executablePath === null)
    throw new Error(
      'Chromium is missing: run `apt-get install chromium`, or set ZHENXUE_CHROMIUM to its path',
    );
  const camera = (options.camera ?? 'fake') === 'fake' ? CAMERA_ARGS : [];
  const args = [...QUIET_ARGS, ...camera, ...(options.args ?? [])];
  const browser = await chromium.launch({ executablePath, headless: true, args });
  const context = await browser.newContext({
    locale: options.locale ?? 'en-US',
    viewport: options.viewport ?? { width: 1280, height: 800 },
    colorScheme: options.colorScheme ?? 'light',
    permissions: camera.length > 0 ? ['camera'] : [],
  });
  return { browser, context, page: () => context.newPage(), stop: () => browser.close() };
}
