/** The rule engine as the application calls it; one object, so that tests can script it. */
import type { Verdict } from '@zhenxue/protocol';
import type { Decision } from '../core/session/decision.ts';
import { decideOwned, openSession, type Replay, startReplay } from '../core/session/engine.ts';
import type { SessionRecord, SittingFacts } from '../core/session/records.ts';
import type { SessionState } from '../core/session/state.ts';
import { type Standing, standingOf, verdictOf } from '../core/verdict/verdict.ts';

/** The engine's functions; see `core/session/engine.ts`. */
export interface Engine {
  open(facts: SittingFacts, at: number): SessionState;
  /** The given state is given up: it may be changed in place. When this throws, it is of no further use. */
  decide(state: SessionState, record: SessionRecord): Decision;
  /** For stored records: decides the same without a copy per record. */
  replay(facts: SittingFacts, at: number): Replay;
  /** The part of the verdict that every stored row has. */
  standing(state: SessionState): Standing;
  verdict(state: SessionState): Verdict;
}

/** The real one. */
export const RULE_ENGINE: Engine = {
  open: openSession,
  decide: decideOwned,
  replay: startReplay,
  standing: standingOf,
  verdict: verdictOf,
};
