/** What was really played: opening a page proves nothing. */
import { addInterval, type IntervalSet, measure } from '../credit/interval-set.ts';
import type { SessionState } from '../session/state.ts';
import type { Step } from '../session/step.ts';
import type { FastForwardState } from './fast-forward/state.ts';

/** Media intervals that were seen playing in the sitting, credited or not. */
export function playedSet(state: FastForwardState): IntervalSet {
  return addInterval(state.played, state.playedFrom, state.playedTo);
}

/** True when, with this step, more media than the slack was seen playing in the sitting. */
export function hasPlayed(state: SessionState, step: Step): boolean {
  return step.advancedMs > 0 && measure(playedSet(state.fastForward)) > state.facts.pack.credit.slackMs;
}
