/**
 * What a rule is to the engine: a set of hooks, each optional, called in the order of the registry. A rule keeps its memory in
 * its own part of the state and never looks at the memory of another, except through exported questions.
 */
import type { Directive, LearningEvent, RuleId } from '@zhenxue/protocol';
import type { Draft } from '../session/draft.ts';
import type { SessionRecord } from '../session/records.ts';
import type { Point, SessionState } from '../session/state.ts';
import type { Step } from '../session/step.ts';

/** Later than any deadline and more than any credit, ms: 24 days. The largest integer that costs no memory. */
export const NO_LIMIT = 0x7fff_ffff;

/** One rule. Times are server times in ms from the sitting's opening (`state.ts`) unless a name says otherwise. */
export interface Rule {
  readonly id: RuleId;
  /** A page was opened: measurements start afresh. */
  readonly pageOpened?: (draft: Draft, point: Point) => void;
  /** Compares clocks before anything else. True = nothing may be credited now. */
  readonly clock?: (draft: Draft, point: Point, receivedAt: number) => boolean;
  /** Looks at one step, before it is credited. */
  readonly step?: (draft: Draft, step: Step, event: LearningEvent) => void;
  /** Looks at one step after all `step` hooks, in a sitting for which the platform did something irregular (`facts.acts`). */
  readonly irregularStep?: (draft: Draft, step: Step) => void;
  /** Server time from which a required control is overdue; {@link NO_LIMIT} = none is. */
  readonly overdueFrom?: (state: SessionState) => number;
  /** How much may still be credited before a control must have been met, ms; {@link NO_LIMIT} = as much as there is. */
  readonly creditLeft?: (state: SessionState) => number;
  /** Whether nothing may be credited now. */
  readonly holdsCredit?: (state: SessionState) => boolean;
  /** Takes what the page says beyond a sample, after the step was credited. Not called for a `beat`, which says nothing more. */
  readonly event?: (draft: Draft, event: LearningEvent, point: Point, receivedAt: number) => void;
  /** Looks at the sample of every event, after all `event` hooks. */
  readonly sample?: (draft: Draft, event: LearningEvent, point: Point, receivedAt: number) => void;
  /** Asks for a control when one is due; called after every event and every record. */
  readonly issue?: (draft: Draft, at: number) => void;
  /** Takes a record other than a batch. */
  readonly record?: (draft: Draft, record: SessionRecord, at: number) => void;
  /** What follows from the time alone. */
  readonly tick?: (draft: Draft, at: number) => void;
  /** When the rule wants a tick; null = it waits for nothing. */
  readonly dueAt?: (state: SessionState) => number | null;
  /** A directive that is still open, as it must be sent again after a reconnect. */
  readonly open?: (state: SessionState, at: number) => Directive | null;
  /** The lesson is complete: may the sitting be sealed? May ask for a last control. */
  readonly readyToSeal?: (draft: Draft, at: number) => boolean;
  /** The sitting is being sealed; `complete` = its lesson is covered. */
  readonly sealing?: (draft: Draft, complete: boolean) => void;
}
