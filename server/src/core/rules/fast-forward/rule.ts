/**
 * `fast-forward` (rules §2; item 20(3): fast-forward playback).
 *
 * Violations, each on positive evidence: a reported rate above 1 with media advancing; a measured slope above the maximum
 * over the window; media playing on (or claiming its end) after a forward seek past the furthest covered point; an end
 * claimed away from the video's end, or after skipping more than a complete lesson may lack; a client clock ahead of the
 * server's (`clock.ts`).
 *
 * Honest look-alikes that stay valid: a speed extension sitting at 1×, stalls and catch-up (a stall lowers the slope of every
 * window that holds it, and a window may begin after it), rewinding, re-watching, slow playback, sleep (client time
 * falls behind, never ahead), media that played while a page was being reloaded, and attempts that the SDK undid within
 * its time (kept as hints).
 *
 * Attribution: the learner's, unless the platform asked the guard only to observe; one sitting alone can then not tell.
 */
import { type EndedEvent, hasState, type LearningEvent, STATE } from '@zhenxue/protocol';
import { INTERVALS_MAX } from '../../credit/credit.ts';
import { bounded, furthest, NO_NUMBERS, NOTHING, overlap, unite } from '../../credit/interval-set.ts';
import { addFinding, type Draft, refOf, spanOf } from '../../session/draft.ts';
import type { Point, SessionState } from '../../session/state.ts';
import type { Step } from '../../session/step.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
import { playedSet } from '../played.ts';
import type { Rule } from '../rule.ts';
import { observeClock } from './clock.ts';
import { observeFrames } from './frames.ts';
import { closeRate, observeRate } from './rate.ts';
import { observeSlope, resetSlope } from './slope.ts';
import type { FastForwardState } from './state.ts';
import { fastForwardWords } from './words.ts';

/** Media that may lie between the samples of a pause and of the playing after it, ms: samples are not taken at one instant. */
const PAUSE_SKEW_MS = 250;

/** Memory before anything was played. */
export function initialFastForward(): FastForwardState {
  return {
    played: NOTHING,
    playedFrom: 0,
    playedTo: 0,
    startM: null,
    playedT: 0,
    excess: 0,
    recent: NO_NUMBERS,
    peak: NO_NUMBERS,
    slopeFinding: null,
    rate: null,
    seek: null,
  };
}

/** The furthest media position reached by playing, in this sitting or in earlier ones, ms. Seeking up to here is allowed. */
export function furthestReached(state: SessionState): number {
  const { played, playedTo } = state.fastForward;
  return Math.max(playedTo, furthest(played), furthest(state.facts.priorCovered));
}

/** A new page was opened: measurements start afresh, an outstanding seek is judged first. */
function pageOpened(draft: Draft, point: Point): void {
  const { fastForward, last } = draft.state;
  fastForward.startM ??= point.m;
  settleSeek(draft, point, true);
  // What may have played on while nothing was heard is no evidence of a skip; it is not credited either.
  if (last !== null && point.m - last.m <= point.t - last.t) notePlayed(fastForward, last.m, point.m);
  closeRate(draft, point);
  resetSlope(draft);
}

/** Looks at one step of the sitting, before it is credited. */
function observeFastForward(draft: Draft, step: Step, event: LearningEvent): void {
  // What was played before a jump was reached by playing; what was played after one that is still outstanding was not, even
  // if the jump is then taken back.
  const clear = draft.state.fastForward.seek === null;
  observeRate(draft, step);
  observeSlope(draft, step);
  observeSeek(draft, step);
  if (event.e === 'ended') observeEnded(draft, event, step.to);
  else if (event.e === 'witness') observeFrames(draft, event, step.to);
  if (clear) noteStep(draft.state.fastForward, step);
}

/** Notes where the media was. Playing, and what a pause or a stall may hide: no more than the time that passed. */
function noteStep(state: FastForwardState, step: Step): void {
  if (step.advancedMs > 0) notePlayed(state, step.from.m, step.from.m + step.advancedMs);
  else if (step.jumpTo === null && step.to.m - step.from.m <= Math.max(step.dt, PAUSE_SKEW_MS))
    notePlayed(state, step.from.m, step.to.m);
}

function notePlayed(state: FastForwardState, from: number, to: number): void {
  if (!(to > from)) return;
  if (from < state.playedFrom || from > state.playedTo) {
    state.played = bounded(playedSet(state), INTERVALS_MAX);
    state.playedFrom = from;
    state.playedTo = to;
  } else if (to > state.playedTo) state.playedTo = to;
}

/** The sitting is being sealed: an outstanding seek is judged as it stands. */
function closeFastForward(draft: Draft): void {
  const { last } = draft.state;
  if (last === null) return;
  settleSeek(draft, last, true);
  closeRate(draft, last);
}

function observeSeek(draft: Draft, step: Step): void {
  const { fastForward, facts } = draft.state;
  const { advanceMaxMs, resetWithinMs } = facts.pack.fastForward;
  const pending = fastForward.seek;
  if (pending !== null) {
    const grown = { ...pending, advancedMs: pending.advancedMs + step.advancedMs };
    fastForward.seek = grown;
    const overdueEnd = pending.end !== null && step.to.t - pending.end.t > resetWithinMs;
    const takenBack =
      step.jumpTo !== null &&
      step.jumpTo <= furthestReached(draft.state) + facts.pack.fastForward.seekSlackMs;
    if (grown.advancedMs > advanceMaxMs || overdueEnd) raiseSeek(draft, grown, step.to);
    else if (takenBack) settleSeek(draft, step.to, false);
  }
  if (step.jumpTo !== null) noteJump(draft, step);
}

