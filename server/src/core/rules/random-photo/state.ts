import type { Point } from '../../session/state.ts';

/** A photo request that is not over. */
export interface OpenPhoto {
  readonly id: string;
  readonly issuedAt: number;
  readonly deliveredAt: number | null;
  /** The page says that it took the photo; its bytes are on the way. */
  readonly takenHash: string | null;
  readonly deadlineAt: number;
  readonly overdueSent: boolean;
  /** Media played past the deadline without any answer of the page. */
  readonly advancedFrom: Point | null;
  readonly advancedMs: number;
  /** The part of it that followed a sample taken past the deadline. */
  readonly playedOnMs: number;
}

/** One request as the timeline shows it; times in epoch ms. */
export interface PastPhoto {
  readonly id: string;
  readonly issuedAt: number;
  readonly storedAt: number | null;
}

/** Numbers per request in {@link PhotoState.past}. */
export const PAST_PHOTO = 3;

/** Memory of the `random-photo` rule. */
export interface PhotoState {
  /** Class hours of what is still to be learnt; where they lie follows from the facts (`hoursOf`). */
  readonly hourCount: number;
  /** Class hour under way, from 0, and its end in credited time. */
  hour: number;
  hourEndMs: number;
  /** Requests in this hour. */
  attempts: number;
  issued: number;
  /** Instants drawn so far: the index of the latest draw. */
  drawn: number;
  /** The last request after the lesson was complete has been made. */
  lastCall: boolean;
  /** Credited time at which the next request is due; null = none in this hour. */
  dueAtCreditedMs: number | null;
  open: OpenPhoto | null;
  /** Requests that are over, {@link PAST_PHOTO} numbers each: server times of issue and storing (-1 = none), and the class hour. */
  past: readonly number[];
}
