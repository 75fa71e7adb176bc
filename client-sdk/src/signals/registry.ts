import { endedSignal } from './ended/ended.ts';
import { focusSignal } from './focus/focus.ts';
import { pipSignal } from './pip/pip.ts';
import { playSignal } from './play/play.ts';
import { positionSignal } from './position/position.ts';
import { rateSignal } from './rate/rate.ts';
import { seekSignal } from './seek/seek.ts';
import type { Signal, SignalContext } from './signal.ts';
import { tamperSignal } from './tamper/tamper.ts';
import { visibilitySignal } from './visibility/visibility.ts';

/** Every witness. Adding one touches this list and nothing else. */
export const SIGNALS: readonly Signal[] = [
  playSignal,
  rateSignal,
  positionSignal,
  seekSignal,
  visibilitySignal,
  focusSignal,
  pipSignal,
  endedSignal,
  tamperSignal,
];

/** Starts every witness; returns the stop of all. */
export function startSignals(ctx: SignalContext): () => void {
  const stops = SIGNALS.map((signal) => signal(ctx));
  return () => {
    for (const stop of stops) stop();
  };
}
