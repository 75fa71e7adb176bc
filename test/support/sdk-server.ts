/**
 * A stand-in for the server that speaks protocol v1: enough to drive the SDK in tests (tickets, welcome, chain, acks,
 * directives, photos). It checks what a real server would check of the chain, and remembers everything.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  type Batch,
  type BatchAck,
  type Consent,
  type Directive,
  type LearningEvent,
  type PhotoAck,
  type PhotoMeta,
  parseBatch,
  type Receipt,
  type Welcome,
  WS_PROTOCOL,
  WS_TICKET_PREFIX,
} from '@zhenxue/protocol';
import { Server, type Socket } from 'socket.io';
import { SDK_PAGE } from './sdk-page.ts';
import { createServerChain, type ServerChain, sha } from './server-chain.ts';

const SESSION = '0190b1c2-0000-7000-8000-000000000001';
const BLANK_PAGE = '<!doctype html><title>-</title>';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a test may set. */
export interface SdkServerOptions {
  readonly session?: string;
  readonly welcome?: Partial<Welcome>;
  /** Refuses a handshake with this code; null = let in. */
  readonly refuse?: (token: string) => string | null;
  /** Answers a batch instead of the chain check; null = check as usual. */
  readonly answer?: (batch: Batch) => BatchAck | null;
  /** More pages and files by path: an absolute path of a file, or `{ body, type }`. */
  readonly files?: Readonly<Record<string, string | { readonly body: string; readonly type: string }>>;
  /** Headers of every page. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A running stand-in. */
export interface SdkServer {
  readonly url: string;
  readonly session: string;
  /** Accepted batches, in order, and how many came again. */
  readonly batches: Batch[];
  readonly faults: string[];
  readonly photos: { meta: PhotoMeta; bytes: Uint8Array; hashOk: boolean }[];
  readonly confirmed: string[];
  readonly consents: Consent[];
  readonly handshakes: { protocols: readonly string[]; url: string }[];
  repeats(): number;
  events<T extends LearningEvent['e']>(type?: T): Extract<LearningEvent, { e: T }>[];
  /** Sends a directive now, and again with every welcome until it is settled. */
  ask(directive: Directive): void;
  settle(ref: string, result: 'met' | 'wrong' | 'overdue'): void;
  /** Cuts every connection. */
  drop(): void;
  /** Refuses connections until called with false. */
  offline(down: boolean): void;
  /** Resolves when the events satisfy a condition. */
  until(met: (server: SdkServer) => boolean, what: string, limitMs?: number): Promise<void>;
  stop(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  mjs: 'text/javascript',
  css: 'text/css',
  webm: 'video/webm',
  mp4: 'video/mp4',
  m4s: 'video/iso.segment',
  m3u8: 'application/vnd.apple.mpegurl',
};

function typeOf(path: string): string {
  return TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}

function serveFile(request: IncomingMessage, response: ServerResponse, path: string, type: string): void {
  const file = path.startsWith('/') ? path : `${ROOT}${path}`;
  if (!existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  const bytes = readFileSync(file);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = Number(range?.[1] ?? 0);
  const to = range?.[2] ? Number(range[2]) : bytes.length - 1;
  response.writeHead(range === null ? 200 : 206, {
    'content-type': type,
    'accept-ranges': 'bytes',
    'content-length': to - from + 1,
    ...(range === null ? {} : { 'content-range': `bytes ${from}-${to}/${bytes.length}` }),
  });
  response.end(bytes.subarray(from, to + 1));
}

function protocolsOf(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '').split(',').map((item) => item.trim());
}

function tokenOf(request: IncomingMessage): string {
  const offered = protocolsOf(request);
  const found = offered.find((item) => item.startsWith(WS_TICKET_PREFIX));
  return offered[0] === WS_PROTOCOL && found !== undefined ? found.slice(WS_TICKET_PREFIX.length) : '';
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

class StandIn implements SdkServer {
  readonly session: string;
  readonly photos: SdkServer['photos'] = [];
  readonly confirmed: string[] = [];
  readonly consents: Consent[] = [];
  readonly handshakes: SdkServer['handshakes'] = [];
  readonly #chain: ServerChain;
  readonly #options: SdkServerOptions;
  readonly #http = createServer((request, response) => void this.#serve(request, response));
  readonly #io: Server;
  readonly #pending = new Map<string, Directive>();
  readonly #live = new Set<Socket>();
  readonly #tickets = new Set<string>();
  readonly #watchers = new Set<() => void>();
  readonly #openedAt = Date.now();
  #issued = 0;
  #down = false;

  constructor(options: SdkServerOptions) {
    this.#options = options;
    this.session = options.session ?? SESSION;
    this.#chain = createServerChain(this.session);
    this.#io = new Server(this.#http, {
      path: '/live',
      transports: ['websocket'],
      serveClient: false,
      maxHttpBufferSize: 1_000_000,
      allowRequest: (request, callback) => callback(null, this.#admit(request)),
    });
    this.#io.on('connection', (socket) => this.#connected(socket));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get batches(): Batch[] {
    return this.#chain.batches;
  }

  get faults(): string[] {
    return this.#chain.faults;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
  }

  repeats(): number {
    return this.#chain.repeats();
  }

  events<T extends LearningEvent['e']>(type?: T): Extract<LearningEvent, { e: T }>[] {
    return this.#chain.events().filter((event) => type === undefined || event.e === type) as never;
  }

  ask(directive: Directive): void {
    if (directive.kind === 'popup' || directive.kind === 'photo') this.#pending.set(directive.id, directive);
    for (const socket of this.#live)
      socket.emit('directive', directive, (answer: { id: string }) => {
        this.confirmed.push(answer.id);
        this.#changed();
      });
  }

  settle(ref: string, result: 'met' | 'wrong' | 'overdue'): void {
    if (result === 'met') this.#pending.delete(ref);
    this.#issued += 1;
    this.ask({ kind: 'settled', id: `s${this.#issued}`, ref, result });
  }

  drop(): void {
    for (const socket of [...this.#live]) socket.disconnect(true);
  }

  offline(down: boolean): void {
    this.#down = down;
    if (down) this.drop();
  }

  until(met: (server: SdkServer) => boolean, what: string, limitMs = 15_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const watch = (): void => {
        if (!met(this)) return;
        clearTimeout(timer);
        this.#watchers.delete(watch);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(watch);
        const types = this.events().map((event) => event.e);
        reject(new Error(`${what}: did not happen; events: ${types.join(' ')}; ${this.faults.join('; ')}`));
      }, limitMs);
      this.#watchers.add(watch);
      watch();
    });
  }

  readonly stop = async (): Promise<void> => {
    await this.#io.close();
  };

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #admits(token: string): boolean {
    return token.startsWith('resume-') || this.#tickets.has(token);
  }

