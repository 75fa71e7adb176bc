/**
 * The demo training platform: a page as an integrator would write it. The monitor watches the player; everything else here
 * is the platform's own business.
 */
import { createMonitor } from '/sdk/zhenxue.mjs';
import { askForTicket, askForVerdict } from './backend.js';
import * as view from './view.js';

const LESSONS = ['lesson-1', 'lesson-2', 'lesson-3'];
const LEARNER_KEY = 'zhenxue-demo-learner';
const LANGUAGE_KEY = 'zhenxue-demo-language';
/** While a verdict can still change it is asked for again after this time, ms; at most so many times. */
const VERDICT_POLL_MS = 1_000;
const VERDICT_TRIES_MAX = 10;

const video = document.getElementById('video');
const wishes = new URLSearchParams(location.search);
const page = {
  lang: pickLanguage(),
  lesson: LESSONS.includes(wishes.get('lesson')) ? wishes.get('lesson') : LESSONS[0],
  learner: wishes.get('learner') ?? localStorage.getItem(LEARNER_KEY) ?? newLearner(),
  connection: 'idle',
  session: '',
  creditedMs: 0,
  verdict: null,
  monitor: null,
};

function pickLanguage() {
  const wished = wishes.get('lang') ?? localStorage.getItem(LANGUAGE_KEY) ?? navigator.language;
  return wished.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** A pseudonym: never a name or an identity number. */
function newLearner() {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return `learner-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

const mediaMs = () => Math.round(video.currentTime * 1000);
const videoMs = () => (Number.isFinite(video.duration) ? Math.round(video.duration * 1000) : 0);
const words = () => view.wordsOf(page.lang);

function draw() {
  document.getElementById('learner').textContent = page.learner;
  view.drawTexts(page.lang, LESSONS.indexOf(page.lesson) + 1);
  view.drawLessons(page.lang, LESSONS, page.lesson, chooseLesson);
  view.drawConnection(page.lang, page.connection);
  view.drawCredit(page.lang, page.creditedMs, videoMs());
  view.drawVerdict(page.lang, page.verdict);
  view.drawCurtain(page.lang, page.monitor === null);
}

function onDirective(directive) {
  if (directive.kind === 'popup') view.log(`${words().popup} (${directive.id})`, mediaMs());
  else if (directive.kind === 'photo') view.log(`${words().photo} (${directive.id})`, mediaMs());
  else if (directive.kind === 'settled') {
    const mood = directive.result === 'met' ? 'good' : 'bad';
    view.log(`${words()[directive.result]} (${directive.ref})`, mediaMs(), mood);
  }
}

/** Listens to a monitor; everything goes through when the monitor is destroyed. */
function listen(monitor) {
  monitor.on('state', (state) => {
    page.connection = state.connection;
    page.session = state.session || page.session;
    view.drawConnection(page.lang, page.connection);
  });
  monitor.on('credit', (credit) => {
    page.creditedMs = credit.creditedMs;
    view.drawCredit(page.lang, page.creditedMs, credit.videoMs);
  });
  monitor.on('directive', onDirective);
  monitor.on('guard', (guard) => view.log(guard.message, mediaMs(), 'bad'));
  monitor.on('error', (error) => view.drawFailure(textOf(error)));
  monitor.on('end', (end) => {
    view.log(end.message[page.lang === 'en' ? 'en' : 'zh'], mediaMs(), 'good');
    video.pause();
    void showVerdict(page.session);
  });
}

function textOf(error) {
  return error.text?.[page.lang === 'en' ? 'en' : 'zh'] ?? error.message;
}

async function start() {
  if (page.monitor !== null) return;
  view.drawFailure(null);
  view.drawCurtain(page.lang, true, true);
  const { learner, lesson } = page;
  const monitor = createMonitor({
    endpoint: location.origin,
    getTicket: () => askForTicket(learner, lesson),
    video,
    lang: page.lang,
    container: document.getElementById('stage'),
    // A platform that has asked by itself passes the decision on; `?consent=given` stands for that.
    consent: wishes.get('consent') === 'given' ? ['camera', 'comparison', 'evidence-photo'] : 'ask',
  });
  page.monitor = monitor;
  listen(monitor);
  try {
    await monitor.start();
    view.drawCurtain(page.lang, false);
    await video.play();
  } catch (error) {
    view.drawFailure(`${words().failed}: ${textOf(error)}`);
    if (video.paused && page.connection !== 'online') await leave();
  }
}

/** Ends the monitor of this page; the sitting can be resumed. */
async function leave() {
  const { monitor } = page;
  page.monitor = null;
  video.pause();
  await monitor?.destroy();
  page.connection = 'idle';
  draw();
}

/** Starts from the beginning with another lesson or learner. */
async function turnTo(change) {
  await leave();
  Object.assign(page, { session: '', creditedMs: 0, verdict: null }, change);
  video.currentTime = 0;
  document.getElementById('log').replaceChildren();
  view.drawFailure(null);
  view.drawCheat('');
  draw();
}

function chooseLesson(lesson) {
  void turnTo({ lesson });
}

function rememberLearner(learner) {
  localStorage.setItem(LEARNER_KEY, learner);
  return learner;
}

/** The front end's word is never taken: the result is asked for at the platform's backend. */
async function showVerdict(session, tries = 1) {
  try {
    page.verdict = await askForVerdict(session);
    view.drawVerdict(page.lang, page.verdict);
    if (page.verdict.final || tries >= VERDICT_TRIES_MAX || session !== page.session) return;
    setTimeout(() => void showVerdict(session, tries + 1), VERDICT_POLL_MS);
  } catch (error) {
    view.drawFailure(textOf(error));
  }
}

function cheat(act, told) {
  if (page.monitor === null) return view.drawCheat(words().cheatFirst);
  act();
  view.drawCheat(words()[told]);
}

/** @param {string} id @param {() => void} act */
function onClick(id, act) {
  document.getElementById(id).addEventListener('click', act);
}

onClick('start', () => void start());
onClick('again', () => void turnTo({ learner: rememberLearner(newLearner()) }));
onClick('other-learner', () => void turnTo({ learner: rememberLearner(newLearner()) }));
onClick('language', () => {
  page.lang = page.lang === 'en' ? 'zh-CN' : 'en';
  localStorage.setItem(LANGUAGE_KEY, page.lang);
  draw();
});
onClick('cheat-rate', () => cheat(() => (video.playbackRate = 4), 'cheatRateDone'));
onClick('cheat-seek', () =>
  cheat(() => (video.currentTime = Math.max(0, video.duration - 2)), 'cheatSeekDone'),
);
onClick('cheat-hide', () => cheat(() => undefined, 'cheatHideDone'));
video.addEventListener('loadedmetadata', () => view.drawCredit(page.lang, page.creditedMs, videoMs()));
if (!wishes.has('learner')) rememberLearner(page.learner);
draw();
