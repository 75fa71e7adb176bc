/** Refusals as RFC 9457 problem details. The one table that maps codes to HTTP statuses. */
import type { ErrorCode, Problem } from '@zhenxue/protocol';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { Refusal } from '../../app/failure.ts';
import type { Log } from '../../app/ports.ts';

/** Status and title of every code. Titles never change with the occasion (RFC 9457 §3.1.3). */
export const PROBLEMS: Readonly<Record<ErrorCode, readonly [status: number, title: string]>> = {
  'malformed-json': [400, 'The document is not JSON'],
  'batch-too-large': [413, 'The batch is too large'],
  'unsupported-version': [400, 'The protocol version is not supported'],
  'invalid-batch': [400, 'The batch is not well formed'],
  'invalid-request': [400, 'The request is not well formed'],
  'payload-too-large': [413, 'The request is too large'],
  'out-of-order': [409, 'A batch is missing before this one'],
  'chain-mismatch': [409, 'The batch does not follow the stored one'],
  'session-ended': [410, 'The sitting has ended'],
  'session-unknown': [404, 'There is no such sitting'],
  'wrong-session': [409, 'The batch belongs to another sitting'],
  'photo-unexpected': [409, 'No such photo was asked for'],
  'photo-hash-mismatch': [400, 'The photo does not match its hash'],
  'photo-unusable': [422, 'The photo cannot be used'],
  'challenge-void': [409, 'The challenge is not, or no longer, open'],
  'ticket-missing': [401, 'There is no ticket'],
  'ticket-invalid': [401, 'The ticket is not valid'],
  'ticket-expired': [401, 'The ticket has expired'],
  'ticket-used': [409, 'The ticket was used before'],
  unauthorized: [401, 'The access key is missing or not valid'],
  forbidden: [403, 'This access key may not do that'],
  'not-found': [404, 'There is no such thing'],
  'platform-banned': [403, 'The platform is banned'],
  'platform-unlisted': [403, 'The platform is not listed'],
  'lesson-unknown': [404, 'There is no such lesson'],
  'lesson-locked': [409, 'Earlier lessons come first'],
  'consent-required': [403, 'The learner has not agreed to this'],
  'not-enrolled': [409, 'There is no enrolment to compare with'],
  'idempotency-conflict': [409, 'The idempotency key was used for another request'],
  'rate-limited': [429, 'Too many requests'],
  'slow-down': [503, 'The server is busy'],
  unavailable: [503, 'The server is not available'],
  internal: [500, 'A fault of the server'],
};

/** The body for a refusal. */
export function problemOf(refusal: Refusal): Problem {
  const [status, title] = PROBLEMS[refusal.code];
  const problem = { type: `urn:zhenxue:problem:${refusal.code}`, title, status, code: refusal.code };
  const body: Problem = { ...problem, detail: refusal.message };
  return refusal.banEndsOn === null ? body : { ...body, banEndsOn: refusal.banEndsOn };
}

/** Answers with a problem. */
export function sendProblem(response: Response, refusal: Refusal): void {
  const problem = problemOf(refusal);
  if (refusal.code === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer');
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** What body-parser and express throw, in our words. Their messages repeat content, so none is passed on. */
function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  const { type, status } = (typeof error === 'object' && error !== null ? error : {}) as {
    type?: unknown;
    status?: unknown;
  };
  if (type === 'entity.parse.failed') return new Refusal('malformed-json', 'body: expected a JSON document');
  if (type === 'entity.too.large') return new Refusal('payload-too-large', 'body: expected fewer bytes');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Refusal(status === 404 ? 'not-found' : 'invalid-request', 'expected a well-formed request');
  }
  return null;
}

/** Last in the chain: every error becomes a problem; faults are logged, not shown. */
export function createErrorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const refusal = refusalOf(error);
    if (refusal === null)
      log.error('http.failed', { method: request.method, path: request.path, error: String(error) });
    sendProblem(response, refusal ?? new Refusal('internal', 'The fault was logged.'));
  };
}

/** For paths that nothing answers. */
export const unknownRoute: RequestHandler = (_request, response) => {
  sendProblem(response, new Refusal('not-found', 'expected a path of this API'));
};
