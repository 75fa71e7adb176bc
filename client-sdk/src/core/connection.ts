/**
 * Keeps one connection alive: ticket, handshake, welcome, backoff, resume token, new ticket. Knows nothing of batches.
 * A refused handshake tells a browser nothing, so the reason is asked for separately (`Probe`).
 */
import { type Directive, type ErrorCode, PROTOCOL_VERSION, type Welcome } from '@zhenxue/protocol';
import type { GetTicket, Link, OpenLink, Probe, ProbeAnswer, Random, Schedule } from './effects.ts';
import { MonitorError, type MonitorErrorCode } from './errors.ts';
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS, STABLE_MS, TOKEN_TRIES_MAX, WELCOME_TIMEOUT_MS } from './limits.ts';
import { isAboutToken, passesAtHandshake } from './refusals.ts';

/** State of the connection as the host sees it. */
export type ConnectionState = 'idle' | 'connecting' | 'online' | 'waiting' | 'stopped';

/** What a connection tells. */
export interface ConnectionEvents {
  state(state: ConnectionState): void;
  /** The session as the platform's backend named it, before connecting. False: do not connect. */
  admit(session: string): Promise<boolean>;
  welcome(welcome: Welcome, link: Link): void;
  directive(directive: Directive, confirm: () => void): void;
  down(): void;
  /** It will not come back. */
  failed(error: MonitorError): void;
}

/** A connection that comes back by itself until it is stopped or refused for good. */
export interface Connection {
  start(): void;
  /** Tries at once if it is waiting, such as when the browser says that the network is back. */
  nudge(): void;
  /** Drops the present link and connects anew. */
  restart(): void;
  stop(): void;
}

/** What a connection needs. */
export interface ConnectionOptions {
  readonly getTicket: GetTicket;
  readonly openLink: OpenLink;
  readonly probe: Probe;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly on: ConnectionEvents;
}

interface Token {
  readonly kind: 'ticket' | 'resume';
  readonly value: string;
}

/** Creates a connection; `start` begins. Tokens stay in closures: they are never stored or logged. */
export function createConnection(options: ConnectionOptions): Connection {
  const { schedule, on } = options;
  let state: ConnectionState = 'idle';
  let token: Token | null = null;
  let tokenTries = 0;
  let freshRefusals = 0;
  let failures = 0;
  let link: Link | null = null;
  /** Grows with every attempt: what belongs to an older one is ignored. */
  let attempt = 0;
  let stopTimer: (() => void) | null = null;
  let stopStable: (() => void) | null = null;

  function become(next: ConnectionState): void {
    if (state === next) return;
    state = next;
    on.state(next);
  }

  function quiet(): void {
    attempt += 1;
    stopTimer?.();
    stopStable?.();
    stopTimer = null;
    stopStable = null;
    const old = link;
    link = null;
    old?.close();
  }

  function fail(code: MonitorErrorCode, cause?: unknown): void {
    quiet();
    become('stopped');
    on.failed(new MonitorError(code, cause));
  }

  function wait(): void {
    const full = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(failures, 16));
    failures += 1;
    become('waiting');
    stopTimer = schedule(full / 2 + (full / 2) * options.random(), () => void connect());
  }

  async function obtain(mine: number): Promise<Token | null> {
    if (token !== null) return token;
    try {
      const answer = await options.getTicket();
      const ticket = typeof answer === 'string' ? { ticket: answer } : answer;
      if (mine !== attempt) return null;
      if (ticket.session !== undefined && !(await on.admit(ticket.session))) {
        if (mine === attempt) fail('second-tab');
        return null;
      }
      if (mine !== attempt) return null;
      token = { kind: 'ticket', value: ticket.ticket };
      tokenTries = 0;
      return token;
    } catch (cause) {
      if (mine !== attempt) return null;
      freshRefusals += 1;
      if (freshRefusals >= TOKEN_TRIES_MAX) fail('ticket-failed', cause);
      else wait();
      return null;
    }
  }

  /** A new ticket may help, and is asked for at once when only the resume token was refused. */
  function discard(used: Token, code: ErrorCode): void {
    token = null;
    if (used.kind === 'resume') {
      void connect();
      return;
    }
    freshRefusals += 1;
    if (freshRefusals >= TOKEN_TRIES_MAX) fail(code);
    else wait();
  }

  function judge(used: Token, answer: ProbeAnswer): void {
    if (answer === 'usable') {
      tokenTries += 1;
      if (tokenTries >= TOKEN_TRIES_MAX) token = null;
      wait();
    } else if (answer === 'unreachable' || passesAtHandshake(answer)) wait();
    else if (isAboutToken(answer)) discard(used, answer);
    else fail(answer);
  }

  async function refused(mine: number, used: Token): Promise<void> {
    const answer = await options.probe(used.value);
    if (mine === attempt) judge(used, answer);
  }

  function welcomed(welcome: Welcome, from: Link): void {
    stopTimer?.();
    stopTimer = null;
    if (welcome.v !== PROTOCOL_VERSION) {
      fail('unsupported-version');
      return;
    }
    token = { kind: 'resume', value: welcome.resumeToken };
    tokenTries = 0;
    freshRefusals = 0;
    stopStable = schedule(STABLE_MS, () => {
      failures = 0;
    });
    become('online');
    on.welcome(welcome, from);
  }

  function closed(used: Token): void {
    const wasOnline = state === 'online';
    quiet();
    if (wasOnline) {
      on.down();
      wait();
    } else void refused(attempt, used);
  }

  async function connect(): Promise<void> {
    quiet();
    const mine = attempt;
    become('connecting');
    const used = await obtain(mine);
    if (used === null || mine !== attempt) return;
    stopTimer = schedule(WELCOME_TIMEOUT_MS, () => closed(used));
    const opened = options.openLink(used.value, {
      welcome: (welcome) => {
        if (mine === attempt && link !== null) welcomed(welcome, link);
      },
      directive: (directive, confirm) => {
        if (mine === attempt) on.directive(directive, confirm);
      },
      closed: () => {
        if (mine === attempt) closed(used);
      },
    });
    link = opened;
  }

  return {
    start: () => void connect(),
    nudge: () => {
      if (state === 'waiting') void connect();
    },
    restart: () => {
      if (state !== 'online') return;
      quiet();
      on.down();
      wait();
    },
    stop: () => {
      if (state === 'stopped') return;
      quiet();
      become('stopped');
    },
  };
}
