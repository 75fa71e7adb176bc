/** A server with the real networks on real time, a page with the SDK, and people who move as they are asked. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LivenessPrompt } from '@zhenxue/protocol';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { openFaceEngine } from '../../../server/src/adapters/face/engine.ts';
import type { FaceEngine } from '../../../server/src/app/ports.ts';
import { drawChallenge } from '../../../server/src/core/identity/liveness/challenge.ts';
import { draws } from '../../../server/src/core/session/draw.ts';
import { facePack } from '../../integration/support/face-lesson.ts';
import { startTestServer, type TestServer } from '../../integration/support/server.ts';
import { type MovingFace, movingFace } from '../../support/face-warp.ts';
import { addressOf, type FakeCamera, putCamera, type Reel } from '../../support/fake-camera.ts';
import { portrait, webcamFrame } from '../../support/sample-photos.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Bytes of a challenge's seed. */
const SEED_BYTES = 32;

/**
 * Chance that draws a turn and an open mouth, in either order and to either side: the person on the sample photo has narrow eyes,
 * which the networks cannot see closing.
 */
function chance(count: number): Uint8Array {
  for (;;) {
    const bytes = randomBytes(count);
    if (count !== SEED_BYTES) return bytes;
    const { actions } = drawChallenge(draws(bytes.toString('hex'), 'liveness', 1));
    if (actions.includes('open-mouth') && !actions.includes('close-eyes')) return bytes;
  }
}

/** A server on real time. */
export async function startFaceServer(engine: FaceEngine): Promise<TestServer> {
  return startTestServer({
    faces: engine,
    pack: facePack(),
    randomBytes: chance,
    clock: { now: Date.now },
    schedule(delayMs, task) {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    },
  });
}

/** The real networks. */
export function openEngine(): Promise<FaceEngine> {
  const workerFile = file('server/dist/adapters/face/worker.js');
  // On a machine with other work a picture may wait long; that is not what is tested here.
  return openFaceEngine({ workers: 1, workerFile, readMsMax: 120_000 });
}

/** A photo that can be moved. */
export async function moving(engine: FaceEngine, photo: Uint8Array): Promise<MovingFace> {
  const wanted = { descriptor: false, eyes: false, sureCount: true, cleaned: false };
  const reading = await engine.read(photo, wanted);
  if (reading.status !== 'read' || reading.face === null || reading.count !== 1)
    throw new Error('expected one face on the sample');
  return movingFace(photo, reading.face.landmarks);
}

