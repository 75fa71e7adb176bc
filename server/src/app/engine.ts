/** The rule engine as the application calls it; one object, so that tests can script it. */
import type { Verdict } from '@zhenxue/protocol';
import type { Decision } from '../core/session/decision.ts';
import { decide, decideOwned, openSession } from '../core/session/engine.ts';
import type { SessionRecord, SittingFacts } from '../core/session/records.ts';
import type { SessionState } from '../core/session/state.ts';
import { verdictOf } from '../core/verdict/verdict.ts';

/** The engine's functions; see `core/session/engine.ts`. */
export interface Engine {
  open(facts: SittingFacts, at: number): SessionState;
  decide(state: SessionState, record: SessionRecord): Decision;
  /** The same, but the given state may be changed in place; absent where nobody needs the speed. */
  decideOwned?(state: SessionState, record: SessionRecord): Decision;
  verdict(state: SessionState): Verdict;
}

/** The real one. */
export const RULE_ENGINE: Engine = { open: openSession, decide, decideOwned, verdict: verdictOf };
