/** Whether anything was really played: opening a page proves nothing. */
import { measure } from '../credit/interval-set.ts';
import type { SessionState } from '../session/state.ts';
import type { Step } from '../session/step.ts';

/** True when, with this step, more media than the slack was seen playing in the sitting. */
export function hasPlayed(state: SessionState, step: Step): boolean {
  return step.advancedMs > 0 && measure(state.fastForward.played) > state.facts.pack.credit.slackMs;
}
