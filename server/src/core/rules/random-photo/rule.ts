/**
 * `random-photo` (rules §2; item 20(3): no random photo kept per class hour).
 *
 * One request at a uniformly random credited instant of every class hour; a failed one is asked again at a fresh instant.
 * Violation: the class hour is played to its end with the page giving no answer at all to a request that reached it
 * (neither a photo nor a failure), and to go on after a sample taken past its deadline. A camera that is missing, refused or lost leaves a gap with a way to make it up.
 * While a request is overdue, credit stops.
 */
import type { ClassHourCoverage, Directive, LearningEvent } from '@zhenxue/protocol';
import { type ClassHour, classHoursOf } from '../../credit/class-hours.ts';
import { NO_NUMBERS, overlap } from '../../credit/interval-set.ts';
import { addFinding, type Draft, refOf, spanOf } from '../../session/draft.ts';
import { draws } from '../../session/draw.ts';
import type { SessionRecord, SittingFacts } from '../../session/records.ts';
import type { Point, SessionState } from '../../session/state.ts';
import { advancedAfter, playedOnAfter, type Step } from '../../session/step.ts';
import { notAttributed, unknownUntilPopulation } from '../attribution.ts';
import { NO_LIMIT, type Rule } from '../rule.ts';
import { type OpenPhoto, PAST_PHOTO, type PastPhoto, type PhotoState } from './state.ts';
import { photoWords } from './words.ts';

/** Memory at the opening: class hours of what is still to be learnt, and the first one's instant. */
export function initialPhoto(facts: SittingFacts): PhotoState {
  const hours = hoursOf(facts);
  const hourEndMs = hours[0]?.toMs ?? 1;
  return {
    hourCount: hours.length,
    hour: 0,
    hourEndMs,
    attempts: 0,
    issued: 0,
    drawn: 1,
    dueAtCreditedMs: instantIn(facts, 0, hourEndMs, 1),
    lastCall: false,
    open: null,
    past: NO_NUMBERS,
  };
}

/** Class hours of what is still to be learnt. */
function hoursOf(facts: SittingFacts): readonly ClassHour[] {
  const left = Math.max(1, facts.videoMs - overlap(facts.priorCovered, 0, facts.videoMs));
  return classHoursOf(left, facts.pack.credit.classHourMs);
}

/** The n-th drawn instant, in `[fromMs, toMs)` of credited time. */
function instantIn(facts: SittingFacts, fromMs: number, toMs: number, n: number): number {
  return draws(facts.seed, 'photo', n)(0, fromMs, Math.max(fromMs, toMs - 1));
}

function drawNext(draft: Draft, fromMs: number, toMs: number): void {
  const { photo, facts } = draft.state;
  photo.drawn += 1;
  photo.dueAtCreditedMs = instantIn(facts, fromMs, toMs, photo.drawn);
}

/** Server time from which an unanswered request stops credit; {@link NO_LIMIT} while none is open. */
function photoOverdueFrom(state: SessionState): number {
  return state.photo.open?.deadlineAt ?? NO_LIMIT;
}

/** Asks for a photo when one is due. */
function issuePhoto(draft: Draft, at: number): void {
  // One step may cross both the photo's instant and the end of its class hour: ask first, or the hour would pass unasked.
  askWhenDue(draft, at);
  advanceHour(draft);
  askWhenDue(draft, at);
}

function askWhenDue(draft: Draft, at: number): void {
  const { photo, credit } = draft.state;
  const due = photo.dueAtCreditedMs;
  if (photo.open === null && due !== null && credit.ms >= due) request(draft, at);
}

/**
 * The lesson is complete: if its last hour has no photo yet, asks once more at once.
 * @returns true when the sitting may be sealed, false while a photo is awaited.
 */
function lastPhotoSettled(draft: Draft, at: number): boolean {
  const { photo } = draft.state;
  if (photo.open === null && photo.dueAtCreditedMs !== null && !photo.lastCall) {
    photo.lastCall = true;
    request(draft, at);
  }
  return photo.open === null || at >= waitUntil(draft.state, photo.open);
}

/** A photo that the page took in time is waited for longer than one it never answered for: its bytes may be slow. */
function waitUntil(state: SessionState, open: OpenPhoto): number {
  const { deliveryGraceMs } = state.facts.pack.photo;
  return open.takenHash === null ? open.deadlineAt : open.deadlineAt + deliveryGraceMs;
}

