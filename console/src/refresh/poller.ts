/** Repeats a task while the page is visible. */

/** Milliseconds between the end of one refresh and the start of the next. */
export const REFRESH_MS = 3_000;

/** The parts of `document` in use. */
export interface PageVisibility {
  readonly hidden: boolean;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}

/** Effects of {@link startPoller}. */
export interface PollerOptions {
  /** One refresh. Its own failures are its own business; a rejection is ignored and the next one is tried. */
  readonly run: () => Promise<void>;
  readonly intervalMs: number;
  readonly page: PageVisibility;
  /** Runs a task once after some ms; returns its cancellation. */
  readonly schedule: (delayMs: number, task: () => void) => () => void;
}

/**
 * Starts with a first wait, then refreshes again and again: never two at once, none while the page is hidden, one at once
 * when it becomes visible again.
 * @returns its stop.
 */
export function startPoller(options: PollerOptions): () => void {
  let stopped = false;
  let running = false;
  let cancel: (() => void) | null = null;

  function wait(): void {
    cancel?.();
    cancel = stopped || options.page.hidden ? null : options.schedule(options.intervalMs, refresh);
  }
  function refresh(): void {
    cancel = null;
    if (stopped || running || options.page.hidden) return;
    running = true;
    const settle = (): void => {
      running = false;
      wait();
    };
    options.run().then(settle, settle);
  }
  function onVisibility(): void {
    cancel?.();
    cancel = null;
    refresh();
  }

  options.page.addEventListener('visibilitychange', onVisibility);
  wait();
  return () => {
    stopped = true;
    cancel?.();
    cancel = null;
    options.page.removeEventListener('visibilitychange', onVisibility);
  };
}
