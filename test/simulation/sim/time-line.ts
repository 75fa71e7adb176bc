/**
 * The one event queue of a world. Nothing waits for real time: the clock jumps from event to event, and after every event
 * all promises settle before the next one runs, so that the same seed always gives the same order.
 */

/** Whose task it is: a page that sleeps runs its tasks later, one that is gone never. */
export interface Host {
  pausedUntil: number;
  gone: boolean;
}

/** Runs `task` once after `delayMs`; returns its stop. */
export type Schedule = (delayMs: number, task: () => void) => () => void;

interface Entry {
  at: number;
  order: number;
  task: (() => void) | null;
  readonly host: Host | null;
}

/** Cancelled entries are cleared out when they outnumber this and half of all. */
const CANCELLED_MIN = 256;

const SETTLED: Promise<void> = Promise.resolve();

/** Events between two ticks of the process, where the promises can be settled without one. */
const SETTLED_AT_ONCE_MAX = 32;

/**
 * Lets all promises settle at once, from outside of a promise's own reaction.
 * @returns null where the runtime was not started with `--allow-natives-syntax`, as `scripts/simulate.mjs` does.
 */
function settler(): (() => void) | null {
  if (!process.execArgv.includes('--allow-natives-syntax')) return null;
  return new Function('%PerformMicrotaskCheckpoint()') as () => void;
}

/** See the file's comment. Times are epoch ms. */
export class TimeLine {
  now: number;
  /** Lets all promises settle at once; null = only a tick of the process does. */
  readonly settle: (() => void) | null;
  /** Events that ran. */
  ran = 0;
  #heap: Entry[] = [];
  #order = 0;
  #cancelled = 0;

  constructor(startAt: number, settle: (() => void) | null = settler()) {
    this.now = startAt;
    this.settle = settle;
  }

  /** Runs `task` after a delay on behalf of a host; clocks and timers know whole milliseconds only. */
  after(delayMs: number, task: () => void, host: Host | null = null): () => void {
    this.#order += 1;
    const entry: Entry = { at: this.now + Math.max(0, Math.ceil(delayMs)), order: this.#order, task, host };
    this.#push(entry);
    return () => {
      if (entry.task === null) return;
      entry.task = null;
      this.#cancelled += 1;
      if (this.#cancelled > CANCELLED_MIN && this.#cancelled * 2 > this.#heap.length) this.#clear();
    };
  }

  /** A schedule for one host. */
  scheduleOf(host: Host): Schedule {
    return (delayMs, task) => this.after(delayMs, task, host);
  }

  /** Runs everything up to and including `until`, then stands there. @throws what a task throws. */
  run(until: number): Promise<void> {
    const { settle } = this;
    return new Promise((resolve, reject) => {
      const hop = () => process.nextTick(step);
      const step = () => {
        try {
          for (let ran = 1; ; ran += 1) {
            if (!this.#runNext(until)) {
              this.now = until;
              resolve();
              return;
            }
            // Rejections that nobody handles are reported between two ticks of the process only.
            if (settle === null || ran === SETTLED_AT_ONCE_MAX) break;
            settle();
          }
        } catch (error) {
          reject(error);
          return;
        }
        // A tick queued from the microtask queue runs only after that queue is empty: all promises have settled. A promise's
        // own reaction costs a quarter of what queueMicrotask does.
        void SETTLED.then(hop);
      };
      process.nextTick(step);
    });
  }

  #runNext(until: number): boolean {
    for (;;) {
      const entry = this.#heap[0];
      if (entry === undefined || entry.at > until) return false;
      this.#pop();
      const { task, host } = entry;
      if (task === null) {
        this.#cancelled -= 1;
        continue;
      }
      if (host !== null) {
        if (host.gone) continue;
        if (host.pausedUntil > entry.at) {
          entry.at = host.pausedUntil;
          this.#push(entry);
          continue;
        }
      }
      this.now = entry.at;
      entry.task = null;
      this.ran += 1;
      task();
      return true;
    }
  }

  #clear(): void {
    const kept = this.#heap.filter((entry) => entry.task !== null);
    this.#heap = [];
    this.#cancelled = 0;
    for (const entry of kept) this.#push(entry);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up] as Entry;
      if (before(parent, entry)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
      if (before(last, heap[child] as Entry)) break;
      heap[i] = heap[child] as Entry;
      i = child;
    }
    heap[i] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
