/** How much of the lesson is credited, and whether that is all of it (rules §1). */
import { hasState, STATE } from '@zhenxue/protocol';
import { overlap } from '../credit/interval-set.ts';
import type { SessionState } from '../session/state.ts';

/** Video left at which a lesson counts as watched to its end, ms: players stop a few frames early. */
const END_TOLERANCE_MS = 500;

/** Credited part of the video, earlier sittings included, thousandths. */
export function coveragePermille(state: SessionState): number {
  const { videoMs, priorCovered } = state.facts;
  if (videoMs <= 0) return 0;
  const prior = overlap(priorCovered, 0, videoMs);
  return Math.min(1_000, Math.floor((1_000 * (prior + state.credit.ms)) / videoMs));
}

/** Whether the credited coverage completes the lesson. */
export function isComplete(state: SessionState): boolean {
  return coveragePermille(state) >= state.facts.pack.credit.coverageRequiredPermille;
}

/** Whether the playback has come to the end of the video. */
export function isAtEnd(state: SessionState): boolean {
  const { last, facts } = state;
  return last !== null && (hasState(last.s, STATE.ended) || last.m >= facts.videoMs - END_TOLERANCE_MS);
}
