/** From one sample to the next: what time passed, what media advanced, in which state. */
import { hasState, STATE } from '@zhenxue/protocol';
import type { Point } from './state.ts';

/** The stretch between two consecutive samples of one page. The state of `from` held over it. */
export interface Step {
  readonly from: Point;
  readonly to: Point;
  /** Client time passed, ms, never negative. */
  readonly dt: number;
  /** Media that advanced while playing, ms, never negative; 0 when it stood still, went back or jumped. */
  readonly advancedMs: number;
  /** The position moved by other means than playing: where it came to, else null. */
  readonly jumpTo: number | null;
}

/** A step while the engine writes it. */
export type MutableStep = { -readonly [K in keyof Step]: Step[K] };

/** Chromium plays at most 16 times as fast: what moved further in one step did not move by playing. */
const RATE_LIMIT = 16;

/**
 * Reads one step into `step`.
 * @param leftM position that a `seek` event says was left, or null for any other event: media played up to there, then jumped.
 * @param slackMs tolerance of a single step.
 */
export function readStep(
  step: MutableStep,
  from: Point,
  to: Point,
  leftM: number | null,
  slackMs: number,
): void {
  const dt = Math.max(0, to.t - from.t);
  const playing = hasState(from.s, STATE.playing);
  const dm = (leftM ?? to.m) - from.m;
  const plausible = dm <= RATE_LIMIT * dt + slackMs;
  const jumped = leftM !== null || dm < 0 || (dm > slackMs && !playing) || !plausible;
  step.from = from;
  step.to = to;
  step.dt = dt;
  step.advancedMs = playing && dm > 0 && plausible ? dm : 0;
  step.jumpTo = jumped ? to.m : null;
}

/**
 * How much of the step's media advance lies after the server time `at`. Media that could have been played up to `at` is
 * given the benefit of the doubt.
 */
export function advancedAfter(step: Step, at: number): number {
  if (at >= step.to.at) return 0;
  return Math.max(0, step.advancedMs - Math.max(0, at - step.from.at));
}

/**
 * The step's media advance, if the page itself had taken a sample at or after the server time `at` before it: a page that is
 * alive then and lets the media play on. A gap between two samples around `at` says nothing: a page whose main thread
 * hangs cannot pause.
 */
export function playedOnAfter(step: Step, at: number): number {
  return step.from.at >= at ? step.advancedMs : 0;
}
