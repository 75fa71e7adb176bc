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

/** A sample that was read a moment ago: clock reading, position, state bits, claimed rate. */
export interface EarlierSample {
  readonly now: number;
  readonly m: number;
  readonly s: number;
  readonly r: number;
}

/** Samples happenings in their order. */
export interface Sampler {
  record(happening: Happening): void;
  /** Records what an earlier reading turned out to mean. Dropped when something later was recorded already. */
  recordAt(happening: Happening, sample: EarlierSample): void;
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

  function send(happening: Happening, t: number, m: number, s: number, r: number): void {
    emit({ ...happening, ...(r === 1000 ? { t, m, s } : { t, m, s, r }) } as LearningEvent);
  }

  return {
    sessionTime,
    recordAt(happening, { now, m, s, r }) {
      const before = last;
      const t = sessionTime(now);
      if (t > before || last === 0) send(happening, t, m, s, r);
    },
    record(happening) {
      const m = readings.position();
      const s = readings.stateBits();
      const r = readings.ratePermille();
      let done = false;
      const finish = (now: number): void => {
        if (done) return;
        done = true;
        open = open.filter((other) => other !== finish);
        send(happening, sessionTime(now), m, s, r);
      };
      open.push(finish);
      clock.ask(finish);
    },
    settleNow() {
      for (const finish of [...open]) finish(clock.last());
    },
  };
}
