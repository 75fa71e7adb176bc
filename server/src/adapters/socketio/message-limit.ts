/** How many messages of one kind a sitting may send per minute. Counted by hand: this runs for every batch. */

/** Milliseconds of every window. */
const WINDOW_MS = 60_000;

/** Counts against a limit. */
export interface MessageLimit<K extends object> {
  /** Takes one message in. @returns milliseconds to wait when the limit is passed, null when it is not. */
  take(key: K, now: number): number | null;
}

/** @param perMinute messages allowed in every window of one key. Forgotten together with the key. */
export function createMessageLimit<K extends object>(perMinute: number): MessageLimit<K> {
  const windows = new WeakMap<K, { from: number; taken: number }>();
  return {
    take(key: K, now: number): number | null {
      const window = windows.get(key);
      if (window === undefined || now - window.from >= WINDOW_MS || now < window.from) {
        windows.set(key, { from: now, taken: 1 });
        return perMinute < 1 ? WINDOW_MS : null;
      }
      window.taken += 1;
      return window.taken <= perMinute ? null : window.from + WINDOW_MS - now;
    },
  };
}
