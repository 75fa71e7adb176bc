/** The reported rate: claimed above 1 with media advancing, or an attempt that was set back. */
import { addFinding, type Draft, extendFinding, refOf, spanOf } from '../../session/draft.ts';
import type { Point } from '../../session/state.ts';
import type { Step } from '../../session/step.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
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
    let finding = stretch.finding;
    if (finding !== null && step.advancedMs > 0) {
      extendFinding(
        draft,
        finding,
        spanOf(stretch.from, step.to),
        [refOf(step.to)],
        slopeOf(stretch.from, step.to),
      );
    } else if (finding === null && advancedMs > facts.pack.fastForward.advanceMaxMs) {
      finding = raiseRate(draft, stretch.from, step.to, claimed, advancedMs);
    }
    fastForward.rate = { from: stretch.from, claimed, advancedMs, finding };
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

function raiseRate(draft: Draft, from: Point, to: Point, claimed: number, advancedMs: number): string {
  return addFinding(draft, {
    rule: 'fast-forward',
    kind: 'rate-reported',
    severity: 'violation',
    ...byLearnerOrUnknown(draft.state.facts.guard),
    span: spanOf(from, to),
    claimed,
    measured: slopeOf(from, to),
    reason: fastForwardWords.rateReported(claimed, advancedMs),
    evidence: [refOf(from), refOf(to)],
  });
}

/** Media over time between two samples, in thousandths; null when no time passed. */
function slopeOf(from: Point, to: Point): number | null {
  return to.t > from.t ? Math.round((1_000 * (to.m - from.m)) / (to.t - from.t)) : null;
}
