/** The gallery of cheats. Each says what must be found of it, and when it really happened. */
import type { Page } from 'playwright-core';
import { beginLesson, sitDown } from '../support/person.ts';
import { canvasCamera, stillCamera } from './cameras.ts';
import type { CheatCase, Expected, Truth } from './case.ts';
import { clickByProgram } from './clicker.ts';
import * as primitives from './primitives.ts';
import { pause, type Seat } from './stage.ts';

/** Ms of honest playing before a cheat begins. */
const WARM_UP_MS = 3_000;

/** Ms from the start until a first popup is overdue at the latest, and the playing past it that counts. */
const SUPPRESSED_MS = 42_000;

interface CheatTools {
  readonly cheat: { rate(factor: number): void; seek(seconds: number): void };
}

const begin = (seat: Seat): Promise<void> => beginLesson(seat.page, seat.url, seat.learner);

/** Ms after which a film at 16x is wound back, and how. */
const REWIND_MS = 2_400;
const REWIND = `document.querySelector('video').currentTime = 0`;

/** Sets the rate for a while; the truth is when it was. */
async function speed(page: Page, factor: number, forMs: number): Promise<Truth> {
  await pause(WARM_UP_MS);
  const from = Date.now();
  await page.evaluate((rate) => (window as never as CheatTools).cheat.rate(rate), factor);
  for (let left = forMs; left > 0; left -= REWIND_MS) {
    await pause(Math.min(left, REWIND_MS));
    // The film is over soon: what is fast goes back and plays on.
    if (factor === 16 && left > REWIND_MS) await page.evaluate(REWIND);
  }
  await page.evaluate(() => (window as never as CheatTools).cheat.rate(1));
  const to = Date.now();
  await pause(1_000);
  return { from, to };
}

/** What the accessor still says is reported; where it lies too, the slope tells. */
const REPORTED: Expected = {
  rule: 'fast-forward',
  kinds: ['rate-reported'],
  severity: 'violation',
  both: true,
};
const MEASURED: Expected = {
  rule: 'fast-forward',
  kinds: ['slope-measured'],
  severity: 'violation',
  both: true,
};

function fast(...kinds: Expected['kinds']): Expected {
  return { rule: 'fast-forward', kinds, severity: 'violation' };
}

/** Ms of cheating at each rate: a film of 64 s allows no more. */
const RATES: readonly (readonly [factor: number, forMs: number])[] = [
  [1.25, 24_000],
  [2, 12_000],
  [4, 9_500],
  [16, 9_600],
  [16, 2_300],
];

const rateLies: CheatCase[] = RATES.flatMap(([factor, forMs]) => [
  {
    name: `element says 1x, plays ${factor}x for ${forMs / 1_000} s`,
    script: primitives.RATE_ELEMENT_LIE + primitives.NO_PAUSE,
    expected: REPORTED,
    run: async (seat) => {
      await begin(seat);
      return speed(seat.page, factor, forMs);
    },
  },
  {
    name: `prototype says 1x, plays ${factor}x for ${forMs / 1_000} s`,
    script: primitives.RATE_PROTOTYPE_LIE + primitives.NO_PAUSE,
    expected: MEASURED,
    run: async (seat) => {
      await begin(seat);
      return speed(seat.page, factor, forMs);
    },
  },
]);

const positionLie: CheatCase = {
  name: 'rate and position lie, plays 2x',
  script: primitives.POSITION_LIE + primitives.NO_PAUSE,
  expected: MEASURED,
  async run(seat) {
    await begin(seat);
    await speed(seat.page, 2, 24_500);
    return { from: null, to: null };
  },
};

/** A finding of two readings that disagree. */
function disagrees(says: RegExp): Expected {
  return { rule: 'record-integrity', kinds: ['witness-disagrees'], severity: 'hint', says };
}

const fastTimers: CheatCase = {
  name: 'clocks and timers hooked, 4x',
  script: primitives.FAST_TIMERS,
  expected: disagrees(/clock runs|timers fire/),
  async run(seat) {
    await begin(seat);
    await pause(14_000);
    return { from: null, to: null };
  },
};

