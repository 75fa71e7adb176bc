/** Credentials of a request, and how often one key may ask. */
import type { Request } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { App } from '../../app/context.ts';
import { Refusal } from '../../app/failure.ts';
import { authenticate, type Principal } from '../../app/principal.ts';

/** Seconds of the rate window. */
const WINDOW_S = 60;

/** The bearer credential (RFC 6750 §2.1), null when there is none. */
export function bearerOf(request: Request): string | null {
  const match = /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '');
  return match?.[1] ?? null;
}

/** Who asks; counts against the key's limit. */
export type Authenticate = (request: Request) => Promise<Principal>;

/** @param requestsPerMinute per access key. @returns throws Refusal `unauthorized` or `rate-limited`. */
export function createAuthenticate(app: App, requestsPerMinute: number): Authenticate {
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: WINDOW_S });
  return async (request) => {
    const principal = await authenticate(app, bearerOf(request));
    await limiter.consume(principal.limitKey).catch(() => {
      app.metrics.count('http.limited');
      throw new Refusal('rate-limited', `expected at most ${requestsPerMinute} requests per minute`);
    });
    return principal;
  };
}

/** Limits anonymous requests by address. */
export type LimitAddress = (request: Request) => Promise<void>;

/** @returns throws Refusal `rate-limited`. */
export function createLimitAddress(app: App, requestsPerMinute: number): LimitAddress {
  const limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: WINDOW_S });
  return async (request) => {
    await limiter.consume(request.ip ?? 'unknown').catch(() => {
      app.metrics.count('http.limited');
      throw new Refusal('rate-limited', `expected at most ${requestsPerMinute} requests per minute`);
    });
  };
}
