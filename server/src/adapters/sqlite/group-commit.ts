/**
 * Group commit: every change asked for in one turn of the event loop goes into one transaction, and every promise is
 * resolved only after its COMMIT. The first error of any kind closes the writer for good: what was in the group is
 * rejected, and so is everything after it (fail closed, design §3).
 */
import { Refusal } from '../../app/failure.ts';

/** The part of a connection that the writer needs. */
export interface Transactions {
  exec(sql: string): void;
}

/** Runs `flush` at the end of the current turn. */
export type Defer = (flush: () => void) => void;

/** Queues changes; see the file's comment. */
export interface Writer {
  /** Runs `change` inside the next transaction and resolves with its result after the commit. */
  write<T>(change: () => T): Promise<T>;
  /** The same for what may be refused: an error that `change` returns (never throws) rejects, and the writer goes on. */
  attempt(change: () => Error | null): Promise<void>;
  /** Why the writer is closed for good, null while it works. */
  failure(): Error | null;
  /** Commits what is queued and refuses everything from now on. */
  close(): void;
}

/** One change and whoever waits for it. A class: one is made per batch, and methods cost no closures. */
class Queued<T = unknown> {
  readonly change: () => T;
  readonly resolve: (result: T) => void;
  readonly reject: (error: Error) => void;
  result: T | null = null;

  constructor(change: () => T, resolve: (result: T) => void, reject: (error: Error) => void) {
    this.change = change;
    this.resolve = resolve;
    this.reject = reject;
  }

  run(): void {
    this.result = this.change();
  }

  settle(): void {
    this.resolve(this.result as T);
  }
}

/** Changes waiting for one commit: more than any healthy turn of the loop brings. */
const QUEUE_MAX = 100_000;

/** @param onFailure told once, when the writer closes for good. @param begun told at the start of every transaction. */
export function createWriter(
  db: Transactions,
  onFailure: (error: Error) => void,
  defer: Defer = (flush) => void setImmediate(flush),
  begun: () => void = () => {},
): Writer {
  let queue: Queued[] = [];
  let failed: Error | null = null;

  function fail(group: readonly Queued[], cause: unknown): void {
    failed = new Refusal(
      'unavailable',
      'store: expected every commit to succeed; closed after a failed one',
      {
        cause,
      },
    );
    try {
      db.exec('ROLLBACK');
    } catch {
      // The transaction may be gone already; the writer is closed either way.
    }
    for (const change of [...group, ...queue]) change.reject(failed);
    queue = [];
    onFailure(failed);
  }

  function flush(): void {
    if (queue.length === 0) return;
    const group = queue;
    queue = [];
    try {
      db.exec('BEGIN IMMEDIATE');
      begun();
      for (const change of group) change.run();
      db.exec('COMMIT');
    } catch (error) {
      fail(group, error);
      return;
    }
    for (const change of group) change.settle();
  }

  function enqueue<T>(change: () => T, resolve: (result: T) => void, reject: (error: Error) => void): void {
    if (failed !== null || queue.length >= QUEUE_MAX) {
      reject(failed ?? new Refusal('slow-down', 'store: expected a shorter queue'));
      return;
    }
    if (queue.length === 0) defer(flush);
    queue.push(new Queued<T>(change, resolve, reject) as Queued);
  }

  return {
    write: <T>(change: () => T) => new Promise<T>((resolve, reject) => enqueue(change, resolve, reject)),
    attempt: (change) =>
      new Promise<void>((resolve, reject) =>
        enqueue(change, (refused) => (refused === null ? resolve() : reject(refused)), reject),
      ),
    failure: () => failed,
    close(): void {
      flush();
      failed ??= new Refusal('unavailable', 'store: expected to be open; it was closed');
    },
  };
}
