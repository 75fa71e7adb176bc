/** Honest learners with odd machines, habits and networks: each must end `valid`. */
import { beginLesson, sitDown, until } from '../support/person.ts';
import type { ControlCase } from './case.ts';
import * as primitives from './primitives.ts';
import { pause, type Seat } from './stage.ts';

/** Ms within which every honest lesson ends: the film, the popups, and three minutes for the odd machine. */
const LESSON_MS = 240_000;

/** Where a lesson can be disturbed without meeting its end. */
const EARLY_MS = 6_000;

/** Keeps the film playing, as a person does who sees it paused and presses play; what must be answered first pauses it again. */
async function playOn(seat: Seat): Promise<void> {
  await seat.page
    .evaluate(() => {
      const video = document.querySelector('video');
      if (video?.paused === true && !video.ended && !document.hidden)
        void video.play().catch(() => undefined);
    })
    .catch(() => undefined);
}

/** Keeps the video playing until the verdict. */
async function stay(seat: Seat): Promise<void> {
  await until(
    async () => {
      await playOn(seat);
      return seat.sitting();
    },
    ({ verdict }) => verdict.final,
    LESSON_MS,
  );
}

/** Begins, lets `disturb` happen, and stays until the verdict. */
async function attend(seat: Seat, disturb: () => Promise<void> = async () => undefined): Promise<void> {
  await beginLesson(seat.page, seat.url, seat.learner);
  const person = await sitDown(seat.page);
  await pause(EARLY_MS);
  await disturb();
  await stay(seat);
  await person.leave();
}

const speedExtension: ControlCase = {
  name: 'speed extension sitting at 1x',
  script: `addEventListener('play', (event) => { event.target.playbackRate = 1; event.target.defaultPlaybackRate = 1; }, true);`,
  run: (seat) => attend(seat),
};

const stalls: ControlCase = {
  name: 'stalling network',
  run: (seat) =>
    attend(seat, async () => {
      for (let i = 0; i < 3; i += 1) {
        await seat.page.evaluate(() => document.querySelector('video')?.pause());
        await pause(1_500);
        await playOn(seat);
        await pause(2_500);
      }
    }),
};

const rewind: ControlCase = {
  name: 'rewind and watch again',
  run: (seat) =>
    attend(seat, async () => {
      await pause(4_000);
      await seat.page.evaluate(() => {
        const video = document.querySelector('video');
        if (video !== null) video.currentTime = 2;
      });
    }),
};

/** Stops every process of the browser in its tracks, as a closed lid does. */
const sleeps: ControlCase = {
  name: 'sleep for 20 s and resume',
  run: (seat) =>
    attend(seat, async () => {
      seat.browser.freeze();
      await pause(20_000);
      seat.browser.thaw();
    }),
};

const clockJump: ControlCase = {
  name: 'wall clock set by 90 minutes',
  script: primitives.CLOCK_SET,
  run: (seat) => attend(seat),
};

const keyboardOnly: ControlCase = {
  name: 'keyboard only',
  async run(seat) {
    await seat.page.goto(`${seat.url}/demo/?lang=en&lesson=lesson-1&learner=${seat.learner}`);
    await seat.page.getByTestId('start').focus();
    await seat.page.keyboard.press('Enter');
    await seat.page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2);
    const person = await sitDown(seat.page);
    await until(
      () => seat.sitting(),
      ({ verdict }) => verdict.final,
      LESSON_MS,
    );
    await person.leave();
  },
};

const screenReader: ControlCase = { name: 'screen reader (accessibility tree)', run: (seat) => attend(seat) };

const hides: ControlCase = {
  name: 'hidden for 5 s',
  run: (seat) =>
    attend(seat, async () => {
      const other = await seat.browser.tab();
      await pause(5_000);
      await other.close();
      await seat.page.bringToFront();
    }),
};

