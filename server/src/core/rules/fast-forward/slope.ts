/**
 * The measured slope. Over all windows of at least `slopeWindowMs` of playing, is there one whose media advance exceeds
 * `slopeMax` times its client time? With T the time played and X = 1000·media − slopeMax·T, that is: is some earlier
 * sample, at least a window of playing older than this one, lower in X? So the lowest old X and the few samples younger
 * than a window are all that is remembered, and every window is looked at.
 */
import { addFinding, type Draft, extendFinding, refOf, spanOf } from '../../session/draft.ts';
import type { Step } from '../../session/step.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
import type { FastForwardState, Prefix } from './state.ts';
import { fastForwardWords } from './words.ts';

/** Samples younger than a window kept apart; closer ones are thinned out, which moves a window's start by less than this share of it. */
const RECENT_MAX = 32;

/** Forgets what was measured: the next sample starts afresh. */
export function resetSlope(draft: Draft): void {
  const { fastForward } = draft.state;
  fastForward.recent = [];
  fastForward.lowest = null;
  fastForward.playedT = 0;
  fastForward.excess = 0;
  fastForward.slopeFinding = null;
}

/** Takes one step in. Only playing counts: pauses and jumps leave the measure where it is. */
export function observeSlope(draft: Draft, step: Step): void {
  const { fastForward, facts } = draft.state;
  const { slopeMaxPermille, slopeWindowMs } = facts.pack.fastForward;
  if (step.advancedMs === 0) return;
  if (fastForward.recent.length === 0 && fastForward.lowest === null) {
    fastForward.recent = [{ playedT: fastForward.playedT, excess: fastForward.excess, point: step.from }];
  }
  const gain = 1_000 * step.advancedMs - slopeMaxPermille * step.dt;
  fastForward.playedT += step.dt;
  fastForward.excess += gain;
  if (fastForward.slopeFinding !== null) {
    if (gain > 0) extend(draft, step);
    else resetSlope(draft);
    return;
  }
  ageRecent(fastForward, slopeWindowMs);
  const start = fastForward.lowest;
  if (start !== null && fastForward.excess > start.excess) raise(draft, start, step);
  remember(fastForward, step, slopeWindowMs);
}

/** Moves samples that are a window of playing old over to the lowest. */
function ageRecent(state: FastForwardState, windowMs: number): void {
  let index = 0;
  let lowest = state.lowest;
  for (; index < state.recent.length; index += 1) {
    const prefix = state.recent[index];
    if (prefix === undefined || state.playedT - prefix.playedT < windowMs) break;
    if (lowest === null || prefix.excess <= lowest.excess) lowest = prefix;
  }
  if (index > 0) state.recent = state.recent.slice(index);
  state.lowest = lowest;
}

function remember(state: FastForwardState, step: Step, windowMs: number): void {
  const newest = state.recent[state.recent.length - 1];
  const spacing = windowMs / RECENT_MAX;
  if (newest !== undefined && state.playedT - newest.playedT < spacing) return;
  const prefix: Prefix = { playedT: state.playedT, excess: state.excess, point: step.to };
  state.recent = [...state.recent, prefix];
}

/**
 * The window proves the violation; inside it, the fast stretch itself begins where the excess was lowest.
 */
function raise(draft: Draft, window: Prefix, step: Step): void {
  const { fastForward, facts } = draft.state;
  const start = fastForward.recent.reduce(
    (low, prefix) => (prefix.excess <= low.excess ? prefix : low),
    window,
  );
  const playedMs = fastForward.playedT - start.playedT;
  const slope = slopeSince(fastForward, start, facts.pack.fastForward.slopeMaxPermille);
  fastForward.slopeFinding = addFinding(draft, {
    rule: 'fast-forward',
    kind: 'slope-measured',
    severity: 'violation',
    ...byLearnerOrUnknown(facts.guard),
    span: spanOf(start.point, step.to),
    claimed: step.from.r,
    measured: slope,
    reason: fastForwardWords.slopeMeasured(slope, playedMs),
    evidence: [refOf(start.point), refOf(step.to)],
  });
}

function extend(draft: Draft, step: Step): void {
  const id = draft.state.fastForward.slopeFinding;
  if (id !== null) extendFinding(draft, id, spanOf(step.from, step.to), [refOf(step.to)], null);
}

/** Media over time since a sample, in thousandths. */
function slopeSince(state: FastForwardState, start: Prefix, slopeMaxPermille: number): number {
  const playedMs = Math.max(1, state.playedT - start.playedT);
  return Math.round((state.excess - start.excess) / playedMs + slopeMaxPermille);
}
