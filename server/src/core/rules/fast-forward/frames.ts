/**
 * Frames that were presented faster than allowed while the position claimed otherwise. A page can lie about where its player
 * is; the frames' own media time over the Worker's clock is a second, independent measure of the same slope (rules §2).
 */
import type { WitnessEvent } from '@zhenxue/protocol';
import { addFinding, type Draft, extendFinding, refOf, spanOf } from '../../session/draft.ts';
import type { Point } from '../../session/state.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
import { fastForwardWords } from './words.ts';

/** Looks at a `frames` witness: beyond the allowed slope by more than the slack it is a violation. */
export function observeFrames(draft: Draft, event: WitnessEvent, point: Point): void {
  if (event.k !== 'frames' || event.d === undefined) return;
  const { credit, fastForward } = draft.state.facts.pack;
  const { c, v, d } = event;
  const beyondMs = ((v - fastForward.slopeMaxPermille) * d) / 1_000;
  if (d < fastForward.slopeWindowMs || beyondMs <= credit.slackMs) return;
  const from: Point = { ...point, t: Math.max(0, point.t - d), at: point.at - d };
  const figures = {
    span: spanOf(from, point),
    claimed: c,
    measured: v,
    reason: fastForwardWords.slopeMeasured(v, d),
    evidence: [refOf(point)],
  };
  const last = draft.state.findings.findLast(({ kind }) => kind === 'slope-measured');
  if (last !== undefined && last.span.toT >= from.t) {
    extendFinding(draft, last.id, figures);
    return;
  }
  addFinding(draft, {
    rule: 'fast-forward',
    kind: 'slope-measured',
    severity: 'violation',
    ...byLearnerOrUnknown(draft.state.facts.guard),
    ...figures,
  });
}
