/**
 * Which media intervals count as class time (rules §1).
 *
 * A run is a stretch of continuous playing. Over it media may run ahead of client time by the slack and no more:
 * ΣΔm ≤ ΣΔt + slack. A step that breaks the bound earns nothing, and its excess stays. The slack refills at most once in its
 * refill time, also in the middle of a run (audio and system clocks drift apart over hours), so that pausing often gains
 * nothing. Nothing is credited while a required control is overdue, while the client's clock is ahead, or for server
 * time in which another sitting of the same learner was credited. What is not credited is not an accusation: the rules look
 * at evidence by themselves.
 */
import { hasState, STATE } from '@zhenxue/protocol';
import type { Draft } from '../session/draft.ts';
import type { CreditState, SessionState } from '../session/state.ts';
import { advancedAfter, type Step } from '../session/step.ts';
import {
  addInterval,
  bounded,
  flattened,
  type IntervalSet,
  NO_NUMBERS,
  NOTHING,
  overlap,
  unflattened,
} from './interval-set.ts';

/** Intervals kept per sitting: someone who jumps about more than this earns nothing more by jumping. */
export const INTERVALS_MAX = 256;

/** Stretches of server time kept; older ones are joined, which withholds more and never less. */
export const STRETCHES_MAX = 4;

/** Credit before anything was played. @param slackMs the first run's slack. */
export function initialCredit(slackMs: number): CreditState {
  return {
    set: NOTHING,
    from: 0,
    to: 0,
    ms: 0,
    takenAt: NO_NUMBERS,
    stretchFrom: 0,
    stretchTo: 0,
    elsewhere: NOTHING,
    runExcessMs: 0,
    runSlackMs: slackMs,
    refilledT: 0,
  };
}

/** Begins a new run at session time `t`: what the last run overdrew stays overdrawn until the refill. */
export function beginRun(draft: Draft, t: number): void {
  const { credit } = draft.state;
  if (!refill(draft, t)) credit.runSlackMs = Math.max(0, credit.runSlackMs - Math.max(0, credit.runExcessMs));
  credit.runExcessMs = 0;
}

function refill(draft: Draft, t: number): boolean {
  const { credit } = draft.state;
  const { slackMs, slackRefillMs } = draft.state.facts.pack.credit;
  if (t - credit.refilledT < slackRefillMs) return false;
  credit.runSlackMs = slackMs;
  credit.refilledT = t;
  if (credit.runExcessMs > 0) credit.runExcessMs = 0;
  return true;
}

/**
 * Credits what a step played, as far as clock and controls allow; parts watched before count once only.
 * @param overdueFrom server time from which a required control is overdue.
 * @param creditMaxMs at most this much new credit; 0 while a forward seek is outstanding, the client's clock is ahead, or a
 * control must be met first.
 */
export function creditStep(draft: Draft, step: Step, overdueFrom: number, creditMaxMs: number): void {
  const { credit, facts } = draft.state;
  if (!hasState(step.from.s, STATE.playing)) return;
  refill(draft, step.to.t);
  // A stall inside a run: the clock goes on, and catching up with it later is honest.
  credit.runExcessMs += step.advancedMs - step.dt;
  if (step.advancedMs === 0 || creditMaxMs <= 0 || credit.runExcessMs > credit.runSlackMs) return;
  if (credit.elsewhere.length > 0 && overlap(credit.elsewhere, step.from.at, step.to.at) > 0) return;
  const late = advancedAfter(step, overdueFrom);
  const from = step.from.m;
  const to = Math.min(from + step.advancedMs - late, facts.videoMs);
  if (to <= from) return;
  const fresh = freshIn(draft.state, from, to);
  if (fresh > creditMaxMs) {
    const end = from + creditMaxMs;
    take(draft, step, from, end, freshIn(draft.state, from, end));
  } else take(draft, step, from, to, fresh);
}

/** How much of `[from, to)` neither this sitting nor an earlier one has, ms. */
function freshIn(state: SessionState, from: number, to: number): number {
  const { credit, facts } = state;
  const own = ownIn(credit, from, to);
  if (facts.priorCovered.length === 0) return to - from - own;
  let both = 0;
  for (const [low, high] of facts.priorCovered)
    both += ownIn(credit, Math.max(low, from), Math.min(high, to));
  return to - from - own - overlap(facts.priorCovered, from, to) + both;
}

function take(draft: Draft, step: Step, from: number, to: number, fresh: number): void {
  const { credit } = draft.state;
  if (!include(draft.state, from, to)) return;
  credit.ms += fresh;
  if (step.from.at < credit.stretchFrom || step.from.at > credit.stretchTo) {
    credit.takenAt = flattened(bounded(creditedStretches(draft.state), STRETCHES_MAX));
    credit.stretchFrom = step.from.at;
    credit.stretchTo = step.to.at;
  } else if (step.to.at > credit.stretchTo) credit.stretchTo = step.to.at;
}

/** Adds `[from, to)` to the credited set. @returns false when that changes nothing, or there is no room for one more. */
function include(state: SessionState, from: number, to: number): boolean {
  const { credit } = state;
  // Nearly always the newest interval grows a little.
  if (from >= credit.from && from <= credit.to && overlap(credit.set, credit.to, to) === 0) {
    if (to <= credit.to) return false;
    credit.to = to;
    return true;
  }
  if (ownIn(credit, from, to) === to - from) return false;
  const all = addInterval(creditedSet(state), from, to);
  const newest = all.find((interval) => interval[0] <= from && to <= interval[1]);
  if (newest === undefined || all.length > INTERVALS_MAX) return false;
  credit.set = all.length === 1 ? NOTHING : all.filter((interval) => interval !== newest);
  [credit.from, credit.to] = newest;
  return true;
}

/** How much of `[low, high)` this sitting has, ms. */
function ownIn({ set, from, to }: CreditState, low: number, high: number): number {
  return overlap(set, low, high) + Math.max(0, Math.min(to, high) - Math.max(from, low));
}

/** Credited media intervals. */
export function creditedSet({ credit }: SessionState): IntervalSet {
  return addInterval(credit.set, credit.from, credit.to);
}

/** Server-time stretches credited in this sitting, from its opening on. */
export function creditedStretches(state: SessionState): IntervalSet {
  const { takenAt, stretchFrom, stretchTo } = state.credit;
  return addInterval(unflattened(takenAt), stretchFrom, stretchTo);
}

/** The same in epoch ms: the learner's other sittings may not have them too (rules §1). */
export function creditedAt(state: SessionState): IntervalSet {
  const { openedAt } = state;
  return creditedStretches(state).map(([from, to]) => [openedAt + from, openedAt + to]);
}

/** Notes a stretch of server time that another sitting of the learner was credited for. What has passed is forgotten. */
export function noteElsewhere(draft: Draft, from: number, to: number): void {
  const { credit, last } = draft.state;
  const passed = last?.at ?? Number.NEGATIVE_INFINITY;
  const kept = credit.elsewhere.filter((stretch) => stretch[1] > passed);
  credit.elsewhere = bounded(addInterval(kept, from, to), STRETCHES_MAX);
}
