/**
 * Group commit: every change asked for in one turn of the event loop goes into one transaction, and every promise is
 * resolved only after its COMMIT. The first error of any kind closes the writer for good: what was in the group is
 * rejected, and so is everything after it (fail closed, design §3).
 */

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
  /** Why the writer is closed for good, null while it works. */
  failure(): Error | null;
  /** Commits what is queued and refuses everything from now on. */
  close(): void;
}

interface Queued {
  readonly run: () => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Changes waiting for one commit: more than any healthy turn of the loop brings. */
const QUEUE_MAX = 100_000;

/** @param onFailure told once, when the writer closes for good. */
export function createWriter(
  db: Transactions,
  onFailure: (error: Error) => void,
  defer: Defer = (flush) => void setImmediate(flush),
): Writer {
  let queue: Queued[] = [];
  let failed: Error | null = null;

  function fail(group: readonly Queued[], cause: unknown): void {
    failed = new Error('store: expected every commit to succeed; closed after a failed one', { cause });
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
      for (const change of group) change.run();
      db.exec('COMMIT');
    } catch (error) {
      fail(group, error);
      return;
    }
    for (const change of group) change.resolve();
  }

  return {
    write<T>(change: () => T): Promise<T> {
      if (failed !== null) return Promise.reject(failed);
      if (queue.length >= QUEUE_MAX) return Promise.reject(new Error('store: expected a shorter queue'));
      return new Promise<T>((resolve, reject) => {
        let result: T;
        if (queue.length === 0) defer(flush);
        queue.push({
          run: () => {
            result = change();
          },
          resolve: () => resolve(result),
          reject,
        });
      });
    },
    failure: () => failed,
    close(): void {
      flush();
      failed ??= new Error('store: expected to be open; it was closed');
    },
  };
}
