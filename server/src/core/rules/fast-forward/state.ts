import type { Point } from '../../session/state.ts';

/** A prefix of playing: client time and media played so far, with the sample it ends at. */
export interface Prefix {
  readonly playedT: number;
  /** Media played minus the honest maximum for `playedT`, in thousandths of ms: its growth over a window is the evidence. */
  readonly excess: number;
  readonly point: Point;
}

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
  /** Playing so far in this page. */
  playedT: number;
  excess: number;
  /** Samples younger than the window, oldest first. */
  recent: readonly Prefix[];
  /** The lowest excess among samples older than the window: the start of the steepest window. */
  lowest: Prefix | null;
  /** The slope finding that is being extended. */
  slopeFinding: string | null;
  rate: RateStretch | null;
  seek: PendingSeek | null;
  seekFinding: string | null;
  clockFinding: string | null;
}
