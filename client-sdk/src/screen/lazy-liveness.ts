/** Liveness challenges before and after their part has been loaded: what comes earlier waits, and its time counts. */
import type { LivenessDesk, LivenessDirective } from '../camera/liveness/liveness-desk.ts';
import type { Schedule } from '../core/effects.ts';
import type { Happening } from '../monitor/sampler.ts';

/** Milliseconds before the part is asked for again, and times that it is before the challenges are given up. */
const RETRY_MS = 2_000;
const TRIES_MAX = 4;

/** What loading lazily needs. */
export interface LazyLivenessOptions {
  /** Fetches the part and sets it up. */
  readonly load: () => Promise<LivenessDesk>;
  readonly schedule: Schedule;
  readonly last: () => number;
  readonly record: (happening: Happening) => void;
}

/** Loads nothing before the first challenge. */
export function createLazyLiveness({ load, schedule, last, record }: LazyLivenessOptions): LivenessDesk {
  let desk: LivenessDesk | null = null;
  let held: { readonly directive: LivenessDirective; readonly receivedAt: number }[] = [];
  let stopped = false;
  let stopTimer: () => void = () => undefined;

  function loaded(part: LivenessDesk): void {
    if (stopped) {
      part.stop();
      return;
    }
    desk = part;
    for (const { directive, receivedAt } of held) part.open(directive, receivedAt);
    held = [];
  }

  /** Told so, the server asks anew: a page that cannot load the part is not paused for good. */
  function failed(tries: number): void {
    if (stopped) return;
    if (tries < TRIES_MAX) {
      stopTimer = schedule(RETRY_MS, () => begin(tries + 1));
      return;
    }
    for (const { directive } of held) record({ e: 'photo.failed', id: directive.id, why: 'error' });
    held = [];
  }

  function begin(tries: number): void {
    load().then(loaded, () => failed(tries));
  }

  return {
    open(directive, receivedAt = last()) {
      if (desk !== null) return desk.open(directive, receivedAt);
      if (stopped || held.some((other) => other.directive.id === directive.id)) return;
      held.push({ directive, receivedAt });
      if (held.length === 1) begin(1);
    },
    settle(ref, result, why) {
      desk?.settle(ref, result, why);
      if (result !== 'overdue') held = held.filter(({ directive }) => directive.id !== ref);
    },
    keepOnly(ids) {
      desk?.keepOnly(ids);
      held = held.filter(({ directive }) => ids.has(directive.id));
    },
    overdue: (now) =>
      held.some(({ directive, receivedAt }) => now - receivedAt > directive.answerMs) ||
      (desk?.overdue(now) ?? false),
    stop() {
      stopped = true;
      stopTimer();
      held = [];
      desk?.stop();
    },
  };
}
