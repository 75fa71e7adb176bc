/**
 * Who knows that a page is hidden besides the page: the browser's `visibility-state` record, the wake lock that it takes back
 * from hidden pages, and the frames that it stops giving them. Pages override `document.hidden` easily, these hardly.
 */
import { HIDDEN_BY } from '@zhenxue/protocol';

/** Ticks without a frame of animation that count as stalled, while the main thread answers: half a second. */
const STALLED_TICKS = 1;

/** Ticks between two requests for a wake lock that was refused. */
const ASK_AGAIN_TICKS = 40;

/** What is known of the page's visibility. */
export interface HiddenWitness {
  /** Bits of `HIDDEN_BY`. */
  bits(): number;
  /** Whether the page counts as hidden: the record says so, or lock and frames agree. Frames alone stall for honest reasons. */
  hidden(): boolean;
  stop(): void;
}

/** What the witness needs. */
export interface HiddenWitnessOptions {
  readonly onTick: (tick: (now: number) => void) => () => void;
  /** A wake lock is held only while the media plays. */
  readonly playing: () => boolean;
}

interface Opinion {
  says(): boolean;
  tick?(): void;
  stop(): void;
}

const NOBODY: Opinion = { says: () => false, stop: () => undefined };

function byEntries(): Opinion {
  let hidden = false;
  const take = (entries: PerformanceEntryList): void => {
    const newest = entries.at(-1);
    if (newest !== undefined) hidden = newest.name === 'hidden';
  };
  try {
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ type: 'visibility-state', buffered: true });
    return {
      says() {
        take(observer.takeRecords());
        return hidden;
      },
      stop: () => observer.disconnect(),
    };
  } catch {
    return NOBODY;
  }
}

/** True from the moment the browser takes a granted lock back until it grants another. */
function byWakeLock(playing: () => boolean): Opinion {
  const locks: WakeLock | undefined = navigator.wakeLock;
  if (locks === undefined) return NOBODY;
  let held: WakeLockSentinel | null = null;
  let taken = false;
  let wait = 0;
  let stopped = false;
  const drop = (): void => {
    const lock = held;
    held = null;
    void lock?.release().catch(() => undefined);
  };
  const grant = (lock: WakeLockSentinel): void => {
    held = lock;
    taken = false;
    if (stopped) drop();
    lock.addEventListener('release', () => {
      if (held !== lock) return;
      held = null;
      taken = true;
      wait = 0;
    });
  };
  return {
    says: () => taken,
    tick() {
      wait -= 1;
      if (!playing()) drop();
      if (!playing() || held !== null || wait > 0) return;
      wait = ASK_AGAIN_TICKS;
      locks.request('screen').then(grant, () => undefined);
    },
    stop() {
      stopped = true;
      drop();
    },
  };
}

/** Whether frames stall; one is asked for per tick, and only while another witness says hidden: alone they prove nothing. */
function byFrames(): Opinion {
  let waited = 0;
  let asked = 0;
  const come = (): void => {
    asked = 0;
    waited = 0;
  };
  return {
    says: () => waited > STALLED_TICKS,
    tick() {
      if (asked === 0) asked = requestAnimationFrame(come);
      else waited += 1;
    },
    stop() {
      if (asked !== 0) cancelAnimationFrame(asked);
      come();
    },
  };
}

/** Starts all three. */
export function watchHidden({ onTick, playing }: HiddenWitnessOptions): HiddenWitness {
  const entries = byEntries();
  const wakeLock = byWakeLock(playing);
  const frames = byFrames();
  const stopTicks = onTick(() => {
    wakeLock.tick?.();
    if (entries.says() || wakeLock.says()) frames.tick?.();
    else frames.stop();
  });
  return {
    bits: () =>
      (entries.says() ? HIDDEN_BY.entries : 0) |
      (wakeLock.says() ? HIDDEN_BY.wakeLock : 0) |
      (frames.says() ? HIDDEN_BY.frames : 0),
    hidden: () => entries.says() || (wakeLock.says() && frames.says()),
    stop() {
      stopTicks();
      entries.stop();
      wakeLock.stop();
      frames.stop();
    },
  };
}
