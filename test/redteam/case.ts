import type { FindingKind, RuleId } from '@zhenxue/protocol';
import type { Seat, SeatOptions, Stage } from './stage.ts';

/** When the cheat really happened, epoch ms; null where the finding is about a moment that the case does not know. */
export interface Truth {
  readonly from: number | null;
  readonly to: number | null;
}

/** What must be found. */
export interface Expected {
  readonly rule: RuleId;
  readonly kinds: readonly FindingKind[];
  readonly severity: 'violation' | 'hint' | 'gap';
  /** The finding must hold a claimed and a measured value. */
  readonly both?: boolean;
  /** The words that a finding of several causes must hold. */
  readonly says?: RegExp;
}

/** One cheat. */
export interface CheatCase extends SeatOptions {
  readonly name: string;
  /** A finding; or that nothing can be had: no sitting at all, or one that earns nothing. */
  readonly expected: Expected | 'no sitting' | 'no credit';
  readonly run: (seat: Seat, stage: Stage) => Promise<Truth>;
}

/** One honest learner: must end `valid` without a violation. */
export interface ControlCase extends SeatOptions {
  readonly name: string;
  readonly run: (seat: Seat) => Promise<void>;
}
