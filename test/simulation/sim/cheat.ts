/** What every cheat of the catalogue has. */
import type { Verdict } from '@zhenxue/protocol';
import type { Judgement } from './expectation.ts';
import type { Behaviour, Learner } from './learner.ts';

/** A cheat with its judge. */
export interface Cheat extends Behaviour {
  /** Needs a world in which liveness is asked for. */
  readonly challenged?: true;
  /** @param verdicts of all sittings of the learner, as replayed from the record. */
  judge(learner: Learner, verdicts: readonly Verdict[]): Judgement;
}

/** A good network, so that an interval can be known to the second. */
export function goodNetwork(learner: Learner): void {
  learner.wire.quality.latencyMs = Math.min(learner.wire.quality.latencyMs, 150);
  learner.wire.quality.jitterMs = Math.min(learner.wire.quality.jitterMs, 60);
  learner.wire.quality.loss = 0;
}

/** When it was really done; null = never. */
export function truthOf(learner: Learner): { fromAt: number; toAt: number } | null {
  return learner.truth[0] ?? null;
}
