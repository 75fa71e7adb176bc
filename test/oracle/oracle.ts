/**
 * The oracle: decides about a whole sitting from its records, written from the rules and not from the engine. It is slow and
 * plain on purpose: sets are put in order whenever they are measured, credited time is counted anew whenever it is needed, and the
 * slope is looked for between every two samples.
 */
import { STATE } from '@zhenxue/protocol';
import type { SessionRecord, SittingFacts } from '../../server/src/core/session/records.ts';
import {
  delivered,
  issueControls,
  keepPhoto,
  lookAtPhoto,
  lookAtPopup,
  missPhoto,
  popupDue,
  requestPhoto,
  takeAnswer,
} from './controls.ts';
import { hearOf, lookElsewhere, noteCredited, takenElsewhere } from './elsewhere.ts';
import {
  endRate,
  leaveSeek,
  lookAtClock,
  lookAtEnd,
  lookAtRate,
  lookAtSeek,
  lookAtSlope,
  noteSeen,
} from './fast-forward.ts';
import { lookAtActs, lookAtRecord, takeIrregularRecord } from './irregular.ts';
import {
  challengeSettled,
  challengesOf,
  isOutside,
  issueChallenge,
  missChallenges,
  takeChallengeRecord,
  takePageFailure,
} from './liveness.ts';
import { sizeInside, sizeOf, tidy } from './media-set.ts';
import { draw } from './schedule.ts';
import {
  creditedMs,
  find,
  is,
  lastOf,
  type Move,
  moveTo,
  playedAfter,
  type Sample,
  type Story,
  type Told,
} from './story.ts';

/** Players stop a few frames early, ms. */
const END_TOLERANCE_MS = 500;

/** Ends of the class hours in credited time: a short remainder belongs to the hour before it. */
function hoursOf(facts: SittingFacts): readonly number[] {
  const left = Math.max(1, facts.videoMs - sizeInside(facts.priorCovered, 0, facts.videoMs));
  const { classHourMs } = facts.pack.credit;
  const ends: number[] = [];
  let end = classHourMs;
  while (left - end >= classHourMs / 4) {
    ends.push(end);
    end += classHourMs;
  }
  return [...ends, left];
}

function begin(facts: SittingFacts, at: number, hours: readonly number[]): Story {
  const story: Story = {
    facts,
    openedAt: at,
    at,
    samples: [],
    upSince: null,
    downSince: at,
    originAt: null,
    offsets: [],
    credited: [],
    creditedAt: [],
    elsewhere: { credited: [], played: [], here: [], sharedMs: 0, fromAt: null, found: null },
    challenges: challengesOf(facts),
    tampered: new Set(),
    seen: [],
    startM: null,
    run: { excess: 0, slack: facts.pack.credit.slackMs, refilledT: 0 },
    clock: { base: 0, most: 0, refilledT: 0, level: null, found: null },
    slope: { prefixes: [], found: null },
    rate: null,
    seek: null,
    away: new Map(),
    popup: null,
    popupsIssued: 0,
    popupDueMs: 0,
    popupAnsweredMs: 0,
    photo: null,
    photosIssued: 0,
    photosDrawn: 1,
    photoDueMs: draw(facts.seed, 'photo', 1, 0, 0, Math.max(0, (hours[0] ?? 1) - 1)),
    hour: 0,
    attempts: 0,
    lastCall: false,
    hasPhoto: hours.map(() => false),
    gaps: 0,
    found: [],
    ended: null,
  };
  story.popupDueMs = popupDue(story, 1, 0);
  return story;
}

/** The ways of not being in front, with the media that may be played so. */
function lookAway(story: Story, move: Move): void {
  const { hiddenGraceMs, unfocusedGraceMs } = story.facts.pack.multiWindow;
  const { s } = move.from;
  const hidden = is(s, STATE.hidden | STATE.hiddenWitnessed);
  const pip = is(s, STATE.pip);
  const ways = [
    ['played-hidden', hidden, hiddenGraceMs],
    ['played-pip', pip && !hidden, hiddenGraceMs],
    ['played-unfocused', is(s, STATE.unfocused) && !pip && !hidden, unfocusedGraceMs],
  ] as const;
  for (const [kind, away, graceMs] of ways) {
    if (!away) {
      story.away.delete(kind);
      continue;
    }
    const stretch = story.away.get(kind) ?? { from: move.from, ms: 0, aliveMs: 0, found: null };
    story.away.set(kind, stretch);
    // Only what follows a sample at the end of the grace or later: the page was not hanging, and played on.
    if (stretch.ms >= graceMs) stretch.aliveMs += move.played;
    stretch.ms += move.played;
    if (move.played === 0 || stretch.aliveMs <= story.facts.pack.credit.slackMs) continue;
    stretch.found ??= find(story, 'multi-window', kind, 'violation', stretch.from.at, move.to.at);
    stretch.found.toAt = move.to.at;
  }
}

