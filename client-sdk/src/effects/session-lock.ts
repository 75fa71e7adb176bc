import type { Schedule } from '../core/effects.ts';

/** Milliseconds to wait for the lock: the page before a reload may not have let go yet. */
const LOCK_WAIT_MS = 2_000;

/**
 * Makes this page the only sender of a session in this browser (Web Locks; where the interface is missing, anybody may send).
 * @returns the release, or null when another page holds the session.
 */
export function holdSession(
  session: string,
  schedule: Schedule,
  locks: LockManager | undefined = globalThis.navigator?.locks,
): Promise<(() => void) | null> {
  if (locks === undefined) return Promise.resolve(() => undefined);
  return new Promise((resolve) => {
    const giveUp = new AbortController();
    const stopTimer = schedule(LOCK_WAIT_MS, () => giveUp.abort());
    const held = locks.request(
      `zhenxue:${session}`,
      { signal: giveUp.signal },
      () =>
        new Promise<void>((release) => {
          stopTimer();
          resolve(release);
        }),
    );
    held.catch(() => {
      stopTimer();
      resolve(giveUp.signal.aborted ? null : () => undefined);
    });
  });
}
