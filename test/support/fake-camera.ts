/**
 * A camera whose picture a test decides at every moment. Chromium's own fake camera plays one file in a loop and cannot follow
 * prompts that are drawn at random: here `getUserMedia` is replaced by the stream of a canvas. Everything behind that call (preview,
 * frames, encoding, socket, networks, judgement) is the real thing; what this cannot show is that a virtual camera would be noticed.
 */
import type { Page } from 'playwright-core';

/** Milliseconds between two drawings. */
const DRAW_MS = 60;

/** Milliseconds from a prompt to the begin of a movement, of a movement to its end, and of the way there and back. */
const TIMES = { onsetMs: 600, actionMs: 1_900, rampMs: 450 };

/** Pictures by act; of each act from rest to fully done. `loop` shows all acts one after the other, whatever is asked. */
export interface Reel {
  readonly rest: string;
  readonly acts: Readonly<Record<string, readonly string[]>>;
}

/** As `data:` addresses, which a page can show. */
export function addressOf(jpeg: Uint8Array): string {
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
}

/** Runs in the page. */
function install({ drawMs, times }: { drawMs: number; times: typeof TIMES }): void {
  interface Loaded {
    readonly rest: ImageBitmap;
    readonly acts: Readonly<Record<string, readonly ImageBitmap[]>>;
  }
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 480;
  const pen = canvas.getContext('2d');
  const tracks: MediaStreamTrack[] = [];
  let reel: Loaded | null = null;
  let act: string | null = null;
  let since = 0;
  const bitmapOf = async (address: string): Promise<ImageBitmap> =>
    createImageBitmap(await (await fetch(address)).blob());
  setInterval(() => {
    if (reel === null || pen === null) return;
    const t = performance.now() - since - times.onsetMs;
    const steps = act === null ? [] : (reel.acts[act] ?? []);
    const part = Math.max(0, Math.min(1, t / times.rampMs, (times.actionMs - t) / times.rampMs));
    pen.drawImage(steps[Math.round(part * steps.length) - 1] ?? reel.rest, 0, 0, 640, 480);
  }, drawMs);
  const camera = {
    async load(given: { rest: string; acts: Record<string, readonly string[]> }): Promise<void> {
      const acts: Record<string, readonly ImageBitmap[]> = {};
      for (const [name, frames] of Object.entries(given.acts))
        acts[name] = await Promise.all(frames.map(bitmapOf));
      reel = { rest: await bitmapOf(given.rest), acts };
    },
    act(name: string | null): void {
      act = name;
      since = performance.now();
    },
    live: () => tracks.filter((track) => track.readyState === 'live').length,
    opened: () => tracks.length,
  };
  Object.assign(window, { camera });
  navigator.mediaDevices.getUserMedia = async () => {
    const stream = canvas.captureStream(15);
    tracks.push(...stream.getTracks());
    return stream;
  };
}

/** The camera of a page. */
export interface FakeCamera {
  load(reel: Reel): Promise<void>;
  /** Begins a movement, once; null = rest. */
  act(name: string | null): Promise<void>;
  /** Tracks that are still live: the camera's light. */
  live(): Promise<number>;
  /** Tracks ever opened. */
  opened(): Promise<number>;
}

interface Handle {
  readonly camera: {
    load(reel: Reel): Promise<void>;
    act(name: string | null): void;
    live(): number;
    opened(): number;
  };
}

/** Puts the camera into a page, from its next navigation on. */
export async function putCamera(page: Page): Promise<FakeCamera> {
  await page.addInitScript(install, { drawMs: DRAW_MS, times: TIMES });
  return {
    load: (reel) => page.evaluate((given) => (window as unknown as Handle).camera.load(given), reel),
    act: (name) => page.evaluate((given) => (window as unknown as Handle).camera.act(given), name),
    live: () => page.evaluate(() => (window as unknown as Handle).camera.live()),
    opened: () => page.evaluate(() => (window as unknown as Handle).camera.opened()),
  };
}