/** Away for longer than the grace: nothing counts. */
function awayTooLong(story: Story): boolean {
  const { hiddenGraceMs, unfocusedGraceMs } = story.facts.pack.multiWindow;
  return [...story.away].some(
    ([kind, { ms }]) => ms > (kind === 'played-unfocused' ? unfocusedGraceMs : hiddenGraceMs),
  );
}

/** A new account of media against time begins; what was overdrawn stays overdrawn until the refill. */
function newRun(story: Story, t: number): void {
  const { run } = story;
  if (!refill(story, t)) run.slack = Math.max(0, run.slack - Math.max(0, run.excess));
  run.excess = 0;
}

function refill(story: Story, t: number): boolean {
  const { run } = story;
  const { slackMs, slackRefillMs } = story.facts.pack.credit;
  if (t - run.refilledT < slackRefillMs) return false;
  story.run = { excess: Math.min(0, run.excess), slack: slackMs, refilledT: t };
  return true;
}

function credit(story: Story, move: Move, blocked: boolean): void {
  const { facts } = story;
  if (!is(move.from.s, STATE.playing)) return;
  refill(story, move.to.t);
  story.run.excess += move.played - move.dt;
  if (move.played === 0 || blocked || story.run.excess > story.run.slack || awayTooLong(story)) return;
  if (takenElsewhere(story, move)) return;
  const deadlines = [
    story.popup?.deadlineAt,
    story.photo?.deadlineAt,
    story.challenges?.open?.deadlineAt,
  ].filter((at) => at !== undefined);
  const late = deadlines.length === 0 ? 0 : playedAfter(move, Math.min(...deadlines));
  const from = move.from.m;
  const to = Math.min(from + move.played - late, facts.videoMs);
  if (to <= from) return;
  const before = creditedMs(story);
  const left = story.popupAnsweredMs + facts.pack.popup.gapMaxMs - 1 - before;
  if (left <= 0) return;
  const kept = story.credited;
  story.credited = [...kept, [from, to]];
  if (creditedMs(story) - before > left) story.credited = [...kept, [from, from + left]];
  if (sizeOf(story.credited) > sizeOf(kept)) noteCredited(story, move);
}

function takeBatch(
  story: Story,
  record: Extract<SessionRecord, { kind: 'batch' }>,
  hours: readonly number[],
): void {
  const { events } = record.batch;
  const receivedAt = story.at;
  const newest = Math.max(0, ...events.map((event) => event.t));
  story.offsets.push(Math.max(receivedAt - newest, story.originAt ?? receivedAt - newest));
  const zero = Math.min(...story.offsets);
  const { answerWindowMs, deliveryGraceMs } = story.facts.pack.popup;
  const soonest = receivedAt - answerWindowMs - 2 * deliveryGraceMs;
  for (const event of events) {
    const last = lastOf(story);
    const t = Math.max(event.t, last?.t ?? 0);
    let at = Math.min(receivedAt, zero + t);
    if (story.upSince !== null && story.upSince <= at) at = Math.max(at, soonest);
    at = Math.max(at, last?.at ?? at);
    const sample: Sample = { t, m: event.m, s: event.s, r: event.r ?? 1_000, at, event, receivedAt };
    takeSample(story, sample, last, hours, zero);
  }
}

function openPage(story: Story, sample: Sample, last: Sample | null): void {
  story.startM ??= sample.m;
  leaveSeek(story, sample);
  if (last !== null && sample.m - last.m <= sample.t - last.t) story.seen.push([last.m, sample.m]);
  endRate(story, sample);
  story.slope = { prefixes: [], found: null };
  story.away.clear();
  newRun(story, sample.t);
}

function takeSample(
  story: Story,
  sample: Sample,
  last: Sample | null,
  hours: readonly number[],
  zero: number,
): void {
  const ahead = lookAtClock(story, sample);
  if (sample.event.e === 'open') openPage(story, sample, last);
  else if (last !== null) takeMove(story, moveTo(story, last, sample), ahead, hours);
  if (sample.event.e === 'gap') story.gaps += sample.event.n;
  takeAnswer(story, sample, hours);
  takePageFailure(sample, story);
  lookAtRecord(story, sample, zero);
  story.samples.push(sample);
  issueControls(story, sample.receivedAt, hours);
  issueChallenge(story, sample.receivedAt);
}

function takeMove(story: Story, move: Move, ahead: boolean, hours: readonly number[]): void {
  const clear = story.seek === null;
  const outside = isOutside(story);
  lookAtRate(story, move);
  lookAtSlope(story, move);
  lookAtSeek(story, move);
  lookAtEnd(story, move.to, durationOf(story));
  if (clear) noteSeen(story, move);
  lookElsewhere(story, move);
  lookAway(story, move);
  lookAtPopup(story, move);
  lookAtPhoto(story, move, hours);
  lookAtActs(story, move);
  credit(story, move, ahead || !clear || outside);
  if (is(move.from.s, STATE.playing) && (move.jump !== null || !is(move.to.s, STATE.playing)))
    newRun(story, move.to.t);
}

