import type { IntervalSet } from '../../credit/interval-set.ts';
import type { Point } from '../../session/state.ts';

/** A stretch in which the page was not in front. */
export interface Away {
  readonly from: Point;
  readonly advancedMs: number;
  /** The part of it that followed a sample taken at the end of the grace or later: the page was alive and let it play on. */
  readonly playedOnMs: number;
  readonly finding: string | null;
}

/** Another live sitting of the same learner. */
export interface SecondSitting {
  /** Server-time stretches in which media advanced there, as far as they may still matter. */
  readonly stretches: IntervalSet;
  /** Server-time stretches in which media advanced here, newest, since another sitting was heard of. */
  readonly here: IntervalSet;
  /** Server time in which media advanced in both, ms. */
  readonly sharedMs: number;
  readonly from: Point | null;
  readonly finding: string | null;
}

/** Memory of the `multi-window` rule: one stretch per way of being away. */
export interface MultiWindowState {
  hidden: Away | null;
  unfocused: Away | null;
  pip: Away | null;
  /** Null until another sitting was heard of. */
  second: SecondSitting | null;
}

/** In front, and no other sitting. */
export function nothingKnown(): MultiWindowState {
  return { hidden: null, unfocused: null, pip: null, second: null };
}