const notification: ControlCase = {
  name: 'notification takes the focus for 4 s',
  run: (seat) =>
    attend(seat, async () => {
      await seat.page.evaluate(() => {
        const real = Document.prototype.hasFocus;
        const doc = document as { hasFocus?: () => boolean };
        doc.hasFocus = () => false;
        window.dispatchEvent(new Event('blur'));
        setTimeout(() => {
          delete doc.hasFocus;
          window.dispatchEvent(new Event('focus'));
        }, 4_000);
        return real.length;
      });
      await pause(4_500);
    }),
};

const slowMachine: ControlCase = {
  name: 'machine slowed down 6x',
  async run(seat) {
    await seat.cdp.send('Emulation.setCPUThrottlingRate', { rate: 6 });
    await attend(seat);
  },
};

/** Plays inside of a frame; the page around it takes the focus for a while. */
async function attendInFrame(seat: Seat, outer: string): Promise<void> {
  const { page, url, learner } = seat;
  await page.goto(`${outer}/healthz`);
  await page.evaluate((src) => {
    document.body.innerHTML = `<input id="note"><iframe allow="camera; autoplay" style="width:900px;height:640px" src="${src}"></iframe>`;
  }, `${url}/demo/?lang=en&consent=given&lesson=lesson-1&learner=${learner}`);
  await page.frameLocator('iframe').getByTestId('start').click();
  await pause(EARLY_MS);
  await page.focus('#note');
  const person = await sitDown(page);
  await until(
    () => seat.sitting(),
    ({ verdict }) => verdict.final,
    LESSON_MS,
  );
  await person.leave();
}

const inFrame: ControlCase = {
  name: 'player inside of an iframe',
  run: (seat) => attendInFrame(seat, seat.url),
};

const inForeignFrame: ControlCase = {
  name: 'player inside of an iframe of another origin',
  // One process for both, so that one accessibility tree can be read; the origins stay apart for the page.
  args: [
    '--disable-site-isolation-trials',
    '--disable-features=IsolateOrigins,site-per-process,LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
  ],
  async run(seat) {
    // The demo lets only itself frame it; this platform lets its portal.
    await seat.browser.context.route(/\/demo\/\?/, async (route) => {
      const response = await route.fetch();
      const headers = { 'content-type': response.headers()['content-type'] ?? 'text/html' };
      await route.fulfill({ response, headers });
    });
    const portal = 'http://portal.localhost';
    await seat.browser.context.route(`${portal}/**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Portal</title><body></body>' }),
    );
    await attendInFrame(seat, portal);
  },
};

const bfcache: ControlCase = {
  name: 'tab restored from the back/forward cache',
  async run(seat) {
    await beginLesson(seat.page, seat.url, seat.learner);
    await pause(EARLY_MS);
    await seat.page.goto(`${seat.url}/healthz`);
    await pause(2_000);
    // A restored page tells of no navigation that could be waited for.
    await seat.page.evaluate(() => history.back()).catch(() => undefined);
    await pause(3_000);
    const start = seat.page.getByTestId('start');
    if (await start.isVisible()) await start.click();
    const person = await sitDown(seat.page);
    await stay(seat);
    await person.leave();
  },
};

const offline: ControlCase = {
  name: 'offline for 60 s and back',
  run: (seat) =>
    attend(seat, async () => {
      const none = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
      await seat.cdp.send('Network.enable');
      await seat.cdp.send('Network.emulateNetworkConditions', { ...none, offline: true });
      await pause(60_000);
      await seat.cdp.send('Network.emulateNetworkConditions', { ...none, offline: false });
    }),
};

/** All honest controls. */
export const CONTROLS: readonly ControlCase[] = [
  speedExtension,
  stalls,
  rewind,
  sleeps,
  clockJump,
  keyboardOnly,
  screenReader,
  hides,
  notification,
  slowMachine,
  inFrame,
  inForeignFrame,
  bfcache,
  offline,
];
