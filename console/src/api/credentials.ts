/** The console token: in memory, mirrored in sessionStorage so that a reload keeps it; gone when the tab closes. */
import type { ConsoleToken } from '@zhenxue/protocol';

const STORAGE_KEY = 'zhenxue.console';

/** The parts of Web Storage in use. */
export type TokenStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

function isToken(value: unknown): value is ConsoleToken {
  return (
    typeof value === 'object' &&
    value !== null &&
    'token' in value &&
    typeof value.token === 'string' &&
    'expiresAt' in value &&
    typeof value.expiresAt === 'number'
  );
}

/** The stored token, null when there is none or it has expired by `now` (epoch ms). */
export function loadToken(storage: TokenStorage, now: number): ConsoleToken | null {
  try {
    const value: unknown = JSON.parse(storage.getItem(STORAGE_KEY) ?? 'null');
    return isToken(value) && value.expiresAt > now ? value : null;
  } catch {
    return null;
  }
}

/** Remembers the token for this tab; a full or forbidden storage only costs the next reload. */
export function saveToken(storage: TokenStorage, token: ConsoleToken | null): void {
  try {
    if (token === null) storage.removeItem(STORAGE_KEY);
    else storage.setItem(STORAGE_KEY, JSON.stringify(token));
  } catch {
    // Private windows may refuse storage; the copy in memory still serves.
  }
}
