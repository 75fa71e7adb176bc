import type { Schedule } from '../core/effects.ts';

/** The platform's timers. */
export const timerSchedule: Schedule = (delayMs, task) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};
