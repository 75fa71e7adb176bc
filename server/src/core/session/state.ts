/** Everything that the engine remembers of one sitting. Bounded; grows only with findings, popups and class hours. */
import type { SittingFacts } from './records.ts';

/** State of one sitting between two records. */
export interface SessionState {
  readonly facts: SittingFacts;
  readonly openedAt: number;
}
