import type { PopupChallenge } from '@zhenxue/protocol';
import type { Point } from '../../session/state.ts';

/** What a popup asks, with what only the server knows of it. */
export type PopupQuestion =
  | Exclude<PopupChallenge, { type: 'code' }>
  | {
      readonly type: 'code';
      readonly code: string;
      /** How the code is drawn. */
      readonly look: number;
      readonly a: number;
      readonly b: number;
    };

/** A popup that was issued and not yet answered. */
export interface OpenPopup {
  readonly id: string;
  readonly challenge: PopupQuestion;
  readonly atCreditedMs: number;
  readonly issuedAt: number;
  /** When the client confirmed it; null = not yet. */
  readonly deliveredAt: number | null;
  readonly shownAt: number | null;
  /** Server time from which credit stops. */
  readonly deadlineAt: number;
  /** The client was told that it is overdue. */
  readonly overdueSent: boolean;
  /** Wrong answers so far: each is told under an id of its own, because a client shows an id only once. */
  readonly wrong: number;
  /** Where media first advanced past the deadline, and how far it did since. */
  readonly advancedFrom: Point | null;
  readonly advancedMs: number;
  /** The part of it that followed a sample taken past the deadline: the page was alive and let it play on. */
  readonly playedOnMs: number;
  readonly finding: string | null;
}

/** Memory of the `popup-interval` rule. */
export interface PopupState {
  /** Popups issued so far. */
  issued: number;
  open: OpenPopup | null;
  /** Credited time at which the next one is due. */
  dueAtCreditedMs: number;
  /** Credited time at the last answered popup, or 0. */
  answeredAtCreditedMs: number;
  /** All popups that are over, as `past.ts` packs them: a long sitting has hundreds. */
  past: readonly number[];
}
