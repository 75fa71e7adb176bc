/**
 * `fast-forward` (rules §2; item 20(3): fast-forward playback).
 *
 * Violations, each on positive evidence: a reported rate above 1 with media advancing; a measured slope above the maximum
 * over the window; media playing on (or claiming its end) after a forward seek past the furthest covered point; an end
 * claimed away from the video's end; a client clock ahead of the server's.
 *
 * Honest look-alikes that stay valid: a speed extension sitting at 1×, stalls and catch-up (a stall lowers the slope of every
 * window that holds it, and a window may begin after it), rewinding, re-watching, slow playback, sleep (client time
 * falls behind, never ahead), and attempts that the SDK undid within its time (kept as hints).
 *
 * Attribution: the learner's, unless the platform asked the guard only to observe; one sitting alone can then not tell.
 */
import { type EndedEvent, hasState, type LearningEvent, STATE } from '@zhenxue/protocol';
import { furthest } from '../../credit/interval-set.ts';
import { addFinding, type Draft, extendFinding, refOf, spanOf } from '../../session/draft.ts';
import type { Point, SessionState } from '../../session/state.ts';
import type { Step } from '../../session/step.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
import { closeRate, observeRate } from './rate.ts';
import { observeSlope, resetSlope } from './slope.ts';
import type { FastForwardState } from './state.ts';
import { fastForwardWords } from './words.ts';

/** Memory before anything was played. */
export function initialFastForward(): FastForwardState {
  return {
    playedT: 0,
    excess: 0,
    recent: [],
    lowest: null,
    slopeFinding: null,
    rate: null,
    seek: null,
    seekFinding: null,
    clockFinding: null,
  };
}

/** Whether credit waits for a forward seek to be taken back. */
export function seekBlocksCredit(state: FastForwardState): boolean {
  return state.seek !== null;
}

/** The furthest media position reached by playing, in this sitting or in earlier ones, ms. Seeking up to here is allowed. */
export function furthestReached(state: SessionState): number {
  return Math.max(furthest(state.credit.played), furthest(state.facts.priorCovered));
}

/** A new page was opened: measurements start afresh, an outstanding seek is judged first. */
export function pageOpened(draft: Draft, point: Point): void {
  settleSeek(draft, point, true);
  closeRate(draft, point);
  resetSlope(draft);
}

/** Looks at one step of the sitting, before it is credited. */
export function observeFastForward(draft: Draft, step: Step, event: LearningEvent): void {
  observeRate(draft, step);
  observeSlope(draft, step);
  observeSeek(draft, step);
  if (event.e === 'ended') observeEnded(draft, event, step.to);
}

/**
 * Compares the client's clock with the server's (rules §2: a sped-up clock).
 * @returns whether it is ahead, in which case nothing is credited (rules §1).
 */
export function observeClock(draft: Draft, point: Point, receivedAt: number): boolean {
  const { clock, fastForward, facts } = draft.state;
  if (clock.originAt === null) return false;
  const aheadMs = point.t - (receivedAt - clock.originAt);
  if (aheadMs <= facts.pack.credit.slackMs) return false;
  const span = { ...spanOf(point, point), fromAt: clock.originAt, fromT: 0, toAt: receivedAt };
  if (fastForward.clockFinding !== null) {
    extendFinding(draft, fastForward.clockFinding, span, [refOf(point)], aheadMs);
    return true;
  }
  fastForward.clockFinding = addFinding(draft, {
    rule: 'fast-forward',
    kind: 'clock-ahead',
    severity: 'violation',
    ...byLearnerOrUnknown(facts.guard),
    span,
    claimed: point.t,
    measured: aheadMs,
    reason: fastForwardWords.clockAhead(aheadMs),
    evidence: [refOf(point)],
  });
  return true;
}

/** The sitting is being sealed: an outstanding seek is judged as it stands. */
export function closeFastForward(draft: Draft): void {
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
    fastForward.seekFinding = null;
  }
}

function observeEnded(draft: Draft, event: EndedEvent, point: Point): void {
  const { fastForward, facts } = draft.state;
  if (fastForward.seek !== null) {
    fastForward.seek = { ...fastForward.seek, end: fastForward.seek.end ?? point };
    return;
  }
  const genuine =
    hasState(event.s, STATE.ended) || event.m >= facts.videoMs - facts.pack.fastForward.seekSlackMs;
  if (genuine) return;
  addFinding(draft, {
    rule: 'fast-forward',
    kind: 'end-claimed',
    severity: 'violation',
    ...byLearnerOrUnknown(facts.guard),
    span: spanOf(point, point),
    claimed: facts.videoMs,
    measured: event.m,
    reason: fastForwardWords.endClaimed(event.m, facts.videoMs),
    evidence: [refOf(point)],
  });
}

/** Media played on after the seek, or its end was claimed: a violation; from here on it is ordinary playing again. */
function raiseSeek(draft: Draft, pending: NonNullable<FastForwardState['seek']>, now: Point): void {
  const { fastForward, facts } = draft.state;
  const ended = pending.end !== null;
  fastForward.seekFinding = addFinding(draft, {
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
