/**
 * Keeps one connection alive: ticket, handshake, welcome, backoff, resume token, new ticket. Knows nothing of batches.
 * A refused handshake tells a browser nothing, so the reason is asked for separately (`Probe`).
 */
import {
  type Directive,
  type ErrorCode,
  type LivenessPrompt,
  speaksVersion,
  type Welcome,
} from '@zhenxue/protocol';
import type { GetTicket, Link, OpenLink, Probe, ProbeAnswer, Random, Schedule } from './effects.ts';
import { knownCode, MonitorError, type MonitorErrorCode } from './errors.ts';
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
  prompt?(prompt: LivenessPrompt): void;
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
  /** Newest protocol version spoken; the one before it is spoken too. Default: the protocol's. */
  readonly version?: number | undefined;
}

interface Token {
  readonly kind: 'ticket' | 'resume';
  readonly value: string;
}

/** Tokens stay in private fields: they are never stored or logged. */
class LiveConnection implements Connection {
  readonly #options: ConnectionOptions;
  #state: ConnectionState = 'idle';
  #token: Token | null = null;
  #tokenTries = 0;
  #freshRefusals = 0;
  #failures = 0;
  #link: Link | null = null;
  /** Grows with every attempt: what belongs to an older one is ignored. */
  #attempt = 0;
  #stopTimer: (() => void) | null = null;
  #stopStable: (() => void) | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  start = (): void => void this.#connect();

  nudge = (): void => {
    if (this.#state === 'waiting') void this.#connect();
  };

  restart = (): void => {
    if (this.#state !== 'online') return;
    this.#quiet();
    this.#options.on.down();
    this.#wait();
  };

  stop = (): void => {
    this.#quiet();
    this.#become('stopped');
  };

  #become(next: ConnectionState): void {
    if (this.#state === next) return;
    this.#state = next;
    this.#options.on.state(next);
  }

  #quiet(): void {
    this.#attempt += 1;
    this.#stopTimer?.();
    this.#stopStable?.();
    this.#stopTimer = null;
    this.#stopStable = null;
    const old = this.#link;
    this.#link = null;
    old?.close();
  }

  #fail(code: MonitorErrorCode, cause?: unknown): void {
    this.stop();
    this.#options.on.failed(new MonitorError(code, cause));
  }

  #wait(): void {
    const { schedule, random } = this.#options;
    const full = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    this.#become('waiting');
    this.#stopTimer = schedule(full / 2 + (full / 2) * random(), () => void this.#connect());
  }

  /** The token to connect with; null when this attempt is over. */
  async #obtain(mine: number): Promise<Token | null> {
    if (this.#token !== null) return this.#token;
    try {
      const answer = await this.#options.getTicket();
      const ticket = typeof answer === 'string' ? { ticket: answer } : answer;
      if (mine !== this.#attempt) return null;
      const admitted = ticket.session === undefined || (await this.#options.on.admit(ticket.session));
      if (mine !== this.#attempt) return null;
      if (admitted) {
        this.#token = { kind: 'ticket', value: ticket.ticket };
        this.#tokenTries = 0;
        return this.#token;
      }
      this.#fail('second-tab');
    } catch (cause) {
      if (mine === this.#attempt) this.#refusedByBackend(cause);
    }
    return null;
  }

  /** The platform's backend may pass the server's problem on: an error whose `code` is the problem's. */
  #refusedByBackend(cause: unknown): void {
    const code = knownCode((cause as { code?: unknown } | null)?.code);
    this.#freshRefusals += 1;
    if (!passesAtHandshake(code) && !isAboutToken(code)) this.#fail(code, cause);
    else if (this.#freshRefusals >= TOKEN_TRIES_MAX) this.#fail('ticket-failed', cause);
    else this.#wait();
  }

  /** A new ticket may help, and is asked for at once when only the resume token was refused. */
  #discard(used: Token, code: ErrorCode): void {
    this.#token = null;
    if (used.kind === 'resume') {
      void this.#connect();
      return;
    }
    this.#freshRefusals += 1;
    if (this.#freshRefusals >= TOKEN_TRIES_MAX) this.#fail(code);
    else this.#wait();
  }

  #judge(used: Token, answer: ProbeAnswer): void {
    if (answer === 'usable') {
      this.#tokenTries += 1;
      if (this.#tokenTries >= TOKEN_TRIES_MAX) this.#token = null;
      this.#wait();
    } else if (answer === 'unreachable' || passesAtHandshake(answer)) this.#wait();
    else if (isAboutToken(answer)) this.#discard(used, answer);
    else this.#fail(answer);
  }

  async #refused(mine: number, used: Token): Promise<void> {
    const answer = await this.#options.probe(used.value);
    if (mine === this.#attempt) this.#judge(used, answer);
  }

  #welcomed(welcome: Welcome, from: Link): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    if (!speaksVersion(welcome.v, this.#options.version)) {
      this.#fail('unsupported-version');
      return;
    }
    this.#token = { kind: 'resume', value: welcome.resumeToken };
    this.#tokenTries = 0;
    this.#freshRefusals = 0;
    this.#stopStable = this.#options.schedule(STABLE_MS, () => {
      this.#failures = 0;
    });
    this.#become('online');
    this.#options.on.welcome(welcome, from);
  }

  #closed(used: Token): void {
    const wasOnline = this.#state === 'online';
    this.#quiet();
    if (wasOnline) {
      this.#options.on.down();
      this.#wait();
    } else void this.#refused(this.#attempt, used);
  }

  async #connect(): Promise<void> {
    this.#quiet();
    const mine = this.#attempt;
    this.#become('connecting');
    const used = await this.#obtain(mine);
    if (used === null || mine !== this.#attempt) return;
    this.#stopTimer = this.#options.schedule(WELCOME_TIMEOUT_MS, () => this.#closed(used));
    this.#link = this.#options.openLink(used.value, {
      welcome: (welcome) => {
        if (mine === this.#attempt && this.#link !== null) this.#welcomed(welcome, this.#link);
      },
      directive: (directive, confirm) => {
        if (mine === this.#attempt) this.#options.on.directive(directive, confirm);
      },
      prompt: (prompt) => {
        if (mine === this.#attempt) this.#options.on.prompt?.(prompt);
      },
      closed: () => {
        if (mine === this.#attempt) this.#closed(used);
      },
    });
  }
}

/** Creates a connection; `start` begins. */
export function createConnection(options: ConnectionOptions): Connection {
  return new LiveConnection(options);
}
