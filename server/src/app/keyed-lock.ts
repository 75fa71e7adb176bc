/** Runs tasks of one key one after the other. */

/** Waits for the key's earlier tasks, then runs `task`. A failed task does not stop the next. */
export type KeyedLock = <T>(key: string, task: () => Promise<T>) => Promise<T>;

/** Keys are forgotten as soon as nobody waits for them. */
export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<unknown>>();
  return async <T>(key: string, task: () => Promise<T>): Promise<T> => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(task, task);
    const tail = mine.catch(() => {});
    tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}
