/** Who asks: a platform's key, a regulator's key, or a console token made from either. */
import type { ConsoleToken } from '@zhenxue/protocol';
import type { App } from './context.ts';
import { Refusal } from './failure.ts';
import { hashText } from './hash.ts';
import type { Scope } from './ports.ts';

/** The asker. `platform` is null for a regulator. */
export interface Principal {
  readonly role: 'platform' | 'regulator';
  readonly platform: string | null;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** For rate limits; the same for every request of one key. */
  readonly limitKey: string;
}

/** Milliseconds that a console token lives: one look at the lists, renewed by logging in again. */
const CONSOLE_TTL_MS = 1_800_000;

/** Characters of a credential that are looked at at all. */
const CREDENTIAL_CHARS_MAX = 2_048;

/** Access keys begin with this; everything else is taken for a console token. */
const KEY_PREFIX = 'zx_';

function unauthorized(): Refusal {
  return new Refusal('unauthorized', 'expected a valid access key or console token');
}

async function ofKey(app: App, key: string): Promise<Principal> {
  const row = await app.registry.key(hashText(key));
  if (row === null) throw unauthorized();
  const { platform, scopes, label } = row;
  const role = scopes.includes('regulator') ? 'regulator' : 'platform';
  if (role === 'platform' && platform === null) throw unauthorized();
  return { role, platform, name: label, scopes, limitKey: row.hash };
}

/** Reads a bearer credential. @throws Refusal `unauthorized`. */
export async function authenticate(app: App, credential: string | null): Promise<Principal> {
  if (credential === null || credential === '' || credential.length > CREDENTIAL_CHARS_MAX)
    throw unauthorized();
  if (credential.startsWith(KEY_PREFIX)) return ofKey(app, credential);
  const claims = app.tokens.checkConsole(credential);
  if (claims === null) throw unauthorized();
  const { role, platform, name } = claims;
  const scopes: readonly Scope[] = role === 'regulator' ? ['regulator'] : ['sessions:read'];
  return { role, platform, name, scopes, limitKey: `console:${role}:${platform ?? ''}:${name}` };
}

/** The platform that a key with this scope belongs to. @throws Refusal `forbidden`. */
export function requirePlatform(principal: Principal, scope: Scope): string {
  if (principal.platform === null || !principal.scopes.includes(scope)) {
    throw new Refusal('forbidden', `expected a platform's access key with the scope ${scope}`);
  }
  return principal.platform;
}

/** @throws Refusal `forbidden` unless a regulator asks. */
export function requireRegulator(principal: Principal): void {
  if (principal.role !== 'regulator') throw new Refusal('forbidden', "expected a regulator's access");
}

/**
 * Whose sittings the asker may read: a platform its own, a regulator all (null).
 * @throws Refusal `forbidden` when the key may not read sittings at all.
 */
export function readableBy(principal: Principal): string | null {
  if (principal.role === 'regulator') return null;
  return requirePlatform(principal, 'sessions:read');
}

/** Exchanges an access key for a short console token. @throws Refusal `unauthorized`, `forbidden`. */
export async function consoleLogin(app: App, key: string | null): Promise<ConsoleToken> {
  if (key === null || !key.startsWith(KEY_PREFIX)) throw unauthorized();
  const principal = await authenticate(app, key);
  readableBy(principal);
  const { role, platform, name } = principal;
  const expiresAt = app.clock.now() + CONSOLE_TTL_MS;
  return { token: app.tokens.issueConsole({ role, platform, name, expiresAt }), expiresAt, role, name };
}