/** Another learner's portrait as a webcam would see it. */
export async function strangerFrame(): Promise<Uint8Array> {
  const face = await portrait(17, 420);
  return sharp({ create: { width: 640, height: 480, channels: 3, background: '#6b6b6b' } })
    .composite([{ input: Buffer.from(face), left: 110, top: 30 }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Enrolment photos of the sample person. */
export async function enrolmentPhotos(): Promise<Uint8Array[]> {
  return [
    await webcamFrame(),
    await webcamFrame((frame) => frame.rotate(6, { background: '#505050' }).resize(640, 480)),
    await webcamFrame((frame) => frame.modulate({ brightness: 0.8 })),
  ];
}

const PARTS = [0.25, 0.5, 0.75, 1] as const;
const WARPS = {
  'turn-left': (p: number) => ({ turn: 41 * p }),
  'turn-right': (p: number) => ({ turn: -34 * p }),
  'open-mouth': (p: number) => ({ mouth: 0.42 * p }),
  'close-eyes': (p: number) => ({ lids: p }),
} as const;

/** What a face can do. @param change what is done to every picture, such as darkening */
export async function reelOf(
  face: MovingFace,
  change: (jpeg: Uint8Array) => Promise<Uint8Array> = async (jpeg) => jpeg,
): Promise<Reel> {
  const picture = async (warp: object): Promise<string> => addressOf(await change(await face.frame(warp)));
  const acts: Record<string, string[]> = {};
  for (const [name, warp] of Object.entries(WARPS))
    acts[name] = await Promise.all(PARTS.map((part) => picture(warp(part))));
  return { rest: await picture({}), acts };
}

/** A flat photo held by hand, tilted about its vertical axis instead of turned: columns drawn together, one side further away. */
export async function tiltedReel(photo: Uint8Array): Promise<Reel> {
  const tilted = async (degrees: number): Promise<string> => {
    const { data, info } = await sharp(photo).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const out = Buffer.alloc(data.length, 90);
    const angle = (degrees * Math.PI) / 180;
    for (let y = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1) {
        // Seen from 2 picture widths away: u = X·cos / (1 + X·sin / 2), solved for X.
        const u = (x - width / 2) / width;
        const flat = u / (Math.cos(angle) - (u * Math.sin(angle)) / 2);
        const v = ((y - height / 2) / height) * (1 + (flat * Math.sin(angle)) / 2);
        const [sx, sy] = [Math.round((flat + 0.5) * width), Math.round((v + 0.5) * height)];
        if (sx < 0 || sy < 0 || sx >= width || sy >= height) continue;
        for (let c = 0; c < 3; c += 1) out[(y * width + x) * 3 + c] = data[(sy * width + sx) * 3 + c] ?? 0;
      }
    const jpeg = await sharp(out, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 88 })
      .toBuffer();
    return addressOf(jpeg);
  };
  const left = await Promise.all([12, 24, 36, 45].map((degrees) => tilted(degrees)));
  const right = await Promise.all([12, 24, 36, 45].map((degrees) => tilted(-degrees)));
  return {
    rest: addressOf(photo),
    acts: { 'turn-left': left, 'turn-right': right, 'open-mouth': left, 'close-eyes': right },
  };
}

const HEAD = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">';
const LESSON = `${HEAD}<title>lesson</title><h1>安全生产培训 Safety at work</h1>
<video id="video" src="/clip.webm" controls style="width:min(100%,860px);aspect-ratio:16/9;background:#111"></video>
<script type="module">
import { createMonitor } from '/sdk/zhenxue.mjs';
const query = new URLSearchParams(location.search);
const told = [];
const monitor = createMonitor({
  endpoint: location.origin, video: document.getElementById('video'), lang: query.get('lang') ?? 'en',
  consent: query.get('ask') === '1' ? 'ask' : ['camera', 'comparison', 'evidence-photo'],
  getTicket: () => window.ticketFor(query.get('learner')),
});
for (const type of ['state', 'directive', 'error', 'end']) monitor.on(type, (event) => told.push({ type, event: type === 'error' ? event.code : event }));
Object.assign(window, { told, monitor });
window.started = monitor.start().then(() => 'open', (error) => error.code);
</script>`;
const ENROLMENT = `${HEAD}<title>enrolment</title><h1>报名 Enrolment</h1>
<script type="module">
import { createEnrolment } from '/sdk/enrolment.mjs';
window.begin = (given) => { window.result = 'open'; createEnrolment({ endpoint: location.origin, ...given }).done.then((result) => { window.result = result; }); };
window.ready = true;
</script>`;

/** A page before the server, with a camera that the test decides. */
export interface FacePage {
  readonly page: Page;
  readonly camera: FakeCamera;
  /** Prompts as they came over the wire. */
  readonly prompts: LivenessPrompt[];
  /** Frames that left, with their text part. */
  readonly sent: string[];
  onPrompt(told: (prompt: LivenessPrompt) => void): void;
  /** Everything that a screen reader would be told. */
  reads(): Promise<string>;
}

/** Prepares a page; `goto` is the test's. */
export async function prepare(page: Page, server: TestServer): Promise<FacePage> {
  // Pages that the test itself answers count as coming from nowhere: Chromium wants leave for their connection to this machine.
  await page.context().grantPermissions(['camera', 'local-network-access']);
  const camera = await putCamera(page);
  const prompts: LivenessPrompt[] = [];
  const sent: string[] = [];
  const listeners: ((prompt: LivenessPrompt) => void)[] = [];
  const html = (body: string) => ({ contentType: 'text/html; charset=utf-8', body });
  await page.route('**/lesson-page*', (route) => route.fulfill(html(LESSON)));
  await page.route('**/enrolment-page*', (route) => route.fulfill(html(ENROLMENT)));
  await page.route('**/clip.webm', (route) =>
    route.fulfill({ contentType: 'video/webm', body: readFileSync(file('server/demo/clip.webm')) }),
  );
  await page.exposeFunction('ticketFor', async (learner: string) => server.ticket(learner));
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      if (typeof payload === 'string' && payload.includes('liveness.')) sent.push(payload);
    });
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload !== 'string' || !payload.includes('"liveness.step"')) return;
      const [, prompt] = JSON.parse(payload.slice(payload.indexOf('['))) as [string, LivenessPrompt];
      prompts.push(prompt);
      for (const told of listeners) told(prompt);
    });
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Accessibility.enable');
  return {
    page,
    camera,
    prompts,
    sent,
    onPrompt: (told) => void listeners.push(told),
    async reads() {
      const { nodes } = (await session.send('Accessibility.getFullAXTree')) as {
        nodes: { ignored?: boolean; role?: { value?: string }; name?: { value?: string } }[];
      };
      return nodes
        .filter(({ ignored }) => ignored !== true)
        .map(({ role, name }) => `${role?.value ?? ''}:${name?.value ?? ''}`)
        .join('\n');
    },
  };
}
