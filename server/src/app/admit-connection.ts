/** May the holder of this token connect? Asked before any upgrade to WebSocket. */
import type { App } from './context.ts';
import { Refusal } from './failure.ts';
import { banNow, bannedRefusal } from './platform-standing.ts';
import type { TokenClaims } from './ports.ts';

/** Characters of a token that are looked at at all; ours have fewer than 500. */
const TOKEN_CHARS_MAX = 2_048;

/** What was admitted. */
export interface Admission {
  readonly session: string;
}

/** Everything but the single use. @throws Refusal with the reason. */
async function examine(app: App, token: string): Promise<TokenClaims> {
  if (token === '') throw new Refusal('ticket-missing', 'expected a ticket');
  if (token.length > TOKEN_CHARS_MAX) throw new Refusal('ticket-invalid', 'expected a ticket of this server');
  const checked = app.tokens.check(token);
  if (!checked.ok) {
    const expected = checked.code === 'ticket-expired' ? 'a ticket in its time' : 'a ticket of this server';
    throw new Refusal(checked.code, `expected ${expected}`);
  }
  const { claims } = checked;
  const row = await app.sessions.get(claims.session);
  if (row === null) throw new Refusal('ticket-invalid', 'expected a ticket of this server');
  const ban = await banNow(app, row.platform);
  if (ban !== null) throw bannedRefusal(ban);
  if (row.endedAt !== null) throw new Refusal('session-ended', 'expected a sitting that has not ended');
  return claims;
}

/** Admits a connection and uses the ticket up. @throws Refusal with the reason. */
export async function admitConnection(app: App, token: string): Promise<Admission> {
  const claims = await examine(app, token);
  if (claims.kind === 'ticket' && !(await app.tickets.use(claims.jti, app.clock.now()))) {
    throw new Refusal('ticket-used', 'expected a ticket that was not used before');
  }
  return { session: claims.session };
}

/** Why a token would be refused, without using it up: browsers cannot read the answer to a refused upgrade. */
export async function checkTicket(app: App, token: string): Promise<void> {
  const claims = await examine(app, token);
  if (claims.kind === 'ticket' && (await app.tickets.standing(claims.jti)) !== 'fresh') {
    throw new Refusal('ticket-used', 'expected a ticket that was not used before');
  }
}