function request(draft: Draft, at: number): void {
  const { photo, facts } = draft.state;
  photo.issued += 1;
  photo.attempts += 1;
  photo.dueAtCreditedMs = null;
  const id = `f${photo.issued}`;
  const { answerWindowMs } = facts.pack.photo;
  photo.open = {
    id,
    issuedAt: at,
    deliveredAt: null,
    takenHash: null,
    deadlineAt: at + answerWindowMs,
    overdueSent: false,
    advancedFrom: null,
    advancedMs: 0,
    playedOnMs: 0,
  };
  draft.directives.push({ kind: 'photo', id, answerMs: answerWindowMs });
}

/** The client took a request over: its window counts from here. */
function photoDelivered(draft: Draft, directive: string, at: number): void {
  const { photo, facts } = draft.state;
  if (photo.open === null || photo.open.id !== directive || photo.open.deliveredAt !== null) return;
  const deadlineAt = at + facts.pack.photo.answerWindowMs;
  photo.open = { ...photo.open, deliveredAt: at, deadlineAt, overdueSent: false };
}

/** Takes what the page says about photos: taken (the bytes follow) or failed. */
function photoEvent(draft: Draft, event: LearningEvent, point: Point): void {
  const { photo } = draft.state;
  const open = photo.open;
  if ((event.e !== 'photo.taken' && event.e !== 'photo.failed') || open === null || open.id !== event.id)
    return;
  if (event.e === 'photo.taken') {
    photo.open = { ...open, takenHash: event.h, deliveredAt: open.deliveredAt ?? point.at };
    return;
  }
  closeRequest(draft, open, null);
  askAgain(draft);
}

type PhotoRecord = Extract<SessionRecord, { kind: 'photo' }>;

/**
 * A photo was stored: its class hour is covered, whoever is on it; who that is concerns `liveness-match`. One on which nothing can be
 * told is asked for again; one that the learner no longer agrees to is not.
 */
function photoStored(draft: Draft, { id, judged, why }: PhotoRecord, at: number): void {
  const { photo } = draft.state;
  const open = photo.open;
  if (open === null || open.id !== id) return;
  if (judged === 'unusable' || judged === 'declined') {
    closeRequest(draft, open, null);
    if (judged === 'declined') return;
    askAgain(draft);
    draft.directives.push({ kind: 'settled', id: `${id}.w`, ref: id, result: 'wrong', ...(why && { why }) });
    return;
  }
  closeRequest(draft, open, at);
  draft.directives.push({ kind: 'settled', id: `${id}.m`, ref: id, result: 'met' });
}

function closeRequest(draft: Draft, open: OpenPhoto, storedAt: number | null): void {
  const { photo } = draft.state;
  photo.past = photo.past.concat([open.issuedAt, storedAt ?? -1, photo.hour]);
  photo.open = null;
}

/** A fresh random instant in what is left of the hour, as long as attempts are left. */
function askAgain(draft: Draft): void {
  const { photo, credit, facts } = draft.state;
  if (photo.attempts >= facts.pack.photo.attemptsMax) return;
  drawNext(draft, Math.min(credit.ms, photo.hourEndMs - 1), photo.hourEndMs);
}

/** Looks at one step: does media play the hour to its end although the page gave no answer? */
function observePhoto(draft: Draft, step: Step): void {
  const { photo, credit, facts } = draft.state;
  const open = photo.open;
  if (open === null || open.takenHash !== null) return;
  const fromAt = reachedFrom(draft.state, open);
  if (fromAt === null) return;
  const advancedMs = advancedAfter(step, fromAt);
  if (advancedMs === 0) return;
  const from = open.advancedFrom ?? step.from;
  const total = open.advancedMs + advancedMs;
  const playedOnMs = open.playedOnMs + playedOnAfter(step, fromAt);
  photo.open = { ...open, advancedFrom: from, advancedMs: total, playedOnMs };
  if (playedOnMs <= facts.pack.credit.slackMs || credit.ms + total < photo.hourEndMs) return;
  addFinding(draft, {
    rule: 'random-photo',
    kind: 'photo-suppressed',
    severity: 'violation',
    ...unknownUntilPopulation(),
    span: spanOf(from, step.to),
    claimed: null,
    measured: total,
    reason: photoWords.suppressed(open.id, photo.hour + 1),
    evidence: [refOf(from), refOf(step.to)],
  });
  closeRequest(draft, open, null);
}

/** Server time from which playing on is evidence; null while the request may not have arrived. */
function reachedFrom(state: SessionState, open: OpenPhoto): number | null {
  if (open.deliveredAt !== null) return open.deadlineAt;
  const { upSince } = state;
  if (upSince === null || upSince > open.issuedAt) return null;
  return open.deadlineAt + state.facts.pack.photo.deliveryGraceMs;
}

