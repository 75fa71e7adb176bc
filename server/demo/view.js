/** What the demo page shows. Draws only; decides nothing. */
import { TEXTS } from './texts.js';

/** Entries kept in the list of what happened. */
const LOG_LINES_MAX = 30;

const byId = (id) => document.getElementById(id);

/** Minutes and seconds. @param {number} ms */
export function clockText(ms) {
  const whole = Math.floor(ms / 1000);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** The words of a language. @param {'zh-CN' | 'en'} lang */
export function wordsOf(lang) {
  return TEXTS[lang];
}

/** Writes every fixed text of the page. @param {'zh-CN' | 'en'} lang @param {number} lesson from 1 */
export function drawTexts(lang, lesson) {
  const words = wordsOf(lang);
  document.documentElement.lang = lang;
  for (const element of document.querySelectorAll('[data-text]'))
    element.textContent = words[element.dataset.text];
  byId('language').textContent = words.otherLanguage;
  byId('lesson-title').textContent = words.lesson(lesson);
  document.title = `${words.lesson(lesson)} · ${words.platform}`;
}

/** @param {'zh-CN' | 'en'} lang @param {readonly string[]} ids @param {string} current @param {(id: string) => void} choose */
export function drawLessons(lang, ids, current, choose) {
  const items = ids.map((id, i) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.testid = id;
    button.textContent = wordsOf(lang).lesson(i + 1);
    if (id === current) button.setAttribute('aria-current', 'true');
    button.addEventListener('click', () => choose(id));
    const item = document.createElement('li');
    item.append(button);
    return item;
  });
  byId('lessons').replaceChildren(...items);
}

/** @param {'zh-CN' | 'en'} lang @param {string} connection */
export function drawConnection(lang, connection) {
  byId('connection').textContent = wordsOf(lang)[connection] ?? connection;
  byId('connection').dataset.state = connection;
  byId('dot').dataset.state = connection;
}

/** @param {'zh-CN' | 'en'} lang @param {number} creditedMs @param {number} videoMs */
export function drawCredit(lang, creditedMs, videoMs) {
  byId('credited').textContent = clockText(creditedMs);
  byId('of-video').textContent = wordsOf(lang).ofVideo(clockText(videoMs));
  byId('progress').value = videoMs > 0 ? Math.min(1, creditedMs / videoMs) : 0;
}

/** Adds a line to what happened. @param {string} text @param {number} mediaMs @param {'plain' | 'good' | 'bad'} [mood] */
export function log(text, mediaMs, mood = 'plain') {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = clockText(mediaMs);
  item.dataset.mood = mood;
  item.append(time, text);
  byId('log').prepend(item);
  while (byId('log').children.length > LOG_LINES_MAX) byId('log').lastChild.remove();
}

/** @param {string | null} text */
export function drawFailure(text) {
  byId('failure').hidden = text === null;
  byId('failure').textContent = text ?? '';
}

/** @param {'zh-CN' | 'en'} lang @param {boolean} shown @param {boolean} [busy] */
export function drawCurtain(lang, shown, busy = false) {
  byId('curtain').hidden = !shown;
  byId('start').disabled = busy;
  byId('start').textContent = busy ? wordsOf(lang).starting : wordsOf(lang).start;
}

/** @param {string} text */
export function drawCheat(text) {
  byId('cheat-result').textContent = text;
}

function findingItem(finding, key) {
  const item = document.createElement('li');
  const name = document.createElement('strong');
  name.textContent = `${finding.rule} · ${finding.clause}`;
  item.dataset.severity = finding.severity;
  item.append(name, ` ${clockText(finding.span.fromM)}–${clockText(finding.span.toM)} `, finding.reason[key]);
  return item;
}

/** @param {'zh-CN' | 'en'} lang @param {import('@zhenxue/protocol').Verdict | null} verdict */
export function drawVerdict(lang, verdict) {
  byId('verdict').hidden = verdict === null;
  if (verdict === null) return;
  const words = wordsOf(lang);
  const key = lang === 'en' ? 'en' : 'zh';
  const answered = verdict.popups.filter((popup) => popup.answeredAt !== null).length;
  const photos = verdict.classHours.filter((hour) => hour.photo !== null).length;
  byId('outcome').textContent = words.outcomes[verdict.outcome] ?? verdict.outcome;
  byId('outcome').dataset.outcome = verdict.outcome;
  byId('verdict-facts').textContent =
    `${words.credited} ${clockText(verdict.creditedMs)} (${(verdict.coveragePermille / 10).toFixed(1)} %) · ` +
    `${words.popups} ${answered}/${verdict.popups.length} · ${words.photos} ${photos}/${verdict.classHours.length}`;
  byId('verdict-findings').replaceChildren(...verdict.findings.map((finding) => findingItem(finding, key)));
  byId('verdict-makeup').textContent = verdict.makeUp?.[key] ?? '';
  byId('verdict-link').href = `/console/sessions/${verdict.session}`;
}
