/** Time, timers, chance and identifiers from the platform. */
import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock, NewId, RandomBytes, Schedule } from '../app/ports.ts';

/** The system clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** Timers that do not keep the process alive by themselves. */
export const systemSchedule: Schedule = (delayMs, task) => {
  const timer = setTimeout(task, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};

/** Bytes from the operating system. */
export const systemRandomBytes: RandomBytes = (count) => randomBytes(count);

/** UUID v7. */
export const uuidV7: NewId = () => v7();