/** Another tab in front, for longer than the grace. */
async function hide(seat: Seat, ms: number): Promise<Truth> {
  await begin(seat);
  await pause(WARM_UP_MS);
  const from = Date.now();
  const other = await seat.browser.tab();
  await pause(ms);
  const to = Date.now();
  await other.close();
  await seat.page.bringToFront();
  await pause(1_500);
  return { from, to };
}

const HIDDEN: Expected = { rule: 'multi-window', kinds: ['played-hidden'], severity: 'violation' };

const masks: CheatCase[] = [
  ['hidden tab, masked by property', primitives.VISIBLE_BY_PROPERTY],
  ['hidden tab, masked by prototype', primitives.VISIBLE_BY_PROTOTYPE],
  ['hidden tab, events swallowed', primitives.VISIBLE_BY_SILENCE],
  ['hidden tab, masked, browser record silenced', primitives.VISIBLE_BY_PROTOTYPE + primitives.NO_RECORD],
].map(([name = '', script = '']) => ({
  name,
  script: script + primitives.NO_PAUSE,
  expected: HIDDEN,
  run: (seat) => hide(seat, 11_000),
}));

const focusMask: CheatCase = {
  name: 'focus masked by prototype',
  script: primitives.VISIBLE_BY_PROTOTYPE,
  expected: disagrees(/functions of the browser were replaced|says focused/),
  async run(seat) {
    await begin(seat);
    await pause(7_000);
    return { from: null, to: null };
  },
};

const SUPPRESSED: Expected = { rule: 'popup-interval', kinds: ['popup-suppressed'], severity: 'violation' };
const UNTRUSTED: Expected = {
  rule: 'record-integrity',
  kinds: ['tampered'],
  severity: 'hint',
  says: /from a script/,
};

/** Plays on until a popup must have been found suppressed. */
async function sitThrough(seat: Seat): Promise<Truth> {
  await begin(seat);
  await pause(SUPPRESSED_MS);
  return { from: null, to: null };
}

const popups: CheatCase[] = [
  {
    name: 'popup removed',
    script: primitives.POPUPS_REMOVED + primitives.NO_PAUSE,
    expected: SUPPRESSED,
    run: sitThrough,
  },
  {
    name: 'popup covered',
    script: primitives.POPUPS_COVERED + primitives.NO_PAUSE,
    expected: SUPPRESSED,
    run: sitThrough,
  },
  { name: 'popup clicked by script', script: primitives.AUTO_CLICK, expected: UNTRUSTED, run: sitThrough },
  {
    name: 'popup clicked with proxied events',
    script: primitives.PROXY_CLICK,
    expected: UNTRUSTED,
    run: sitThrough,
  },
  {
    name: 'popup clicked by remote debugging',
    expected: { rule: 'record-integrity', kinds: ['witness-disagrees'], severity: 'hint', says: /program/ },
    async run(seat) {
      await begin(seat);
      await clickByProgram(seat.cdp, 45_000);
      return { from: null, to: null };
    },
  },
];

const seekToEnd: CheatCase = {
  name: 'seek to the end, guard defeated',
  script: primitives.SEEK_DEFEATED + primitives.NO_PAUSE,
  expected: fast('seek-forward', 'end-claimed'),
  async run(seat) {
    await begin(seat);
    await pause(WARM_UP_MS);
    const from = Date.now();
    await seat.page.evaluate(() => (window as never as CheatTools).cheat.seek(60));
    await pause(6_000);
    return { from, to: null };
  },
};

const fakeEnd: CheatCase = {
  name: 'dispatched "ended"',
  expected: fast('end-claimed'),
  async run(seat) {
    await begin(seat);
    await pause(WARM_UP_MS);
    const from = Date.now();
    await seat.page.evaluate(() => document.querySelector('video')?.dispatchEvent(new Event('ended')));
    await pause(1_500);
    return { from, to: null };
  },
};

