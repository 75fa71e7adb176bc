/** Bounds of the SDK, each with its unit and its reason. */

/** Events per batch: 192 × at most 256 bytes stay inside the 48 KiB that a closing page may still send. */
export const EVENTS_PER_BATCH_MAX = 192;

/** Milliseconds in which events are gathered into one batch. */
export const COALESCE_MS = 100;

/** Bytes kept on the client, batches and photos together: many hours of beats. Photos go first, then new events; both are counted. */
export const OUTBOX_BYTES_MAX: number = 4 * 1_024 * 1_024;

/** Milliseconds after which stored batches are useless: the longest sitting (48 h). */
export const OUTBOX_AGE_MAX_MS: number = 48 * 3_600_000;

/** Bytes that a page may still send while it is being hidden or closed: browsers cut off what is much longer. */
export const CLOSING_BYTES_MAX: number = 48 * 1_024;

/** Photos waiting for upload. */
export const PHOTOS_MAX = 4;

/** Batches sent and not yet acknowledged. */
export const IN_FLIGHT_MAX = 8;

/** Milliseconds without an answer to a batch after which the connection counts as dead. */
export const ACK_TIMEOUT_MS = 20_000;

/** Milliseconds from opening a connection to its welcome. */
export const WELCOME_TIMEOUT_MS = 10_000;

/** Milliseconds in which `start()` must have a sitting open. */
export const START_TIMEOUT_MS = 30_000;

/** Milliseconds of the first wait before reconnecting; doubled each time. */
export const BACKOFF_MIN_MS = 500;

/** Milliseconds of the longest wait before reconnecting. */
export const BACKOFF_MAX_MS = 30_000;

/** Milliseconds that a connection must live before the backoff starts anew. */
export const STABLE_MS = 10_000;

/** Failed handshakes with one token that the server calls usable, and refusals of fresh tickets in a row. */
export const TOKEN_TRIES_MAX = 3;

/** Milliseconds that `stop()` waits for the last acknowledgement. */
export const STOP_FLUSH_MS = 1_500;

/** Directive ids remembered, to show each only once. */
export const DIRECTIVES_REMEMBERED_MAX = 256;

/** Milliseconds before a refused batch or photo is tried again when the server names no time. */
export const RETRY_MS = 1_000;

/** Refusals in a row that are answered at once; further ones wait, so that two confused ends do not spin. */
export const REFUSALS_AT_ONCE_MAX = 3;
