/**
 * A scripted learner: opens a sitting with a ticket, watches the lesson in real time through the real socket, answers what
 * it is asked. A cheat differs in one thing: its media runs faster than the clock while it claims the normal rate.
 */
import { createHeadlessLearner } from '@zhenxue/client-sdk/headless';
import { STATE } from '@zhenxue/protocol';
import { takePhoto } from './photo.mjs';

/** How long this learner takes to read and answer a popup, and to hold still for a photo, ms. */
const ANSWER_MS = 1_800;
const PHOTO_MS = 700;
/** How long it waits for the server to close the sitting after the end of the video, ms. */
const CLOSING_MS = 20_000;
/** How often it tells where it is, ms. */
const REPORT_MS = 15_000;
const BUILD = 'zhenxue-demo/0.1.0';

/**
 * @typedef {object} LearnerOptions
 * @property {string} endpoint
 * @property {() => Promise<string>} getTicket
 * @property {number} speed media ms per ms of the clock; above 1 is a cheat
 * @property {(line: string) => void} say
 * @property {AbortSignal} signal ends the sitting early
 */

/** Position in the lesson for people. @param {number} ms */
export function clockText(ms) {
  return `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
}

/** The right answer. @param {import('@zhenxue/protocol').PopupChallenge} challenge */
function answerTo(challenge) {
  return challenge.type === 'press' ? 'ok' : String(challenge.a + challenge.b);
}

/**
 * The learner's player: a media clock of its own.
 * @param {number} elapsedMs session time at the start @param {number} videoMs @param {number} speed
 */
function createPlayer(elapsedMs, videoMs, speed) {
  const origin = performance.now();
  let last = elapsedMs;
  /** @type {number | null} */
  let playingFrom = null;
  const media = () =>
    playingFrom === null ? 0 : Math.min(videoMs, Math.round((last - playingFrom) * speed));
  return {
    play() {
      playingFrom = last;
    },
    media,
    leftMs: () => (videoMs - media()) / speed,
    sample() {
      last = Math.max(last, Math.round(elapsedMs + performance.now() - origin));
      const playing = playingFrom !== null && media() < videoMs;
      return { t: last, m: media(), s: playing ? STATE.playing : playingFrom === null ? 0 : STATE.ended };
    },
  };
}

/** Resolves after `ms` or when the signal fires. @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

/** Watches one lesson from the beginning to the end. @param {LearnerOptions} options @returns {Promise<string>} session id */
export async function watchLesson({ endpoint, getTicket, speed, say, signal }) {
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  let credited = 0;
  /** @type {(directive: import('@zhenxue/protocol').Directive) => void} */
  let respond = () => undefined;
  const learner = createHeadlessLearner({
    endpoint,
    getTicket,
    onDirective: (directive) => respond(directive),
    onDurable: (ack) => {
      credited = ack.creditedMs;
    },
    onFailed: (error) => {
      say(`stopped: ${error.message}`);
      over.abort();
    },
  });
  const welcome = await learner.start();
  const player = createPlayer(welcome.elapsedMs, welcome.videoMs, speed);
  respond = createResponder({ learner, player, say, over, stop, session: welcome.session });
  learner.emit({ e: 'open', ...player.sample(), d: welcome.videoMs, build: BUILD });
  player.play();
  learner.emit({ e: 'play', ...player.sample() });
  await watch({ learner, player, say, stop, beatMs: welcome.beatMs, credited: () => credited });
  if (!stop.aborted) {
    learner.emit({ e: 'ended', ...player.sample() });
    say(`reached the end of the video · 播放结束（${clockText(player.media())}）`);
    await learner.flush();
    if (speed === 1) await pause(CLOSING_MS, stop);
  }
  over.abort();
  await learner.stop();
  return welcome.session;
}

/** @typedef {import('@zhenxue/client-sdk/headless').HeadlessLearner} Headless */
/** @typedef {ReturnType<typeof createPlayer>} Player */

/** @param {{ learner: Headless, player: Player, say: (line: string) => void, stop: AbortSignal, beatMs: number, credited: () => number }} parts */
async function watch({ learner, player, say, stop, beatMs, credited }) {
  let nextReport = REPORT_MS;
  while (!stop.aborted && player.leftMs() > 0) {
    await pause(Math.min(beatMs, Math.max(1, player.leftMs())), stop);
    const sample = player.sample();
    if (player.leftMs() <= 0) return;
    learner.emit({ e: 'beat', ...sample });
    if (sample.t < nextReport) continue;
    nextReport += REPORT_MS;
    say(
      `video at ${clockText(sample.m)}, credited ${clockText(credited())} · 播放 ${clockText(sample.m)}，已计学时 ${clockText(credited())}`,
    );
  }
}

/**
 * What the learner does when the server asks something of it.
 * @param {{ learner: Headless, player: Player, say: (line: string) => void, over: AbortController, stop: AbortSignal, session: string }} parts
 * @returns {(directive: import('@zhenxue/protocol').Directive) => void}
 */
function createResponder({ learner, player, say, over, stop, session }) {
  /** @param {number} ms @param {() => void} act */
  const later = async (ms, act) => {
    await pause(ms, stop);
    if (!stop.aborted) act();
  };
  return (directive) => {
    switch (directive.kind) {
      case 'popup': {
        const { id, challenge } = directive;
        learner.emit({ e: 'popup.shown', ...player.sample(), id });
        void later(ANSWER_MS, () => {
          learner.emit({ e: 'popup.answer', ...player.sample(), id, a: answerTo(challenge) });
          say(`answered a popup (${id}) · 回答了弹窗`);
        });
        break;
      }
      case 'photo':
        void later(PHOTO_MS, () => {
          const taken = learner.photo(directive.id, takePhoto(`zhenxue demo ${session} ${directive.id}`));
          learner.emit({ e: 'photo.taken', ...player.sample(), ...taken });
          say(`sent a photo (${directive.id}) · 上传了抓拍照片`);
        });
        break;
      case 'end':
        say(`the server closed the sitting: ${directive.message.en} · ${directive.message.zh}`);
        over.abort();
        break;
      default:
        break;
    }
  };
}
