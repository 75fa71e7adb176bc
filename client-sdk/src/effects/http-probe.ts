import type { Probe } from '../core/effects.ts';
import { knownCode } from '../core/errors.ts';

/** Milliseconds to wait for the answer. */
const PROBE_TIMEOUT_MS = 5_000;

/** Asks `POST /v1/tickets/check` whether a token would be let in. The token travels in the body, never in the URL. */
export function httpProbe(endpoint: string, ask: typeof fetch = (...args) => fetch(...args)): Probe {
  const url = `${endpoint.replace(/\/$/, '')}/v1/tickets/check`;
  return async (token) => {
    try {
      const answer = await ask(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ticket: token }),
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      });
      if (answer.ok) return 'usable';
      const problem = (await answer.json().catch(() => null)) as { code?: unknown } | null;
      return answer.status >= 500 && problem === null ? 'unavailable' : knownCode(problem?.code);
    } catch {
      return 'unreachable';
    }
  };
}
