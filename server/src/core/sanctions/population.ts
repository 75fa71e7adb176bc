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

/** Counts of distinct sittings and learners. */
export interface PopulationCounts {
  readonly sittings: number;
  readonly affectedSittings: number;
  readonly affectedLearners: number;
}

/** Whether counts suffice to attribute a suppression to the platform. */
export function judgeCounts(
  counts: PopulationCounts,
  sanctions: PolicyPack['sanctions'],
): PopulationJudgement {
  const { sittings, affectedSittings, affectedLearners: learners } = counts;
  const sharePermille = sittings === 0 ? 0 : Math.floor((1_000 * affectedSittings) / sittings);
  const complete =
    learners >= sanctions.populationLearners &&
    affectedSittings >= sanctions.minSessions &&
    sharePermille >= sanctions.populationSharePermille;
  return { complete, learners, sharePermille };
}

/** Whether the evidence suffices to attribute the suppression to the platform. */
export function judgePopulation(
  facts: PopulationFacts,
  sanctions: PolicyPack['sanctions'],
): PopulationJudgement {
  const affectedLearners = new Set(facts.affected.map((sitting) => sitting.learner)).size;
  const affectedSittings = new Set(facts.affected.map((sitting) => sitting.session)).size;
  return judgeCounts({ sittings: facts.sittings, affectedSittings, affectedLearners }, sanctions);
}
