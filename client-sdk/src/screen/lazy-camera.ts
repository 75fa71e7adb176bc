/** Photo requests before and after the camera part has been loaded: what comes earlier waits, and its time counts. */
import type { CameraPart } from '../camera/camera.ts';
import type { Schedule } from '../core/effects.ts';
import type { Happening } from '../monitor/sampler.ts';
import type { PhotoDesk, PhotoDirective } from './photo/photo-desk.ts';

/** Milliseconds before the camera part is asked for again, and times that it is before a request is given up. */
const RETRY_MS = 2_000;
const TRIES_MAX = 4;

/** What loading lazily needs. */
export interface LazyCameraOptions {
  /** Fetches the part and sets it up. */
  readonly load: () => Promise<CameraPart>;
  readonly schedule: Schedule;
  readonly last: () => number;
  readonly record: (happening: Happening) => void;
}

/** The photo desk, and the whole part once it is there. */
export interface LazyCamera extends PhotoDesk {
  /** Loads the part if need be. @throws what the load failed with */
  part(): Promise<CameraPart>;
}

interface Held {
  readonly directive: PhotoDirective;
  readonly receivedAt: number;
}

/** Loads nothing before the first request. */
export function createLazyCamera({ load, schedule, last, record }: LazyCameraOptions): LazyCamera {
  let part: CameraPart | null = null;
  let loading: Promise<CameraPart> | null = null;
  let held: Held[] = [];
  let tries = 0;
  let stopped = false;
  let stopTimer: () => void = () => undefined;

  function fetchPart(): Promise<CameraPart> {
    loading ??= load().then(
      (loaded) => {
        if (stopped) loaded.stop();
        else part = loaded;
        for (const { directive, receivedAt } of stopped ? [] : held)
          loaded.photos.open(directive, receivedAt);
        held = [];
        return loaded;
      },
      (cause: unknown) => {
        loading = null;
        throw cause;
      },
    );
    return loading;
  }

  /** A page that cannot load the part says so, and the server asks anew: nobody is paused for good by it. */
  function giveUp(): void {
    for (const { directive } of held) record({ e: 'photo.failed', id: directive.id, why: 'error' });
    held = [];
    tries = 0;
  }

  function begin(): void {
    fetchPart().catch(() => {
      tries += 1;
      if (stopped) return;
      if (tries >= TRIES_MAX) giveUp();
      else stopTimer = schedule(RETRY_MS, begin);
    });
  }

  return {
    part: fetchPart,
    open(directive, receivedAt = last()) {
      if (part !== null) return part.photos.open(directive, receivedAt);
      if (stopped || held.some((other) => other.directive.id === directive.id)) return;
      held.push({ directive, receivedAt });
      if (held.length === 1) begin();
    },
    settle(ref, result, why) {
      part?.photos.settle(ref, result, why);
      if (result === 'met') held = held.filter(({ directive }) => directive.id !== ref);
    },
    keepOnly(ids) {
      part?.photos.keepOnly(ids);
      held = held.filter(({ directive }) => ids.has(directive.id));
    },
    overdue: (now) =>
      held.some(({ directive, receivedAt }) => now - receivedAt > directive.answerMs) ||
      (part?.photos.overdue(now) ?? false),
    stop() {
      stopped = true;
      stopTimer();
      held = [];
      part?.stop();
    },
  };
}