const swapped: CheatCase = {
  name: 'film swapped for another',
  script: primitives.NO_PAUSE,
  expected: { rule: 'record-integrity', kinds: ['tampered'], severity: 'hint', says: /replaced the player/ },
  async run(seat) {
    await begin(seat);
    await pause(WARM_UP_MS);
    await seat.page.evaluate(() => {
      const video = document.querySelector('video');
      const canvas = document.createElement('canvas');
      canvas.getContext('2d');
      const recorder = new MediaRecorder(canvas.captureStream(5));
      recorder.ondataavailable = ({ data }) => {
        if (video === null || data.size === 0) return;
        video.src = URL.createObjectURL(data);
        video.loop = true;
        video.currentTime = 1e7;
        void video.play();
      };
      recorder.start();
      setInterval(() => canvas.getContext('2d')?.fillRect(0, 0, Math.random() * 300, 100), 100);
      setTimeout(() => recorder.stop(), 2_000);
    });
    await pause(6_000);
    return { from: null, to: null };
  },
};

const detached: CheatCase = {
  name: 'player removed, plays on unseen',
  script: primitives.NO_PAUSE,
  expected: disagrees(/outside of the page/),
  async run(seat) {
    await begin(seat);
    await pause(WARM_UP_MS);
    await seat.page.evaluate(`{
      const video = document.querySelector('video');
      video.remove();
      video.addEventListener('pause', () => void video.play());
      void video.play();
    }`);
    await pause(6_000);
    return { from: null, to: null };
  },
};

const secondTab: CheatCase = {
  name: 'second tab, same lesson',
  expected: disagrees(/another page of this browser/),
  async run(seat) {
    await begin(seat);
    const other = await seat.browser.tab();
    await other.goto(`${seat.url}/demo/?lang=en&lesson=lesson-1&learner=${seat.learner}`);
    await other.getByTestId('start').click();
    await pause(5_000);
    await other.close();
    return { from: null, to: null };
  },
};

const secondBrowser: CheatCase = {
  name: 'second browser, another lesson at once',
  expected: { rule: 'multi-window', kinds: ['second-sitting'], severity: 'violation' },
  async run(seat, stage) {
    const { seat: other, leave } = await stage.seat(seat.learner, {});
    try {
      await begin(seat);
      const first = await sitDown(seat.page);
      await beginLesson(other.page, seat.url, seat.learner, 'lesson-2');
      const from = Date.now();
      const second = await sitDown(other.page);
      await pause(24_000);
      await Promise.all([first.leave(), second.leave()]);
      return { from, to: null };
    } finally {
      await leave();
    }
  },
};

const replacedLater: CheatCase = {
  name: 'browser functions replaced after the start',
  script: primitives.RATE_PROTOTYPE_LIE.replace('get: () => 1, ', '') + primitives.NO_PAUSE,
  expected: fast('rate-reported', 'slope-measured'),
  async run(seat) {
    await begin(seat);
    await seat.page.evaluate(
      `Object.defineProperty(HTMLMediaElement.prototype, 'playbackRate', { get: () => 1, set() {} })`,
    );
    return speed(seat.page, 4, 7_000);
  },
};

const silenced: CheatCase = {
  name: 'socket silenced after the start',
  expected: 'no credit',
  async run(seat) {
    await begin(seat);
    await seat.page.evaluate(() => {
      WebSocket.prototype.send = () => undefined;
    });
    await pause(30_000);
    return { from: null, to: null };
  },
};

const blocked: CheatCase = {
  name: 'SDK script blocked',
  expected: 'no sitting',
  async run(seat) {
    await seat.browser.context.route('**/sdk/**', (route) => route.abort());
    await seat.page.goto(`${seat.url}/demo/?lang=en&lesson=lesson-1&learner=${seat.learner}`);
    await seat.page.evaluate(
      () =>
        void document
          .querySelector('video')
          ?.play()
          .catch(() => undefined),
    );
    await pause(3_000);
    return { from: null, to: null };
  },
};

/** All cheats in a browser. @param still the file of a still camera; null where none can be made */
export function browserCheats(still: string | null): readonly CheatCase[] {
  const cameras = still === null ? [canvasCamera] : [canvasCamera, stillCamera(still)];
  return [
    ...rateLies,
    positionLie,
    fastTimers,
    ...masks,
    focusMask,
    ...popups,
    seekToEnd,
    fakeEnd,
    swapped,
    detached,
    secondTab,
    secondBrowser,
    ...cameras,
    replacedLater,
    silenced,
    blocked,
  ];
}
