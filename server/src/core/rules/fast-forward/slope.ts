/**
 * The measured slope. Over all windows of at least `slopeWindowMs` of playing, is there one whose media advance exceeds
 * `slopeMax` times its client time? With T the time played and X = 1000·media − slopeMax·T, that is: is some earlier
 * sample, at least a window of playing older than this one, lower in X? So the lowest old X and the few samples younger
 * than a window are all that is remembered. Windows begin at samples at least a {@link RECENT_MAX}th of the window apart.
 */
import { BATCH_EVENTS_MAX } from '@zhenxue/protocol';
import { NO_NUMBERS } from '../../credit/interval-set.ts';
import { addFinding, type Draft, extendFinding, type Growth, refOf, spanOf } from '../../session/draft.ts';
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
  fastForward.recent = NO_NUMBERS;
  fastForward.peak = NO_NUMBERS;
  draft.ownRecent = false;
  fastForward.playedT = 0;
  fastForward.excess = 0;
  fastForward.slopeFinding = null;
}

/** Takes one step in. Only playing counts: pauses and jumps leave the measure where it is. */
export function observeSlope(draft: Draft, step: Step): void {
  if (step.advancedMs === 0) return;
  const { fastForward, facts } = draft.state;
  const { slopeMaxPermille, slopeWindowMs } = facts.pack.fastForward;
  if (fastForward.recent.length === 0) append(draft, step.from);
  const gain = 1_000 * step.advancedMs - slopeMaxPermille * step.dt;
  fastForward.playedT += step.dt;
  fastForward.excess += gain;
  if (gain >= 0) notePeak(fastForward, step.to);
  if (fastForward.slopeFinding !== null) {
    if (gain > 0) extend(draft, step);
    else resetSlope(draft);
    return;
  }
  const { recent, playedT } = fastForward;
  const lowest = lowestOld(recent, playedT - slopeWindowMs);
  if (lowest >= 0 && fastForward.excess > (recent[lowest + 1] ?? 0)) raise(draft, step);
  const newest = recent[recent.length - PREFIX];
  const apart = newest === undefined || playedT - newest >= slopeWindowMs / RECENT_MAX;
  const young = lowest < 0 ? 0 : oldEnd(recent, playedT - slopeWindowMs);
  if (young > PREFIX) age(draft, lowest, young, apart ? step.to : null);
  else if (apart) append(draft, step.to);
}

/** Remembers where the excess was highest since it was lowest: what was fast ended there. Kept apart from the thinned samples. */
function notePeak(state: FastForwardState, point: Point): void {
  const { recent, peak, excess } = state;
  const low = recent[lowestOld(recent, Number.POSITIVE_INFINITY)] ?? 0;
  if (peak.length === 0 || (peak[0] ?? 0) <= low || excess >= (peak[1] ?? 0))
    state.peak = prefixOf(state, point);
}

/** Where the prefix with the lowest excess of those up to `playedT` begins, the newest of equals; -1 = none is that old. */
function lowestOld(recent: Prefixes, playedT: number): number {
  let best = -1;
  let bestExcess = 0;
  for (let i = 0; i < recent.length; i += PREFIX) {
    if ((recent[i] ?? 0) > playedT) break;
    const excess = recent[i + 1] ?? 0;
    if (best >= 0 && excess > bestExcess) continue;
    best = i;
    bestExcess = excess;
  }
  return best;
}

/** Where the prefixes younger than `playedT` begin. */
function oldEnd(recent: Prefixes, playedT: number): number {
  let i = 0;
  while (i < recent.length && (recent[i] ?? 0) <= playedT) i += PREFIX;
  return i;
}
/** Appends a sample. */
function append(draft: Draft, point: Point): void {
  const { fastForward } = draft.state;
  // `concat` makes an array of exactly the right size; `push` would keep room that nobody uses.
  fastForward.recent = fastForward.recent.concat(prefixOf(fastForward, point));
  draft.ownRecent = true;
}

