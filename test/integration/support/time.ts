import type { Clock, Schedule } from '../../../server/src/app/ports.ts';

/** A clock that moves only when told, and the timers that hang on it. */
export interface FakeTime {
  readonly clock: Clock;
  readonly schedule: Schedule;
  /** Moves the clock on and runs what became due, in order. */
  advance(ms: number): void;
}

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** Monday, 23 November 2026, 08:00 in Shanghai. */
export const START_AT: number = Date.UTC(2026, 10, 23, 0, 0, 0);

export function createFakeTime(startAt: number = START_AT): FakeTime {
  let now = startAt;
  let tasks: Task[] = [];
  return {
    clock: { now: () => now },
    schedule(delayMs, run) {
      const task = { at: now + delayMs, run };
      tasks.push(task);
      return () => {
        tasks = tasks.filter((other) => other !== task);
      };
    },
    advance(ms: number): void {
      const until = now + ms;
      for (;;) {
        const [next] = tasks.filter((task) => task.at <= until).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        tasks = tasks.filter((task) => task !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = until;
    },
  };
}
