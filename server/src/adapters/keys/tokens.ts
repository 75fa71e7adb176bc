/** Short tokens as JWTs (RFC 7519), ES256 only, one audience per use. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Clock, ConsoleClaims, TokenClaims, Tokens } from '../../app/ports.ts';

const ISSUER = 'zhenxue';
const LIVE = 'zhenxue:live';
const CONSOLE = 'zhenxue:console';
const ENROLMENT = 'zhenxue:enrolment';
const SECOND_MS = 1_000;

interface PublicJwk {
  readonly crv: string;
  readonly kty: string;
  readonly x: string;
  readonly y: string;
}

/** Key id: the JWK thumbprint of RFC 7638. */
function thumbprint(jwk: PublicJwk): string {
  const { crv, kty, x, y } = jwk;
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

/** Reads a token of one audience. The token is attacker-controlled. */
function createReader(publicKey: KeyObject, clock: Clock) {
  return (token: string, audience: string): { claims: jwt.JwtPayload } | { expired: boolean } => {
    try {
      const claims = jwt.verify(token, publicKey, {
        algorithms: ['ES256'],
        issuer: ISSUER,
        audience,
        clockTimestamp: clock.now() / SECOND_MS,
      });
      return typeof claims === 'string' ? { expired: false } : { claims };
    } catch (error) {
      return { expired: error instanceof jwt.TokenExpiredError };
    }
  };
}

/** @param signing EC P-256 private key. @param clock decides what has expired. */
export function createTokens(signing: KeyObject, clock: Clock): Tokens {
  const publicKey = createPublicKey(signing);
  const jwk = publicKey.export({ format: 'jwk' }) as unknown as PublicJwk;
  const keyid = thumbprint(jwk);
  const read = createReader(publicKey, clock);
  const sign = (payload: Record<string, unknown>, audience: string, expiresAt: number) =>
    jwt.sign({ ...payload, iat: Math.floor(clock.now() / SECOND_MS), exp: expiresAt / SECOND_MS }, signing, {
      algorithm: 'ES256',
      issuer: ISSUER,
      audience,
      keyid,
    });
  return {
    issue: ({ kind, session, jti, expiresAt }) => sign({ kind, sub: session, jti }, LIVE, expiresAt),
    check(token) {
      const result = read(token, LIVE);
      if (!('claims' in result))
        return { ok: false, code: result.expired ? 'ticket-expired' : 'ticket-invalid' };
      const { kind, sub, jti, exp } = result.claims as { kind?: unknown } & jwt.JwtPayload;
      const isKind = kind === 'ticket' || kind === 'resume';
      if (!isKind || sub === undefined || jti === undefined || exp === undefined) {
        return { ok: false, code: 'ticket-invalid' };
      }
      const claims: TokenClaims = { kind, session: sub, jti, expiresAt: Math.round(exp * SECOND_MS) };
      return { ok: true, claims };
    },
    issueConsole: ({ role, platform, name, expiresAt }) => sign({ role, platform, name }, CONSOLE, expiresAt),
    checkConsole(token) {
      const result = read(token, CONSOLE);
      if (!('claims' in result)) return null;
      const { role, platform, name, exp } = result.claims as Partial<Record<keyof ConsoleClaims, unknown>> &
        jwt.JwtPayload;
      if (role !== 'regulator' && role !== 'platform') return null;
      if (typeof name !== 'string' || exp === undefined) return null;
      if (role === 'platform' ? typeof platform !== 'string' : platform !== null) return null;
      return { role, platform: platform as string | null, name, expiresAt: Math.round(exp * SECOND_MS) };
    },
    issueEnrolment: (enrolment, expiresAt) => sign({ sub: enrolment }, ENROLMENT, expiresAt),
    checkEnrolment(token) {
      const result = read(token, ENROLMENT);
      return 'claims' in result ? (result.claims.sub ?? null) : null;
    },
    jwks: () => ({ keys: [{ ...jwk, kid: keyid, alg: 'ES256', use: 'sig' }] }),
  };
}
