/** What the driver's errors mean. */

/** Duplicate key in a unique index. */
const DUPLICATE_KEY = 11_000;

/** Whether a write failed because a unique key was taken. */
export function isDuplicate(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === DUPLICATE_KEY;
}

/**
 * Positions of a bulk write that were refused because their key was taken; everything else of it was stored.
 * @throws the error itself when anything else went wrong.
 */
export function refusedIndexes(error: unknown): Set<number> {
  const { writeErrors, writeConcernErrors } = (error ?? {}) as {
    writeErrors?: unknown;
    writeConcernErrors?: unknown;
  };
  const list = (Array.isArray(writeErrors) ? writeErrors : [writeErrors]).filter(
    (entry) => entry !== undefined,
  );
  const stored = !Array.isArray(writeConcernErrors) || writeConcernErrors.length === 0;
  if (list.length === 0 || !stored || !list.every(isDuplicate)) throw error;
  return new Set(list.map((entry) => (entry as { index: number }).index));
}
