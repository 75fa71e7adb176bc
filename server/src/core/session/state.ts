/**
 * Everything that the engine remembers of one sitting. Bounded: what grows (findings, popups, class hours, intervals) has
 * a named limit. Parts are replaced, never shared between two states, except arrays and points, which are never changed in place.
 */
import type { EndReason, Finding } from '@zhenxue/protocol';
import type { IntervalSet } from '../credit/interval-set.ts';
import type { AnswerState } from '../rules/answer-pattern/state.ts';
import type { FastForwardState } from '../rules/fast-forward/state.ts';
import type { LivenessState } from '../rules/liveness-match/state.ts';
import type { MultiWindowState } from '../rules/multi-window/state.ts';
import type { PopupState } from '../rules/popup-interval/state.ts';
import type { PhotoState } from '../rules/random-photo/state.ts';
import type { SittingFacts } from './records.ts';

/**
 * Times called `…At` in here count in ms from the sitting's opening on the server's clock, `openedAt` itself excepted: small
 * integers weigh nothing where an epoch time weighs sixteen bytes. The entrances (`engine.ts`) and the exits (findings,
 * verdict, due times) translate.
 */

/** One sample on all clocks, with its place in the record. */
export interface Point {
  readonly t: number;
  readonly m: number;
  readonly s: number;
  /** Claimed rate, thousandths. */
  readonly r: number;
  /** Server time of the sample: never after the receipt, never before what the session clock allows. */
  readonly at: number;
  readonly seq: number;
  readonly index: number;
}

/** How session time is laid on the server's clock. */
export interface ClockState {
  /** First welcome: no `t` can be honest before it. Null until the client connected. */
  originAt: number | null;
  /** Smallest `at − t` seen: server time of `t = 0`. Null before the first batch. */
  offsetAt: number | null;
  /** The client's clock may be ahead by this much as drift: it rises by at most the slack per refill time. */
  aheadBaseMs: number;
  /** Furthest ahead so far, ms; never negative. */
  aheadMaxMs: number;
  /** Session time of the last refill. */
  refilledT: number;
  /** The last sample that was not ahead. */
  level: Point | null;
  /** The finding about a clock that is ahead. */
  finding: string | null;
}

/** Credit of the sitting (rules §1). */
export interface CreditState {
  /** Credited media intervals without the one that is still growing, and that one. See `creditedSet`. */
  set: IntervalSet;
  from: number;
  to: number;
  /** Their measure without what earlier sittings cover, ms. */
  ms: number;
  /** Server-time stretches (flat) in which something was credited here, and the one that is still growing. */
  takenAt: readonly number[];
  stretchFrom: number;
  stretchTo: number;
  /** Server-time stretches credited in other sittings of the same learner, as far as they may still matter. */
  elsewhere: IntervalSet;
  /** Media minus time over the present run of playing. */
  runExcessMs: number;
  /** How far the excess of this run may go. */
  runSlackMs: number;
  /** When the slack was last refilled (`t`). */
  refilledT: number;
}

/** State of one sitting between two records. */
export interface SessionState {
  readonly facts: SittingFacts;
  /** Epoch ms. */
  readonly openedAt: number;
  /** Server time of the last record. */
  at: number;
  build: string;
  /** Duration of the media as the page reports it, ms; 0 = not known. */
  mediaMs: number;
  last: Point | null;
  clock: ClockState;
  /** Since when the present connection is up; null while there is none. */
  upSince: number | null;
  /** Since when there is none; the opening counts. */
  downSince: number | null;
  credit: CreditState;
  fastForward: FastForwardState;
  /** Null while the page is in front and no other sitting was heard of. */
  multiWindow: MultiWindowState | null;
  popup: PopupState;
  photo: PhotoState;
  /** Null when the pack asks for none. */
  liveness: LivenessState | null;
  answers: AnswerState;
  findings: readonly Finding[];
  /** Bits of what is noted only once per sitting. */
  noted: number;
  /** Events that the client said it dropped: holes in the record are then no evidence. */
  gapEvents: number;
  ended: EndReason | null;
  /** Epoch ms. */
  endedAt: number | null;
}
