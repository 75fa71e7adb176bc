/** What is read from an upgrade request before anything is trusted. */
import type { IncomingMessage } from 'node:http';
import { WS_PROTOCOL, WS_TICKET_PREFIX } from '@zhenxue/protocol';

/**
 * The token of an upgrade request, from its sub-protocols (RFC 6455 §11.3.4): exactly our protocol first, then the token.
 * The order matters: the server answers with the first one, and a token must never be echoed. Empty when there is none.
 */
export function tokenOf(request: IncomingMessage): string {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim());
  const [protocol, carrier, ...rest] = offered;
  if (protocol !== WS_PROTOCOL || carrier === undefined || rest.length > 0) return '';
  return carrier.startsWith(WS_TICKET_PREFIX) ? carrier.slice(WS_TICKET_PREFIX.length) : '';
}

/**
 * The client's address: that of the connection, or what the outermost trusted proxy saw.
 * @param trustedProxies how many proxies stand in front, each adding one entry to `X-Forwarded-For`.
 */
export function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const direct = request.socket.remoteAddress ?? 'unknown';
  if (trustedProxies === 0) return direct;
  const header = request.headers['x-forwarded-for'];
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((hop) => hop.trim());
  return hops.at(-trustedProxies) || direct;
}

/** Whether a page of this origin may connect. Clients that are no browsers send no origin. */
export function originAllowed(request: IncomingMessage, allowed: readonly string[] | null): boolean {
  const { origin, host } = request.headers;
  if (allowed === null || origin === undefined) return true;
  return allowed.includes(origin) || (URL.canParse(origin) && new URL(origin).host === host);
}
