/** `popup-interval` and `random-photo`. */
import { draw, rightAnswer } from './schedule.ts';
import {
  type Asked,
  creditedMs,
  find,
  lastOf,
  type Move,
  playedAfter,
  type Sample,
  type Story,
} from './story.ts';

function ask(n: number, at: number, windowMs: number): Asked {
  return {
    n,
    issuedAt: at,
    reached: false,
    confirmed: false,
    deadlineAt: at + windowMs,
    overFrom: null,
    overMs: 0,
    overAliveMs: 0,
    found: null,
    taken: false,
  };
}

/** Credited ms at which the n-th popup is due, when the one before was answered at `fromMs`. */
export function popupDue(story: Story, n: number, fromMs: number): number {
  const { dueMinMs, dueMaxMs } = story.facts.pack.popup;
  return fromMs + draw(story.facts.seed, 'popup', n, 0, dueMinMs, dueMaxMs);
}

/** Server time from which playing on is evidence; null while the control may not have arrived. */
function reachedFrom(story: Story, asked: Asked, graceMs: number): number | null {
  if (asked.reached) return asked.deadlineAt;
  const stayedUp = story.upSince !== null && story.upSince <= asked.issuedAt;
  return stayedUp ? asked.deadlineAt + graceMs : null;
}

/** Adds what was played past the deadline. @returns whether anything was. */
function playOver(story: Story, asked: Asked, move: Move, graceMs: number): boolean {
  const from = reachedFrom(story, asked, graceMs);
  const ms = from === null ? 0 : playedAfter(move, from);
  if (ms === 0) return false;
  asked.overFrom ??= move.from;
  asked.overMs += ms;
  if (from !== null && move.from.at >= from) asked.overAliveMs += move.played;
  return true;
}

/** Media past the deadline of a popup that reached the page. */
export function lookAtPopup(story: Story, move: Move): void {
  const { popup, facts } = story;
  if (popup === null || !playOver(story, popup, move, facts.pack.popup.deliveryGraceMs)) return;
  if (popup.overAliveMs <= facts.pack.credit.slackMs || popup.overFrom === null) return;
  const fromAt = Math.max(popup.overFrom.at, popup.deadlineAt);
  popup.found ??= find(story, 'popup-interval', 'popup-suppressed', 'violation', fromAt, move.to.at);
  popup.found.toAt = move.to.at;
}

/** The class hour played to its end past a photo request that got no answer. */
export function lookAtPhoto(story: Story, move: Move, hours: readonly number[]): void {
  const { photo, facts } = story;
  const hourEnd = hours[story.hour];
  if (photo === null || hourEnd === undefined || photo.taken) return;
  if (!playOver(story, photo, move, facts.pack.photo.deliveryGraceMs) || photo.overFrom === null) return;
  if (photo.overAliveMs <= facts.pack.credit.slackMs || creditedMs(story) + photo.overMs < hourEnd) return;
  find(story, 'random-photo', 'photo-suppressed', 'violation', photo.overFrom.at, move.to.at);
  story.photo = null;
}

/** A control was confirmed by the page: its window counts from here, once. */
export function delivered(story: Story, directive: string, at: number): void {
  const { popup, photo, facts } = story;
  const windows = [
    [popup, 'p', facts.pack.popup.answerWindowMs],
    [photo, 'f', facts.pack.photo.answerWindowMs],
  ] as const;
  for (const [asked, letter, windowMs] of windows) {
    if (asked === null || `${letter}${asked.n}` !== directive || asked.reached) continue;
    asked.reached = true;
    asked.deadlineAt = at + windowMs;
  }
}

/** What the page says about controls. */
export function takeAnswer(story: Story, sample: Sample, hours: readonly number[]): void {
  const { event } = sample;
  const { popup, photo, facts } = story;
  if (event.e === 'popup.shown' && popup !== null && event.id === `p${popup.n}`) popup.reached = true;
  if (event.e === 'popup.answer' && popup !== null && event.id === `p${popup.n}`) {
    if (event.a.trim() !== rightAnswer(facts.seed, popup.n)) return;
    story.popup = null;
    story.popupAnsweredMs = creditedMs(story);
    story.popupDueMs = popupDue(story, popup.n + 1, creditedMs(story));
  }
  if (event.e === 'photo.taken' && photo !== null && event.id === `f${photo.n}`) {
    photo.taken = true;
    photo.reached = true;
  }
  if (event.e === 'photo.failed' && photo !== null && event.id === `f${photo.n}`) {
    story.photo = null;
    const end = hours[story.hour];
    if (end !== undefined && story.attempts < facts.pack.photo.attemptsMax)
      drawPhoto(story, Math.min(creditedMs(story), end - 1), end);
  }
}

function drawPhoto(story: Story, fromMs: number, toMs: number): void {
  story.photosDrawn += 1;
  const { seed } = story.facts;
  story.photoDueMs = draw(seed, 'photo', story.photosDrawn, 0, fromMs, Math.max(fromMs, toMs - 1));
}

/** The bytes of a photo are kept. */
export function keepPhoto(story: Story, id: string): void {
  if (story.photo === null || id !== `f${story.photo.n}`) return;
  story.hasPhoto[story.hour] = true;
  story.photo = null;
}

/** Asks for what has become due. */
export function issueControls(story: Story, at: number, hours: readonly number[]): void {
  const { pack } = story.facts;
  const credited = creditedMs(story);
  if (story.popup === null && credited >= story.popupDueMs) {
    story.popupsIssued += 1;
    story.popup = ask(story.popupsIssued, at, pack.popup.answerWindowMs);
  }
  issuePhoto(story, at);
  while (story.photo === null && story.hour < hours.length - 1 && credited >= (hours[story.hour] ?? 0)) {
    missPhoto(story);
    story.hour += 1;
    story.attempts = 0;
    drawPhoto(story, hours[story.hour - 1] ?? 0, hours[story.hour] ?? 0);
  }
  issuePhoto(story, at);
}

function issuePhoto(story: Story, at: number): void {
  if (story.photo === null && story.photoDueMs !== null && creditedMs(story) >= story.photoDueMs)
    requestPhoto(story, at);
}

/** Asks for a photo now. */
export function requestPhoto(story: Story, at: number): void {
  story.photosIssued += 1;
  story.attempts += 1;
  story.photoDueMs = null;
  story.photo = ask(story.photosIssued, at, story.facts.pack.photo.answerWindowMs);
}

/** The hour ends: without a photo it leaves a gap. */
export function missPhoto(story: Story): void {
  const last = lastOf(story);
  if (story.hasPhoto[story.hour] === true || last === null) return;
  find(story, 'random-photo', 'photo-missing', 'gap', last.at, last.at);
}