  #admit(request: IncomingMessage): boolean {
    const token = tokenOf(request);
    this.handshakes.push({ protocols: protocolsOf(request), url: request.url ?? '' });
    const refused = this.#down || (this.#options.refuse?.(token) ?? null) !== null || !this.#admits(token);
    if (!refused) this.#tickets.delete(token);
    return !refused;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    response.setHeader('access-control-allow-origin', '*');
    for (const [name, value] of Object.entries(this.#options.headers ?? {})) response.setHeader(name, value);
    const extra = this.#options.files?.[path];
    const file = path.startsWith('/sdk/') ? `client-sdk/dist/${path.slice(5)}` : null;
    if (typeof extra === 'string') serveFile(request, response, extra, typeOf(extra));
    else if (extra !== undefined) response.setHeader('content-type', extra.type).end(extra.body);
    else if (path === '/' || path === '/blank')
      response.setHeader('content-type', 'text/html').end(path === '/' ? SDK_PAGE : BLANK_PAGE);
    else if (path === '/clip.webm') serveFile(request, response, 'server/demo/clip.webm', 'video/webm');
    else if (file !== null) serveFile(request, response, file, 'text/javascript');
    else if (path === '/ticket') this.#issue(response);
    else if (path === '/v1/tickets/check') await this.#check(request, response);
    else response.writeHead(404).end();
  }

  #issue(response: ServerResponse): void {
    this.#issued += 1;
    const ticket = `ticket-${this.#issued}`;
    this.#tickets.add(ticket);
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ ticket, session: this.session }));
  }

  async #check(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { ticket } = JSON.parse(await bodyOf(request)) as { ticket: string };
    const code = this.#options.refuse?.(ticket) ?? (this.#admits(ticket) ? null : 'ticket-used');
    if (code === null) response.writeHead(204).end();
    else
      response.writeHead(403, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ code }));
  }

  #connected(socket: Socket): void {
    this.#live.add(socket);
    socket.on('disconnect', () => this.#live.delete(socket));
    socket.on('batch', (text: string, ack: (answer: BatchAck) => void) => {
      const parsed = parseBatch(text, Buffer.byteLength(text));
      const special = parsed.ok ? (this.#options.answer?.(parsed.value) ?? null) : null;
      ack(special ?? this.#chain.take(text));
      this.#changed();
    });
    socket.on('consent', (consent: Consent, ack: (answer: Receipt) => void) => {
      this.consents.push(consent);
      ack({ ok: true });
      this.#changed();
    });
    socket.on('photo', (meta: PhotoMeta, bytes: Uint8Array, ack: (answer: PhotoAck) => void) => {
      this.photos.push({ meta, bytes, hashOk: sha(bytes) === meta.h });
      ack({ ok: true, level: 'durable' });
      this.#changed();
    });
    socket.emit('welcome', this.#welcome());
  }

  #welcome(): Welcome {
    return {
      v: 1,
      session: this.session,
      elapsedMs: Date.now() - this.#openedAt,
      genesis: this.#chain.genesis,
      durable: this.#chain.durable(),
      beatMs: 1_000,
      guard: 'observe',
      grace: { hiddenMs: 5_000, unfocusedMs: 10_000, offlineMs: 30_000 },
      furthestMs: 0,
      creditedMs: 0,
      videoMs: 64_008,
      pending: [...this.#pending.values()],
      resumeToken: `resume-${this.handshakes.length}`,
      ...this.#options.welcome,
    };
  }
}

/** Starts a stand-in on a free port. */
export async function startSdkServer(options: SdkServerOptions = {}): Promise<SdkServer> {
  const server = new StandIn(options);
  await server.listen();
  return server;
}
