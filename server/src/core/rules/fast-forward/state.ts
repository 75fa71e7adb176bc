import type { IntervalSet } from '../../credit/interval-set.ts';
import type { Point } from '../../session/state.ts';

/**
 * Prefixes of playing, oldest first, {@link PREFIX} numbers each: client time played so far, excess so far (media played minus
 * the honest maximum, thousandths of ms), then the sample it ends at (`t`, `m`, server time, place in the record). Flat,
 * because a live sitting keeps several and a server keeps many sittings.
 */
export type Prefixes = readonly number[];

/** Numbers per prefix. */
export const PREFIX = 6;

/** A stretch at a reported rate above 1. */
export interface RateStretch {
  readonly from: Point;
  /** Claimed rate, thousandths. */
  readonly claimed: number;
  readonly advancedMs: number;
  readonly finding: string | null;
}

/** A forward seek past the furthest covered point that has not been taken back. */
export interface PendingSeek {
  readonly from: Point;
  readonly to: Point;
  readonly advancedMs: number;
  /** The media element claimed its end afterwards. */
  readonly end: Point | null;
}

/** Memory of the `fast-forward` rule. */
export interface FastForwardState {
  /** Where the media was seen playing, credited or not, and the interval that is still growing. See `playedSet`. */
  played: IntervalSet;
  playedFrom: number;
  playedTo: number;
  /** Position at which the sitting began; null before the first page. What lies before was not skipped here. */
  startM: number | null;
  /** Playing so far in this page. */
  playedT: number;
  excess: number;
  /**
   * Of the samples that are a window of playing old the one with the lowest excess, the start of the steepest window; then
   * those younger than the window.
   */
  recent: Prefixes;
  /** The prefix with the highest excess since the lowest one, where a burst ended; empty = nothing was fast. */
  peak: Prefixes;
  /** The slope finding that is being extended. */
  slopeFinding: string | null;
  rate: RateStretch | null;
  seek: PendingSeek | null;
}
