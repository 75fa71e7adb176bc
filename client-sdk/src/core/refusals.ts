/** What the SDK does about each error code of the server. */
import type { ErrorCode } from '@zhenxue/protocol';

/** Another try may succeed: the refusal is about the moment. */
export function isPassing(code: ErrorCode): boolean {
  return code === 'slow-down' || code === 'rate-limited' || code === 'unavailable' || code === 'internal';
}

/** As {@link isPassing}, for a handshake: a proxy or another service answered instead of ours. */
export function passesAtHandshake(code: ErrorCode): boolean {
  return isPassing(code) || code === 'not-found' || code === 'invalid-request';
}

/** The refusal is about the bytes: sent again they will be refused again. */
export function isPoison(code: ErrorCode): boolean {
  return (
    code === 'malformed-json' ||
    code === 'batch-too-large' ||
    code === 'invalid-batch' ||
    code === 'invalid-request' ||
    code === 'payload-too-large' ||
    code === 'wrong-session'
  );
}

/** A new ticket may help. */
export function isAboutToken(code: ErrorCode): boolean {
  return (
    code === 'ticket-missing' ||
    code === 'ticket-invalid' ||
    code === 'ticket-expired' ||
    code === 'ticket-used'
  );
}
