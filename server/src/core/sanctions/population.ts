/**
 * Population evidence (rules §4): the same suppression of a control in the sittings of several different learners, and in
 * a large enough share of all sittings of that lesson and SDK build within the window. What one learner can forge alone
 * never suffices.
 */
import type { PolicyPack } from '../policy/pack.ts';

/** Sittings of one platform's lesson in one SDK build within the window, and those that show the suppression. */
export interface PopulationFacts {
  readonly sittings: number;
  readonly affected: readonly { readonly session: string; readonly learner: string }[];
}

/** The judgement and the figures it rests on. */
export interface PopulationJudgement {
  readonly complete: boolean;
  readonly learners: number;
  readonly sharePermille: number;
}

/** Whether the evidence suffices to attribute the suppression to the platform. */
export function judgePopulation(
  facts: PopulationFacts,
  sanctions: PolicyPack['sanctions'],
): PopulationJudgement {
  const learners = new Set(facts.affected.map((sitting) => sitting.learner)).size;
  const sessions = new Set(facts.affected.map((sitting) => sitting.session)).size;
  const sharePermille = facts.sittings === 0 ? 0 : Math.floor((1_000 * sessions) / facts.sittings);
  const complete =
    learners >= sanctions.populationLearners &&
    sessions >= sanctions.minSessions &&
    sharePermille >= sanctions.populationSharePermille;
  return { complete, learners, sharePermille };
}
