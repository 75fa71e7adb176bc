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
import { type Draft, OWN } from '../session/draft.ts';
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
  const own = overlap(credit.set, from, to);
  if (facts.priorCovered.length === 0) return to - from - own;
  let both = 0;
  for (const [low, high] of facts.priorCovered)
    both += overlap(credit.set, Math.max(low, from), Math.min(high, to));
  return to - from - own - overlap(facts.priorCovered, from, to) + both;
}

function take(draft: Draft, step: Step, from: number, to: number, fresh: number): void {
  const { credit } = draft.state;
  if (!include(draft, from, to)) return;
  credit.ms += fresh;
  if (step.from.at < credit.stretchFrom || step.from.at > credit.stretchTo) {
    credit.takenAt = flattened(bounded(creditedStretches(draft.state), STRETCHES_MAX));
    credit.stretchFrom = step.from.at;
    credit.stretchTo = step.to.at;
  } else if (step.to.at > credit.stretchTo) credit.stretchTo = step.to.at;
}

/** Adds `[from, to)` to the credited set. @returns false when that changes nothing, or there is no room for one more. */
function include(draft: Draft, from: number, to: number): boolean {
  const { credit } = draft.state;
  const newest = credit.set[credit.set.length - 1];
  if ((draft.own & OWN.credited) !== 0 && newest !== undefined && from >= newest[0] && from <= newest[1]) {
    if (to <= newest[1]) return false;
    (newest as [number, number])[1] = to;
    return true;
  }
  const set = addInterval(credit.set, from, to);
  if (set === credit.set || set.length > INTERVALS_MAX) return false;
  // Only what grew or was added is new; older intervals may be shared with the state before.
  const last = set[set.length - 1];
  draft.own = last !== undefined && last !== newest ? draft.own | OWN.credited : draft.own & ~OWN.credited;
  credit.set = set;
  return true;
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
