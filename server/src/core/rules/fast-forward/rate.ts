/** The reported rate: claimed above 1 with media advancing, or an attempt that was set back. */
import { addFinding, type Draft, extendFinding, refOf, spanOf } from '../../session/draft.ts';
import type { Point } from '../../session/state.ts';
import type { Step } from '../../session/step.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
import type { RateStretch } from './state.ts';
import { fastForwardWords } from './words.ts';

/** A rate of 1, in thousandths. */
const NORMAL = 1_000;

/** Takes one step in: the rate claimed at its start held over it. */
export function observeRate(draft: Draft, step: Step): void {
  const { fastForward, facts } = draft.state;
  if (step.from.r > NORMAL) {
    const stretch = fastForward.rate ?? {
      from: step.from,
      claimed: step.from.r,
      advancedMs: 0,
      finding: null,
    };
    const advancedMs = stretch.advancedMs + step.advancedMs;
    const claimed = Math.max(stretch.claimed, step.from.r);
    const raises = advancedMs > facts.pack.fastForward.advanceMaxMs;
    const grown: RateStretch = { ...stretch, claimed, advancedMs };
    const finding =
      step.advancedMs > 0 && (stretch.finding !== null || raises)
        ? tellRate(draft, grown, step.to)
        : stretch.finding;
    fastForward.rate = { ...grown, finding };
  }
  if (step.to.r <= NORMAL) closeRate(draft, step.to);
}

/** The stretch is over: without a violation it was an attempt. */
export function closeRate(draft: Draft, now: Point): void {
  const { fastForward, facts } = draft.state;
  const stretch = fastForward.rate;
  fastForward.rate = null;
  if (stretch === null || stretch.finding !== null) return;
  addFinding(draft, {
    rule: 'fast-forward',
    kind: 'rate-attempt',
    severity: 'hint',
    ...byLearnerOrUnknown(facts.guard),
    span: spanOf(stretch.from, now),
    claimed: stretch.claimed,
    measured: stretch.advancedMs,
    reason: fastForwardWords.rateAttempt(stretch.claimed),
    evidence: [refOf(stretch.from), refOf(now)],
  });
}

/** Raises the finding of a stretch, or lets it grow. @returns its id. */
function tellRate(draft: Draft, { from, claimed, advancedMs, finding }: RateStretch, to: Point): string {
  const figures = {
    span: spanOf(from, to),
    claimed,
    measured: slopeOf(from, to),
    reason: fastForwardWords.rateReported(claimed, advancedMs),
  };
  if (finding !== null) {
    extendFinding(draft, finding, { ...figures, evidence: [refOf(to)] });
    return finding;
  }
  return addFinding(draft, {
    rule: 'fast-forward',
    kind: 'rate-reported',
    severity: 'violation',
    ...byLearnerOrUnknown(draft.state.facts.guard),
    ...figures,
    evidence: [refOf(from), refOf(to)],
  });
}

/** Media over time between two samples, in thousandths; null when no time passed. */
function slopeOf(from: Point, to: Point): number | null {
  return to.t > from.t ? Math.round((1_000 * (to.m - from.m)) / (to.t - from.t)) : null;
}
