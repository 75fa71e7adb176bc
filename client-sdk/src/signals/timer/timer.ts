import type { Signal } from '../signal.ts';

/** Ms asked of the main thread's timer, and between two trials. */
const DELAY_MS = 1_000;
const TRIAL_MS = 5_000;

/** Timers are late for many reasons and early for none but this: they fire at most so much before their time. */
const EARLY_MS = 100;

/** Trials in a row that must be early. */
const TRIALS_MIN = 2;

/** Whether the main thread's timers are sped up. The Worker's time at the start is its last known one, hence never too late. */
export const timerSignal: Signal = (ctx) => {
  let triedAt = 0;
  let early = 0;
  let stopTimer: () => void = () => undefined;

  function fired(from: number, now: number): void {
    const v = Math.round(now - from);
    early = v < DELAY_MS - EARLY_MS ? early + 1 : 0;
    if (early < TRIALS_MIN) return;
    early = 0;
    ctx.record({ e: 'witness', k: 'timer', c: DELAY_MS, v });
  }

  const stopTicks = ctx.onTick((now) => {
    if (now - triedAt < TRIAL_MS) return;
    triedAt = now;
    stopTimer = ctx.schedule(DELAY_MS, () => ctx.ask((at) => fired(now, at)));
  });
  return () => {
    stopTicks();
    stopTimer();
  };
};
