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
  type Directive,
  type LearningEvent,
  type PhotoAck,
  type PhotoMeta,
  parseBatch,
  type Welcome,
  WS_PROTOCOL,
  WS_TICKET_PREFIX,
} from '@zhenxue/protocol';
import { Server, type Socket } from 'socket.io';
import { SDK_PAGE } from './sdk-page.ts';
import { createServerChain, sha } from './server-chain.ts';

const SESSION = '0190b1c2-0000-7000-8000-000000000001';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a test may set. */
export interface SdkServerOptions {
  readonly welcome?: Partial<Welcome>;
  /** Refuses a handshake with this code; null = let in. */
  readonly refuse?: (token: string) => string | null;
  /** Answers a batch instead of the chain check; null = check as usual. */
  readonly answer?: (batch: Batch) => BatchAck | null;
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

function serveFile(request: IncomingMessage, response: ServerResponse, path: string, type: string): void {
  const file = `${ROOT}${path}`;
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

function tokenOf(request: IncomingMessage): string {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((item) => item.trim());
  const found = offered.find((item) => item.startsWith(WS_TICKET_PREFIX));
  return offered[0] === WS_PROTOCOL && found !== undefined ? found.slice(WS_TICKET_PREFIX.length) : '';
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Starts a stand-in on a free port. */
export async function startSdkServer(options: SdkServerOptions = {}): Promise<SdkServer> {
  const chain = createServerChain(SESSION);
  const pending = new Map<string, Directive>();
  const live = new Set<Socket>();
  const tickets = new Set<string>();
  const watchers = new Set<() => void>();
  const photos: SdkServer['photos'] = [];
  const confirmed: string[] = [];
  const handshakes: SdkServer['handshakes'] = [];
  let issued = 0;
  let down = false;
  const openedAt = Date.now();
  const changed = (): void => {
    for (const watcher of [...watchers]) watcher();
  };

  const http = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path === '/blank')
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>-</title>');
    else if (path === '/') response.setHeader('content-type', 'text/html').end(SDK_PAGE);
    else if (path === '/clip.webm') serveFile(request, response, 'server/demo/clip.webm', 'video/webm');
    else if (path.startsWith('/sdk/'))
      serveFile(request, response, `client-sdk/dist/${path.slice(5)}`, 'text/javascript');
    else if (path === '/ticket') {
      issued += 1;
      const ticket = `ticket-${issued}`;
      tickets.add(ticket);
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ ticket, session: SESSION }));
    } else if (path === '/v1/tickets/check') {
      const { ticket } = JSON.parse(await bodyOf(request)) as { ticket: string };
      const code = options.refuse?.(ticket) ?? (admits(ticket) ? null : 'ticket-used');
      if (code === null) response.writeHead(204).end();
      else
        response.writeHead(403, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ code }));
    } else response.writeHead(404).end();
  });
  const admits = (token: string): boolean => token.startsWith('resume-') || tickets.has(token);

  const io = new Server(http, {
    path: '/live',
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: 1_000_000,
    allowRequest(request, callback) {
      const token = tokenOf(request);
      const protocols = (request.headers['sec-websocket-protocol'] ?? '')
        .split(',')
        .map((item) => item.trim());
      handshakes.push({ protocols, url: request.url ?? '' });
      const allowed = !down && (options.refuse?.(token) ?? null) === null && admits(token);
      if (allowed) tickets.delete(token);
      callback(null, allowed);
    },
  });

  function welcome(): Welcome {
    return {
      v: 1,
      session: SESSION,
      elapsedMs: Date.now() - openedAt,
      genesis: chain.genesis,
      durable: chain.durable(),
      beatMs: 1_000,
      guard: 'observe',
      grace: { hiddenMs: 5_000, unfocusedMs: 10_000, offlineMs: 30_000 },
      furthestMs: 0,
      creditedMs: 0,
      videoMs: 64_008,
      pending: [...pending.values()],
      resumeToken: `resume-${handshakes.length}`,
      ...options.welcome,
    };
  }

  function send(socket: Socket, directive: Directive): void {
    socket.emit('directive', directive, (answer: { id: string }) => {
      confirmed.push(answer.id);
      changed();
    });
  }

  io.on('connection', (socket) => {
    live.add(socket);
    socket.on('disconnect', () => live.delete(socket));
    socket.on('batch', (text: string, ack: (answer: BatchAck) => void) => {
      const parsed = parseBatch(text, Buffer.byteLength(text));
      const special = parsed.ok ? (options.answer?.(parsed.value) ?? null) : null;
      ack(special ?? chain.take(text));
      changed();
    });
    socket.on('photo', (meta: PhotoMeta, bytes: Uint8Array, ack: (answer: PhotoAck) => void) => {
      photos.push({ meta, bytes, hashOk: sha(bytes) === meta.h });
      ack({ ok: true, level: 'durable' });
      changed();
    });
    socket.emit('welcome', welcome());
  });

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: SdkServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    session: SESSION,
    batches: chain.batches,
    faults: chain.faults,
    photos,
    confirmed,
    handshakes,
    repeats: chain.repeats,
    events: (type) => chain.events().filter((event) => type === undefined || event.e === type) as never,
    ask(directive) {
      if (directive.kind === 'popup' || directive.kind === 'photo') pending.set(directive.id, directive);
      for (const socket of live) send(socket, directive);
    },
    settle(ref, result) {
      if (result === 'met') pending.delete(ref);
      issued += 1;
      server.ask({ kind: 'settled', id: `s${issued}`, ref, result });
    },
    drop() {
      for (const socket of [...live]) socket.disconnect(true);
    },
    offline(nowDown) {
      down = nowDown;
      if (down) server.drop();
    },
    until: (met, what, limitMs = 15_000) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          if (!met(server)) return;
          clearTimeout(timer);
          watchers.delete(watch);
          resolve();
        };
        const timer = setTimeout(() => {
          watchers.delete(watch);
          const types = server.events().map((event) => event.e);
          reject(
            new Error(`${what}: did not happen; events: ${types.join(' ')}; ${chain.faults.join('; ')}`),
          );
        }, limitMs);
        watchers.add(watch);
        watch();
      }),
    async stop() {
      await io.close();
    },
  };
  return server;
}
