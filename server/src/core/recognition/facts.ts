/**
 * What recognition is decided from (rules §3): one training is one learner in one course. The application collects these
 * facts from its stores; dates are local dates of the pack's zone.
 */
import type { Outcome } from '@zhenxue/protocol';
import type { DateSpan } from '../calendar/local-date.ts';
import type { IntervalSet } from '../credit/interval-set.ts';

/** Sittings of one training that are looked at. A course of 500 lessons with many interruptions stays below. */
export const TRAINING_SITTINGS_MAX = 20_000;

/** A lesson as registered, in the order of the course. */
export interface LessonFacts {
  readonly lesson: string;
  readonly videoMs: number;
  /** Days on which its video was approved for use; empty = never. */
  readonly approved: readonly DateSpan[];
  /** Video material from before approval was required needs none (item 20(3) speaks of new material). */
  readonly needsApproval: boolean;
}

/** A sealed sitting of the training. */
export interface TrainingSitting {
  readonly session: string;
  readonly lesson: string;
  readonly outcome: Outcome;
  readonly openedAt: number;
  readonly endedAt: number;
  /** Credited media intervals, ms. */
  readonly credited: IntervalSet;
}

/** A training that the learner attended before. */
export interface PreviousTraining {
  readonly training: string;
  /** Local date on which its assessment ended; null = not assessed. */
  readonly assessedOn: string | null;
}

/** One learner, one course. */
export interface TrainingFacts {
  /** Days on which the platform was listed in the unified supervision platform. */
  readonly listed: readonly DateSpan[];
  /** Days on which a ban of the platform had effect, from the violation on, as known now. */
  readonly banned: readonly DateSpan[];
  /** A specialised course must be studied in order; a general one need not. */
  readonly specialised: boolean;
  readonly subsidised: boolean;
  /** Local date of the enrolment. */
  readonly enrolledOn: string;
  readonly previous: readonly PreviousTraining[];
  /** Class hours that the platform declares for the course's lessons. */
  readonly declaredHours: number;
  /** Class hours of the whole programme, on line and off. */
  readonly programmeHours: number;
  readonly lessons: readonly LessonFacts[];
  readonly sittings: readonly TrainingSitting[];
}
