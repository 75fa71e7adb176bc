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
  /** Records a beat of an instant that has passed (its clock reading and position) and one of now, unless something was recorded since. */
  turn(then: { readonly now: number; readonly m: number }): void;
  /** For a page that is being closed: no answer of the clock will come any more, the last known time must do. */
  settleNow(): void;
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
  /** Session time of the last sample, ms: it never goes back. */
  let last = Math.floor(base.elapsedMs);
  let open: ((now: number) => void)[] = [];

  const timeOf = (now: number): number => Math.floor(base.elapsedMs + now - base.now);

  function record(happening: Happening, then?: { readonly now: number; readonly m: number }): void {
    const m = then?.m ?? readings.position();
    const s = readings.stateBits();
    const r = readings.ratePermille();
    const finish = (now: number): void => {
      if (!open.includes(finish)) return;
      open = open.filter((other) => other !== finish);
      last = Math.min(SESSION_TIME_MAX_MS, Math.max(last, timeOf(now)));
      const sample = { ...happening, t: last, m, s };
      emit((r === 1000 ? sample : { ...sample, r }) as LearningEvent);
    };
    open.push(finish);
    if (then === undefined) clock.ask(finish);
    else finish(then.now);
  }

  return {
    record: (happening) => record(happening),
    turn(then) {
      if (timeOf(then.now) <= last) return;
      record({ e: 'beat' }, then);
      record({ e: 'beat' });
    },
    settleNow() {
      for (const finish of [...open]) finish(clock.last());
    },
  };
}
