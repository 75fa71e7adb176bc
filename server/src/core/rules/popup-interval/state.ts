import type { PopupChallenge, PopupCoverage } from '@zhenxue/protocol';
import type { Point } from '../../session/state.ts';

/** A popup that was issued and not yet answered. */
export interface OpenPopup {
  readonly id: string;
  readonly challenge: PopupChallenge;
  readonly atCreditedMs: number;
  readonly issuedAt: number;
  /** When the client confirmed it; null = not yet. */
  readonly deliveredAt: number | null;
  readonly shownAt: number | null;
  /** Server time from which credit stops. */
  readonly deadlineAt: number;
  /** The client was told that it is overdue. */
  readonly overdueSent: boolean;
  /** Where media first advanced past the deadline, and how far it did since. */
  readonly advancedFrom: Point | null;
  readonly advancedMs: number;
  readonly finding: string | null;
}

/** Memory of the `popup-interval` rule. */
export interface PopupState {
  /** Popups issued so far. */
  issued: number;
  open: OpenPopup | null;
  /** Credited time of the sitting at which the next popup is due. */
  dueAtCreditedMs: number;
  /** Credited time at the last answered popup, or 0. */
  answeredAtCreditedMs: number;
  /** All popups that are over. */
  past: readonly PopupCoverage[];
}