function prefixOf({ playedT, excess }: FastForwardState, point: Point): number[] {
  return [playedT, excess, point.t, point.m, point.at, placeOf(point)];
}

/** Place of a sample in the record as one number. */
function placeOf(point: Point): number {
  return point.seq * BATCH_EVENTS_MAX + point.index;
}

/** Of the samples before `young` keeps the one at `lowest`; then comes the newest. */
function age(draft: Draft, lowest: number, young: number, newest: Point | null): void {
  const { fastForward } = draft.state;
  const gone = young - PREFIX;
  if (gone !== PREFIX || newest === null || !draft.ownRecent) {
    const { recent } = fastForward;
    const kept = recent.slice(gone);
    for (let i = 0; i < PREFIX; i += 1) kept[i] = recent[lowest + i] ?? 0;
    fastForward.recent = newest === null ? kept : kept.concat(prefixOf(fastForward, newest));
    draft.ownRecent = true;
    return;
  }
  // Nearly always one goes and one comes: the rest moves up in an array of the same size.
  const recent = fastForward.recent as number[];
  if (lowest > 0) for (let i = 0; i < PREFIX; i += 1) recent[i] = recent[lowest + i] ?? 0;
  const end = recent.length - PREFIX;
  for (let i = PREFIX; i < end; i += 1) recent[i] = recent[i + PREFIX] ?? 0;
  recent[end] = fastForward.playedT;
  recent[end + 1] = fastForward.excess;
  recent[end + 2] = newest.t;
  recent[end + 3] = newest.m;
  recent[end + 4] = newest.at;
  recent[end + 5] = placeOf(newest);
}

/** The window proves the violation; inside it, the fast stretch itself begins where the excess was lowest. */
function raise(draft: Draft, step: Step): void {
  const { fastForward, facts } = draft.state;
  const { from, ...figures } = measured(draft, step);
  fastForward.slopeFinding = addFinding(draft, {
    rule: 'fast-forward',
    kind: 'slope-measured',
    severity: 'violation',
    ...byLearnerOrUnknown(facts.guard),
    ...figures,
    evidence: [refOf(from), refOf(step.to)],
  });
}

/** The fast stretch still goes on: what was remembered when it was found stays, so it is measured from the same beginning. */
function extend(draft: Draft, step: Step): void {
  const id = draft.state.fastForward.slopeFinding;
  if (id === null) return;
  const { from: _from, ...figures } = measured(draft, step);
  extendFinding(draft, id, { ...figures, evidence: [refOf(step.to)] });
}

/**
 * What the window proves: its speed in thousandths from where the excess was lowest up to now, and how it is told. The span ends
 * where the playing was fast for the last time: a burst is over long before the window that holds it.
 */
function measured(draft: Draft, step: Step): { readonly from: Point } & Omit<Growth, 'evidence'> {
  const { fastForward, facts } = draft.state;
  const start = lowestOld(fastForward.recent, Number.POSITIVE_INFINITY);
  const { recent } = fastForward;
  const from = pointOf(recent, start);
  const playedMs = Math.max(1, fastForward.playedT - (recent[start] ?? 0));
  const excess = fastForward.excess - (recent[start + 1] ?? 0);
  const slope = Math.round(excess / playedMs + facts.pack.fastForward.slopeMaxPermille);
  const { peak } = fastForward;
  const over = (peak[0] ?? 0) > (recent[start] ?? 0) && (peak[1] ?? 0) > fastForward.excess;
  return {
    from,
    span: spanOf(from, over ? pointOf(peak, 0) : step.to),
    claimed: step.from.r,
    measured: slope,
    reason: fastForwardWords.slopeMeasured(slope, playedMs),
  };
}

function pointOf(recent: Prefixes, start: number): Point {
  const [, , t = 0, m = 0, at = 0, place = 0] = recent.slice(start, start + PREFIX);
  const index = place % BATCH_EVENTS_MAX;
  return { t, m, s: 0, r: 1_000, at, seq: (place - index) / BATCH_EVENTS_MAX, index };
}