/** Duration as the newest page reports it. */
function durationOf(story: Story): number {
  const open = story.samples.findLast((sample) => sample.event.e === 'open');
  return open?.event.e === 'open' ? open.event.d : 0;
}

function coverage(story: Story): number {
  const { videoMs, priorCovered } = story.facts;
  const prior = sizeInside(priorCovered, 0, videoMs);
  return Math.min(1_000, Math.floor((1_000 * (prior + creditedMs(story))) / videoMs));
}

function isComplete(story: Story): boolean {
  return coverage(story) >= story.facts.pack.credit.coverageRequiredPermille;
}

/** Whether a complete sitting may be sealed: the last photo is there, or its time is over. */
function photoSettled(story: Story): boolean {
  if (story.photo === null && story.photoDueMs !== null && !story.lastCall) {
    story.lastCall = true;
    requestPhoto(story, story.at);
  }
  const { photo } = story;
  if (photo === null) return true;
  return story.at >= photo.deadlineAt + (photo.taken ? story.facts.pack.photo.deliveryGraceMs : 0);
}

function seal(story: Story, reason: string): void {
  const last = lastOf(story);
  if (last !== null) {
    leaveSeek(story, last);
    endRate(story, last);
  }
  const complete = isComplete(story);
  missChallenges(story, complete);
  // Every class hour needs its photo, also those that the credited time only reached while a request was open.
  if (complete) {
    for (; story.hour < story.hasPhoto.length; story.hour += 1) missPhoto(story);
  }
  story.ended = complete && (reason === 'left' || reason === 'expired') ? 'completed' : reason;
}

function settle(story: Story): void {
  const { resumeGraceMs, lengthMaxMs } = story.facts.pack.session;
  const last = lastOf(story);
  const atEnd =
    last !== null && (is(last.s, STATE.ended) || last.m >= story.facts.videoMs - END_TOLERANCE_MS);
  const ready = atEnd && isComplete(story) && [photoSettled(story), challengeSettled(story)].every(Boolean);
  if (ready) seal(story, 'completed');
  else if (story.downSince !== null && story.at >= story.downSince + resumeGraceMs) seal(story, 'left');
  else if (story.at >= story.openedAt + lengthMaxMs) seal(story, 'expired');
}

function takeRecord(story: Story, record: SessionRecord, hours: readonly number[]): void {
  if (record.kind === 'batch') takeBatch(story, record, hours);
  if (record.kind === 'close') seal(story, record.reason);
  if (record.kind === 'connected') {
    story.upSince = story.at;
    story.downSince = null;
    story.originAt ??= story.at;
  }
  if (record.kind === 'disconnected') {
    story.upSince = null;
    story.downSince ??= story.at;
  }
  if (record.kind === 'delivered') delivered(story, record.directive, story.at);
  if (record.kind === 'photo') keepPhoto(story, record.id);
  if (record.kind === 'elsewhere') hearOf(story, record);
  takeChallengeRecord(story, record);
  takeIrregularRecord(story, record);
  if (record.kind === 'batch' || record.kind === 'close' || record.kind === 'tick') return;
  issueControls(story, story.at, hours);
  issueChallenge(story, story.at);
}

/** Decides about a sitting. @throws Error when it does not begin with its open record. */
export function tell(records: readonly SessionRecord[]): Told {
  const [first, ...rest] = records;
  if (first?.kind !== 'open') throw new Error('a sitting begins with its open record');
  const hours = hoursOf(first.facts);
  const story = begin(first.facts, first.at, hours);
  for (const record of rest) {
    if (story.ended !== null) break;
    story.at = Math.max(story.at, record.at);
    takeRecord(story, record, hours);
    if (story.ended === null) settle(story);
  }
  const has = (severity: string) => story.found.some((found) => found.severity === severity);
  // Who never showed a face was credited nothing: that is no lesson broken off.
  const faceless = story.found.some((found) => found.kind === 'liveness-missing');
  const open = faceless ? 'undetermined' : 'incomplete';
  const calm = isComplete(story) ? (has('gap') ? 'undetermined' : 'valid') : open;
  return {
    creditedMs: creditedMs(story),
    credited: tidy(story.credited),
    found: story.found,
    outcome: has('violation') ? 'invalid' : story.ended === null ? 'in_progress' : calm,
    ended: story.ended,
  };
}

/** Total length of a set, for comparisons. */
export function lengthOf(pieces: readonly (readonly [number, number])[]): number {
  return sizeOf(pieces);
}
