/**
 * Which media intervals count as class time (rules §1). A run is a stretch of continuous playing; over it, media may
 * run ahead of the clock by the slack and no more, and the slack refills at most once in its refill time, so that pausing
 * often gains nothing. What is not credited is not an accusation: the rules look at evidence by themselves.
 */
import { hasState, STATE } from '@zhenxue/protocol';
import type { Draft } from '../session/draft.ts';
import type { CreditState } from '../session/state.ts';
import { advancedAfter, type Step } from '../session/step.ts';
import { addInterval, overlap } from './interval-set.ts';

/** Intervals kept per sitting: someone who jumps about more than this earns nothing more by jumping. */
export const INTERVALS_MAX = 256;

/** Credit before anything was played. @param slackMs the first run's slack. */
export function initialCredit(slackMs: number): CreditState {
  return { set: [], ms: 0, played: [], runExcessMs: 0, runSlackMs: slackMs, refilledT: 0 };
}

/** Begins a new run at session time `t`: what the last run overdrew stays overdrawn until the refill. */
export function beginRun(draft: Draft, t: number): void {
  const { credit } = draft.state;
  const { slackMs, slackRefillMs } = draft.state.facts.pack.credit;
  if (t - credit.refilledT >= slackRefillMs) {
    credit.runSlackMs = slackMs;
    credit.refilledT = t;
  } else {
    credit.runSlackMs = Math.max(0, credit.runSlackMs - Math.max(0, credit.runExcessMs));
  }
  credit.runExcessMs = 0;
}

/** Notes where the media was seen playing, credited or not. */
export function notePlayed(draft: Draft, step: Step): void {
  const { credit } = draft.state;
  if (step.advancedMs === 0 || credit.played.length >= INTERVALS_MAX) return;
  credit.played = addInterval(credit.played, step.from.m, step.from.m + step.advancedMs);
}

/** What stands against crediting a step, besides the clock. */
export interface CreditLimits {
  /** Server time from which a required control is overdue; null = none is. */
  readonly overdueFrom: number | null;
  /** At most this much new credit, ms. */
  readonly creditMaxMs: number;
  /** A forward seek past the furthest covered point has not been taken back, or the client's clock is ahead. */
  readonly blocked: boolean;
}

/**
 * Credits what a step played, as far as clock and controls allow.
 * @returns the new credit, ms: parts watched before count once only.
 */
export function creditStep(draft: Draft, step: Step, limits: CreditLimits): number {
  const { credit, facts } = draft.state;
  if (!hasState(step.from.s, STATE.playing)) return 0;
  if (step.advancedMs === 0) {
    // A stall inside a run: the clock goes on, and catching up with it later is honest.
    credit.runExcessMs -= step.dt;
    return 0;
  }
  credit.runExcessMs += step.advancedMs - step.dt;
  if (limits.blocked || credit.runExcessMs > credit.runSlackMs || credit.set.length >= INTERVALS_MAX)
    return 0;
  const late = limits.overdueFrom === null ? 0 : advancedAfter(step, limits.overdueFrom);
  const from = step.from.m;
  const to = Math.min(from + step.advancedMs - late, facts.videoMs);
  if (to <= from) return 0;
  const fresh =
    to -
    from -
    overlap(facts.priorCovered, from, to) -
    overlap(credit.set, from, to) +
    twice(draft, from, to);
  if (fresh > limits.creditMaxMs) return creditPart(draft, from, limits.creditMaxMs);
  credit.set = addInterval(credit.set, from, to);
  credit.ms += Math.max(0, fresh);
  return Math.max(0, fresh);
}

/** What both the earlier sittings and this one cover of `[from, to)`: it was subtracted twice. */
function twice(draft: Draft, from: number, to: number): number {
  const { credit, facts } = draft.state;
  if (facts.priorCovered.length === 0) return 0;
  let both = 0;
  for (const [low, high] of facts.priorCovered) {
    const a = Math.max(low, from);
    const b = Math.min(high, to);
    if (b > a) both += overlap(credit.set, a, b);
  }
  return both;
}

/** Credits only the first `budgetMs` of a stretch. */
function creditPart(draft: Draft, from: number, budgetMs: number): number {
  const { credit, facts } = draft.state;
  if (budgetMs <= 0) return 0;
  const to = from + budgetMs;
  const fresh =
    to -
    from -
    overlap(facts.priorCovered, from, to) -
    overlap(credit.set, from, to) +
    twice(draft, from, to);
  credit.set = addInterval(credit.set, from, to);
  credit.ms += Math.max(0, fresh);
  return Math.max(0, fresh);
}
