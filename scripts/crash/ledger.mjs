/** What the clients were promised: every acknowledged batch and photo, kept outside of the server's reach. */

/**
 * @typedef {{ acked: Map<number, string>, photos: Set<string> }} Promises
 * @typedef {Map<string, Promises>} Ledger by session
 */

/** @param {Ledger} ledger @param {string} session @returns {Promises} */
export function promisesOf(ledger, session) {
  const known = ledger.get(session) ?? { acked: new Map(), photos: new Set() };
  ledger.set(session, known);
  return known;
}

/** Acknowledged batches in all. @param {Ledger} ledger */
export function countAcked(ledger) {
  let sum = 0;
  for (const { acked } of ledger.values()) sum += acked.size;
  return sum;
}

/** Acknowledged photos in all. @param {Ledger} ledger */
export function countPhotos(ledger) {
  let sum = 0;
  for (const { photos } of ledger.values()) sum += photos.size;
  return sum;
}