/** Begins to watch a jump past the furthest point. Where it left from is what playing reached, not what the event says. */
function noteJump(draft: Draft, step: Step): void {
  const { fastForward, facts } = draft.state;
  const { seekSlackMs } = facts.pack.fastForward;
  const leftM = step.from.m + step.advancedMs;
  const limit = Math.max(furthestReached(draft.state), leftM) + seekSlackMs;
  if (step.to.m > limit && fastForward.seek === null) {
    const from: Point = { ...step.to, m: leftM };
    fastForward.seek = { from, to: step.to, advancedMs: 0, end: null };
  }
}

function observeEnded(draft: Draft, event: EndedEvent, point: Point): void {
  const { fastForward, facts } = draft.state;
  if (fastForward.seek !== null) {
    fastForward.seek = { ...fastForward.seek, end: fastForward.seek.end ?? point };
    return;
  }
  // Registered and real duration may differ a little; an element that says `ended` is believed at its own duration only.
  const { mediaMs } = draft.state;
  const endMs = hasState(event.s, STATE.ended) ? Math.min(facts.videoMs, mediaMs) : facts.videoMs;
  const there = event.m >= endMs - facts.pack.fastForward.seekSlackMs;
  if (there && skippedMs(draft.state) <= mayLackMs(facts)) return;
  if (draft.state.findings.some((finding) => finding.kind === 'end-claimed')) return;
  addFinding(draft, {
    rule: 'fast-forward',
    kind: 'end-claimed',
    severity: 'violation',
    ...byLearnerOrUnknown(facts.guard),
    span: spanOf(point, point),
    claimed: facts.videoMs,
    measured: there ? facts.videoMs - skippedMs(draft.state) : event.m,
    reason: there
      ? fastForwardWords.endSkipped(skippedMs(draft.state))
      : fastForwardWords.endClaimed(event.m, facts.videoMs),
    evidence: [refOf(point)],
  });
}

/** Media between the sitting's first position and the video's end that was never seen playing, ms; 0 when events were lost. */
function skippedMs(state: SessionState): number {
  const { fastForward, facts, last, gapEvents } = state;
  const from = fastForward.startM ?? 0;
  if (gapEvents > 0 || last === null || facts.videoMs <= from) return 0;
  const seen = unite(unite(playedSet(fastForward), facts.priorCovered), [[last.m, facts.videoMs]]);
  return Math.max(0, facts.videoMs - from - overlap(seen, from, facts.videoMs));
}

/** What a complete lesson may lack, ms. */
function mayLackMs(facts: SessionState['facts']): number {
  return (facts.videoMs * (1_000 - facts.pack.credit.coverageRequiredPermille)) / 1_000;
}

/** Media played on after the seek, or its end was claimed: a violation; from here on it is ordinary playing again. */
function raiseSeek(draft: Draft, pending: NonNullable<FastForwardState['seek']>, now: Point): void {
  const { fastForward, facts } = draft.state;
  const ended = pending.end !== null;
  addFinding(draft, {
    rule: 'fast-forward',
    kind: ended ? 'end-claimed' : 'seek-forward',
    severity: 'violation',
    ...byLearnerOrUnknown(facts.guard),
    span: spanOf(pending.from, now),
    claimed: pending.to.m,
    measured: pending.from.m,
    reason: ended
      ? fastForwardWords.endClaimed(pending.from.m, facts.videoMs)
      : fastForwardWords.seekForward(pending.from.m, pending.to.m, pending.advancedMs),
    evidence: [refOf(pending.to), refOf(now)],
  });
  fastForward.seek = null;
}

/** Ends an outstanding seek: undone in time it was an attempt; with its end claimed and nothing undone, a violation. */
function settleSeek(draft: Draft, now: Point, leaving: boolean): void {
  const { fastForward } = draft.state;
  const pending = fastForward.seek;
  if (pending === null) return;
  if (leaving && pending.end !== null) {
    raiseSeek(draft, pending, now);
    return;
  }
  fastForward.seek = null;
  if (leaving) return;
  addFinding(draft, {
    rule: 'fast-forward',
    kind: 'seek-attempt',
    severity: 'hint',
    ...byLearnerOrUnknown(draft.state.facts.guard),
    span: spanOf(pending.from, now),
    claimed: pending.to.m,
    measured: pending.advancedMs,
    reason: fastForwardWords.seekAttempt(pending.from.m, pending.to.m),
    evidence: [refOf(pending.to), refOf(now)],
  });
}

/** See the file's comment. */
export const fastForward: Rule = {
  id: 'fast-forward',
  clock: observeClock,
  pageOpened,
  step: observeFastForward,
  // Credit waits for a forward seek to be taken back.
  holdsCredit: (state) => state.fastForward.seek !== null,
  sealing: closeFastForward,
};