/** Moves on to the next class hour when this one's credited time is over; one without a photo leaves a gap. */
function advanceHour(draft: Draft): void {
  const { photo, credit, facts } = draft.state;
  while (photo.hour < photo.hourCount - 1 && credit.ms >= photo.hourEndMs && photo.open === null) {
    if (photoOf(photo, photo.hour) === null) noteMissing(draft, photo.hour);
    photo.hour += 1;
    photo.attempts = 0;
    const fromMs = photo.hourEndMs;
    photo.hourEndMs = hoursOf(facts)[photo.hour]?.toMs ?? fromMs;
    drawNext(draft, fromMs, photo.hourEndMs);
  }
}

/** The sitting is being sealed complete: every hour left without a photo leaves a gap. */
function closePhoto(draft: Draft, complete: boolean): void {
  const { photo } = draft.state;
  if (!complete) return;
  if (photo.open !== null) closeRequest(draft, photo.open, null);
  for (let hour = photo.hour; hour < photo.hourCount; hour += 1)
    if (photoOf(photo, hour) === null) noteMissing(draft, hour);
}

function noteMissing(draft: Draft, hour: number): void {
  const { last } = draft.state;
  if (last === null) return;
  addFinding(draft, {
    rule: 'random-photo',
    kind: 'photo-missing',
    severity: 'gap',
    ...notAttributed(),
    span: spanOf(last, last),
    claimed: null,
    measured: hour + 1,
    reason: photoWords.missing(hour + 1),
    evidence: [refOf(last)],
  });
}

/** Tells the client when a request has become overdue. */
function photoTick(draft: Draft, at: number): void {
  const { photo } = draft.state;
  const open = photo.open;
  if (open === null || open.overdueSent || at < open.deadlineAt) return;
  photo.open = { ...open, overdueSent: true };
  draft.directives.push({ kind: 'settled', id: `${open.id}.o`, ref: open.id, result: 'overdue' });
}

/** When the rule wants a tick; null = it waits for nothing. */
function photoDueAt(state: SessionState): number | null {
  const { open } = state.photo;
  if (open === null) return null;
  if (!open.overdueSent) return open.deadlineAt;
  const until = waitUntil(state, open);
  return until > state.at ? until : null;
}

/** The photo that covers a class hour (from 0): the last one stored in it. */
function photoOf({ past }: PhotoState, hour: number): string | null {
  for (let i = past.length - PAST_PHOTO; i >= 0; i -= PAST_PHOTO) {
    if (past[i + 2] === hour && (past[i + 1] ?? -1) >= 0) return `f${i / PAST_PHOTO + 1}`;
  }
  return null;
}

/** Every class hour with the photo that covers it. */
export function classHourCoverage(facts: SittingFacts, state: PhotoState): readonly ClassHourCoverage[] {
  return hoursOf(facts).map((hour, i) => ({
    hour: i + 1,
    fromCreditedMs: hour.fromMs,
    toCreditedMs: hour.toMs,
    photo: photoOf(state, i),
  }));
}

/** Every request so far, for the timeline; times in epoch ms. */
export function photoRequests({ photo, openedAt }: SessionState): readonly PastPhoto[] {
  const { past, open } = photo;
  const all: PastPhoto[] = [];
  for (let i = 0; i < past.length; i += PAST_PHOTO) {
    const [issuedAt = 0, storedAt = -1] = past.slice(i, i + PAST_PHOTO);
    const id = `f${all.length + 1}`;
    all.push({ id, issuedAt: openedAt + issuedAt, storedAt: storedAt < 0 ? null : openedAt + storedAt });
  }
  return open === null ? all : [...all, { id: open.id, issuedAt: openedAt + open.issuedAt, storedAt: null }];
}

/** The open request as it must be sent again after a reconnect. */
function openPhotoDirective(state: SessionState, at: number): Directive | null {
  const { open } = state.photo;
  return open === null ? null : { kind: 'photo', id: open.id, answerMs: Math.max(0, open.deadlineAt - at) };
}

function photoRecord(draft: Draft, record: SessionRecord, at: number): void {
  if (record.kind === 'delivered') photoDelivered(draft, record.directive, at);
  else if (record.kind === 'photo') photoStored(draft, record, at);
}

/** See the file's comment. */
export const randomPhoto: Rule = {
  id: 'random-photo',
  step: observePhoto,
  overdueFrom: photoOverdueFrom,
  event: photoEvent,
  issue: issuePhoto,
  record: photoRecord,
  tick: photoTick,
  dueAt: photoDueAt,
  open: openPhotoDirective,
  readyToSeal: lastPhotoSettled,
  sealing: closePhoto,
};
