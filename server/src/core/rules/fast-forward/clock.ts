/**
 * The client's clock against the server's (rules §1: `t_last − t_0 ≤ at_last − at_0 + slack`; §2: a sped-up clock).
 *
 * `t` counts from the first welcome, and delay only ever makes a sample look later, so an honest clock is never ahead by
 * more than its crystal drifts. The slack refills at most once in its refill time: over twelve hours a crystal 50 ppm
 * fast gains two seconds and is not accused, while a clock sped up by one percent gains more than the slack before the
 * first refill.
 */
import { addFinding, type Draft, extendFinding, refOf, spanOf } from '../../session/draft.ts';
import type { ClockState, Point } from '../../session/state.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
import { fastForwardWords } from './words.ts';

/**
 * Compares one sample with its receipt.
 * @returns whether the client's clock is ahead, in which case nothing is credited (rules §1).
 */
export function observeClock(draft: Draft, point: Point, receivedAt: number): boolean {
  const { clock, facts } = draft.state;
  if (clock.originAt === null) return false;
  const { slackMs, slackRefillMs } = facts.pack.credit;
  const aheadMs = point.t - (receivedAt - clock.originAt);
  const beyond = aheadMs - clock.aheadBaseMs > slackMs;
  if (aheadMs <= clock.aheadBaseMs) clock.level = point;
  if (aheadMs > clock.aheadMaxMs) clock.aheadMaxMs = aheadMs;
  if (beyond) clock.finding = raise(draft, clock, point, receivedAt, aheadMs);
  if (point.t - clock.refilledT >= slackRefillMs) {
    clock.aheadBaseMs = Math.min(clock.aheadMaxMs, clock.aheadBaseMs + slackMs);
    clock.refilledT = point.t;
  }
  return beyond;
}

function raise(draft: Draft, clock: ClockState, point: Point, receivedAt: number, aheadMs: number): string {
  const from = clock.level ?? { ...point, t: 0, at: clock.originAt ?? point.at };
  const figures = {
    span: { ...spanOf(from, point), toAt: receivedAt },
    claimed: point.t,
    measured: aheadMs,
    reason: fastForwardWords.clockAhead(aheadMs),
    evidence: [refOf(point)],
  };
  if (clock.finding !== null) {
    extendFinding(draft, clock.finding, figures);
    return clock.finding;
  }
  return addFinding(draft, {
    rule: 'fast-forward',
    kind: 'clock-ahead',
    severity: 'violation',
    ...byLearnerOrUnknown(draft.state.facts.guard),
    ...figures,
  });
}
