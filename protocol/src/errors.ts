/**
 * The closed list of error codes that leave the server. HTTP statuses are mapped in one table of the server;
 * `docs/errors.md` explains each code and is checked against this list.
 */

/** Every error code, stable once released. */
export const ERROR_CODES = [
  // bytes and messages
  'malformed-json',
  'batch-too-large',
  'unsupported-version',
  'invalid-batch',
  'invalid-request',
  'payload-too-large',
  // the order of a session
  'out-of-order',
  'chain-mismatch',
  'session-ended',
  'session-unknown',
  'wrong-session',
  'photo-unexpected',
  'photo-hash-mismatch',
  'photo-unusable',
  'challenge-void',
  // who may
  'ticket-missing',
  'ticket-invalid',
  'ticket-expired',
  'ticket-used',
  'unauthorized',
  'forbidden',
  'not-found',
  'platform-banned',
  'platform-unlisted',
  'lesson-unknown',
  'lesson-locked',
  'consent-required',
  'not-enrolled',
  'idempotency-conflict',
  // load and faults
  'rate-limited',
  'slow-down',
  'unavailable',
  'internal',
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What was wrong with attacker-controlled bytes: where, what was expected, what kind of thing came (never the value). */
export interface ProtocolError {
  readonly code: ErrorCode;
  /** Path inside the document, such as `events[3].t`. */
  readonly path: string;
  /** What was expected there, in words. */
  readonly expected: string;
  /** The kind of thing that came: a type name or a size, never the content. */
  readonly got: string;
}

/** Either a value or the reason why there is none. */
export type Result<T, E = ProtocolError> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** A sentence for logs and answers; holds no content of the rejected document. */
export function describeError(error: ProtocolError): string {
  return `${error.path}: expected ${error.expected}, got ${error.got}`;
}
