/**
 * The measured slope. Over all windows of at least `slopeWindowMs` of playing, is there one whose media advance exceeds
 * `slopeMax` times its client time? With T the time played and X = 1000·media − slopeMax·T, that is: is some earlier
 * sample, at least a window of playing older than this one, lower in X? So the lowest old X and the few samples younger
 * than a window are all that is remembered. Windows begin at samples at least a {@link RECENT_MAX}th of the window apart.
 */
import { addFinding, type Draft, extendFinding, OWN, refOf, spanOf } from '../../session/draft.ts';
import type { Point } from '../../session/state.ts';
import type { Step } from '../../session/step.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
import { type FastForwardState, PREFIX, type Prefixes } from './state.ts';
import { fastForwardWords } from './words.ts';

/** Samples younger than a window kept apart; closer ones are thinned out, which moves a window's start by less than this share of it. */
const RECENT_MAX = 32;

/** Forgets what was measured: the next sample starts afresh. */
export function resetSlope(draft: Draft): void {
  const { fastForward } = draft.state;
  fastForward.recent = [];
  draft.own &= ~OWN.recent;
  fastForward.lowest = [];
  fastForward.playedT = 0;
  fastForward.excess = 0;
  fastForward.slopeFinding = null;
}

/** Takes one step in. Only playing counts: pauses and jumps leave the measure where it is. */
export function observeSlope(draft: Draft, step: Step): void {
  const { fastForward, facts } = draft.state;
  const { slopeMaxPermille, slopeWindowMs } = facts.pack.fastForward;
  if (step.advancedMs === 0) return;
  if (fastForward.recent.length === 0 && fastForward.lowest.length === 0) remember(draft, step.from, 0);
  const gain = 1_000 * step.advancedMs - slopeMaxPermille * step.dt;
  fastForward.playedT += step.dt;
  fastForward.excess += gain;
  if (fastForward.slopeFinding !== null) {
    if (gain > 0) extend(draft, step);
    else resetSlope(draft);
    return;
  }
  const young = ageRecent(fastForward, slopeWindowMs);
  const lowest = fastForward.lowest[1];
  if (lowest !== undefined && fastForward.excess > lowest) raise(draft, step);
  const newest = fastForward.recent[fastForward.recent.length - PREFIX];
  const apart = newest === undefined || fastForward.playedT - newest >= slopeWindowMs / RECENT_MAX;
  if (apart) remember(draft, step.to, young);
  else if (young > 0) forget(draft, young);
}

/** Moves samples that are a window of playing old over to the lowest. @returns where the younger ones begin. */
function ageRecent(state: FastForwardState, windowMs: number): number {
  const { recent, playedT } = state;
  let index = 0;
  let best = -1;
  let bestExcess = state.lowest[1] ?? Number.POSITIVE_INFINITY;
  for (; index < recent.length; index += PREFIX) {
    if (playedT - (recent[index] ?? 0) < windowMs) break;
    const excess = recent[index + 1] ?? 0;
    if (excess > bestExcess) continue;
    best = index;
    bestExcess = excess;
  }
  if (best >= 0) state.lowest = recent.slice(best, best + PREFIX);
  return index;
}

/** Appends a sample and drops those before `young`. */
function remember(draft: Draft, point: Point, young: number): void {
  const { fastForward } = draft.state;
  const { playedT, excess } = fastForward;
  if (young < PREFIX) {
    // `concat` and `slice` make arrays of exactly the right size; `push` would keep room that nobody uses.
    const added = [playedT, excess, point.t, point.m, point.at, point.seq, point.index];
    fastForward.recent = fastForward.recent.concat(added);
    draft.own |= OWN.recent;
    return;
  }
  // Nearly always one goes and one comes: the rest moves up in an array of the same size.
  if (young > PREFIX || (draft.own & OWN.recent) === 0) forget(draft, young - PREFIX);
  const recent = fastForward.recent as number[];
  const end = recent.length - PREFIX;
  for (let i = 0; i < end; i += 1) recent[i] = recent[i + PREFIX] ?? 0;
  recent[end] = playedT;
  recent[end + 1] = excess;
  recent[end + 2] = point.t;
  recent[end + 3] = point.m;
  recent[end + 4] = point.at;
  recent[end + 5] = point.seq;
  recent[end + 6] = point.index;
}

/** Drops the samples before `young`, in an array of this draft's own. */
function forget(draft: Draft, young: number): void {
  const { fastForward } = draft.state;
  fastForward.recent = fastForward.recent.slice(young);
  draft.own |= OWN.recent;
}

/** The window proves the violation; inside it, the fast stretch itself begins where the excess was lowest. */
function raise(draft: Draft, step: Step): void {
  const { fastForward, facts } = draft.state;
  const start = lowestOf(fastForward);
  const from = pointOf(start);
  const playedMs = Math.max(1, fastForward.playedT - (start[0] ?? 0));
  const excess = fastForward.excess - (start[1] ?? 0);
  const slope = Math.round(excess / playedMs + facts.pack.fastForward.slopeMaxPermille);
  fastForward.slopeFinding = addFinding(draft, {
    rule: 'fast-forward',
    kind: 'slope-measured',
    severity: 'violation',
    ...byLearnerOrUnknown(facts.guard),
    span: spanOf(from, step.to),
    claimed: step.from.r,
    measured: slope,
    reason: fastForwardWords.slopeMeasured(slope, playedMs),
    evidence: [refOf(from), refOf(step.to)],
  });
}

/** The prefix with the lowest excess of all that are remembered, the newest of equals. */
function lowestOf(state: FastForwardState): Prefixes {
  const { recent } = state;
  let low = state.lowest;
  for (let i = 0; i < recent.length; i += PREFIX) {
    if ((recent[i + 1] ?? 0) <= (low[1] ?? Number.POSITIVE_INFINITY)) low = recent.slice(i, i + PREFIX);
  }
  return low;
}

function pointOf(prefix: Prefixes): Point {
  const [, , t = 0, m = 0, at = 0, seq = 0, index = 0] = prefix;
  return { t, m, s: 0, r: 1_000, at, seq, index };
}

function extend(draft: Draft, step: Step): void {
  const id = draft.state.fastForward.slopeFinding;
  if (id !== null) extendFinding(draft, id, spanOf(step.from, step.to), [refOf(step.to)], null);
}
