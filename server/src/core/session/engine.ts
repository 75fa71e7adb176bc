/** The engine's three entrances: open a sitting, decide about one record, state the verdict. */
import type { Verdict } from '@zhenxue/protocol';
import type { Decision } from './decision.ts';
import type { SessionRecord, SittingFacts } from './records.ts';
import type { SessionState } from './state.ts';

/** State of a sitting right after its `open` record. */
export function openSession(facts: SittingFacts, at: number): SessionState {
  return { facts, openedAt: at };
}

/** Takes one record in. Never throws on hostile content; never changes `state`. */
export function decide(_state: SessionState, _record: SessionRecord): Decision {
  throw new Error('the engine is being written');
}

/** The verdict as of the last record. */
export function verdictOf(_state: SessionState): Verdict {
  throw new Error('the engine is being written');
}
