/** Turns "something happened" into a full sample: position and state at this instant, time from the evidence clock. */
import { type LearningEvent, SESSION_TIME_MAX_MS } from '@zhenxue/protocol';
import type { EvidenceClock } from '../effects/worker-clock.ts';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event that has no sample yet. */
export type Happening = Without<LearningEvent, 't' | 'm' | 's' | 'r'>;

/** What a sampler reads at the instant of the happening. */
export interface Readings {
  position(): number;
  ratePermille(): number;
  stateBits(): number;
}

/** Samples happenings in their order. */
export interface Sampler {
  record(happening: Happening): void;
  /** For a page that is being closed: no answer of the clock will come any more, the last known time must do. */
  settleNow(): void;
  /** Session time of a clock reading, ms. Never goes back. */
  sessionTime(now: number): number;
}

/** What a sampler needs. */
export interface SamplerOptions {
  readonly clock: Pick<EvidenceClock, 'ask' | 'last'>;
  readonly readings: Readings;
  /** Clock reading at the welcome, and the session time that it stands for. */
  readonly base: { readonly now: number; readonly elapsedMs: number };
  readonly emit: (event: LearningEvent) => void;
}

/** Creates a sampler for one page load of a sitting. */
export function createSampler(options: SamplerOptions): Sampler {
  const { clock, readings, base, emit } = options;
  let last = 0;
  let open: ((now: number) => void)[] = [];

  function sessionTime(now: number): number {
    const t = Math.floor(base.elapsedMs + Math.max(0, now - base.now));
    last = Math.min(SESSION_TIME_MAX_MS, Math.max(last, t));
    return last;
  }

  return {
    sessionTime,
    record(happening) {
      const m = readings.position();
      const s = readings.stateBits();
      const r = readings.ratePermille();
      let done = false;
      const finish = (now: number): void => {
        if (done) return;
        done = true;
        open = open.filter((other) => other !== finish);
        const sample = r === 1000 ? { t: sessionTime(now), m, s } : { t: sessionTime(now), m, s, r };
        emit({ ...happening, ...sample } as LearningEvent);
      };
      open.push(finish);
      clock.ask(finish);
    },
    settleNow() {
      for (const finish of [...open]) finish(clock.last());
    },
  };
}
