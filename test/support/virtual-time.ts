/** Time that passes only when a test says so. */
import type { Schedule } from '../../client-sdk/src/core/effects.ts';

/** A virtual clock with its timers. */
export interface VirtualTime {
  readonly schedule: Schedule;
  now(): number;
  /** Lets time pass, runs what becomes due in order, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Timers still running. */
  pending(): number;
}

/** Rounds of the microtask queue that a chain of promises may need. */
const MICROTASK_ROUNDS = 60;

/** Lets promises settle. */
export async function settlePromises(): Promise<void> {
  for (let i = 0; i < MICROTASK_ROUNDS; i += 1) await Promise.resolve();
}

/** Starts at 0. */
export function createVirtualTime(): VirtualTime {
  let now = 0;
  let order = 0;
  const timers = new Map<number, { at: number; order: number; task: () => void }>();

  function due(until: number): [number, { at: number; order: number; task: () => void }] | undefined {
    return [...timers]
      .filter(([, timer]) => timer.at <= until)
      .sort(([, a], [, b]) => a.at - b.at || a.order - b.order)[0];
  }

  return {
    now: () => now,
    pending: () => timers.size,
    schedule(delayMs, task) {
      order += 1;
      const key = order;
      timers.set(key, { at: now + delayMs, order, task });
      return () => timers.delete(key);
    },
    async advance(ms) {
      const until = now + ms;
      await settlePromises();
      for (let next = due(until); next !== undefined; next = due(until)) {
        const [key, timer] = next;
        timers.delete(key);
        now = Math.max(now, timer.at);
        timer.task();
        await settlePromises();
      }
      now = until;
    },
  };
}
