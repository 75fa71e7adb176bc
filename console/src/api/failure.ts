/** Failures of the REST interface as the console shows them: a code, in words, never the raw answer. */
import type { ErrorCode, Problem } from '@zhenxue/protocol';

/** A code of the server, or `network` when no answer came. */
export type FailureCode = ErrorCode | 'network';

/** A request that failed. `status` 0 = no answer. */
export class ApiFailure extends Error {
  readonly code: FailureCode;
  readonly status: number;
  /** With `platform-banned`: last local date of the ban. */
  readonly banEndsOn: string | null;

  constructor(code: FailureCode, status: number, banEndsOn: string | null = null) {
    super(`${code} (${status})`);
    this.name = 'ApiFailure';
    this.code = code;
    this.status = status;
    this.banEndsOn = banEndsOn;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string';
}

/** The code that stands for a status when the answer carries no problem document. */
function codeOfStatus(status: number): FailureCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 429) return 'rate-limited';
  return status === 503 ? 'unavailable' : 'internal';
}

/**
 * Reads an RFC 9457 answer (untrusted: a proxy may have written it).
 * @param body parsed JSON, or anything when there was none.
 */
export function failureOf(status: number, body: unknown): ApiFailure {
  if (!isProblem(body)) return new ApiFailure(codeOfStatus(status), status);
  return new ApiFailure(body.code as ErrorCode, status, body.banEndsOn ?? null);
}
