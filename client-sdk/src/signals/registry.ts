import { automationSignal } from './automation/automation.ts';
import { cameraSignal } from './camera/camera.ts';
import { claimedSignal } from './claimed/claimed.ts';
import { clocksSignal } from './clocks/clocks.ts';
import { endedSignal } from './ended/ended.ts';
import { focusSignal } from './focus/focus.ts';
import { framesSignal } from './frames/frames.ts';
import { hiddenSignal } from './hidden/hidden.ts';
import { pipSignal } from './pip/pip.ts';
import { placeSignal } from './place/place.ts';
import { playSignal } from './play/play.ts';
import { playedSignal } from './played/played.ts';
import { positionSignal } from './position/position.ts';
import { rateSignal } from './rate/rate.ts';
import { realmSignal } from './realm/realm.ts';
import { screensSignal } from './screens/screens.ts';
import { seekSignal } from './seek/seek.ts';
import type { Signal, SignalContext } from './signal.ts';
import { silentSignal } from './silent/silent.ts';
import { tabsSignal } from './tabs/tabs.ts';
import { tamperSignal } from './tamper/tamper.ts';
import { timerSignal } from './timer/timer.ts';
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
  automationSignal,
  cameraSignal,
  claimedSignal,
  clocksSignal,
  framesSignal,
  hiddenSignal,
  placeSignal,
  playedSignal,
  realmSignal,
  screensSignal,
  silentSignal,
  tabsSignal,
  timerSignal,
];

/** Starts every witness; returns the stop of all. */
export function startSignals(ctx: SignalContext): () => void {
  const stops = SIGNALS.map((signal) => signal(ctx));
  return () => {
    for (const stop of stops) stop();
  };
}
