import { createHash } from 'node:crypto';
import {
  type BatchAck,
  type Directive,
  encodeBatch,
  type LearningEvent,
  type PhotoAck,
  STATE,
  type Welcome,
  WS_PROTOCOL,
  WS_TICKET_PREFIX,
} from '@zhenxue/protocol';
import { io, type Socket } from 'socket.io-client';

export function hashOf(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64url');
}

/** A learner's page, reduced to what travels. Tests drive it by hand. */
export interface TestClient {
  readonly socket: Socket;
  readonly welcome: Welcome;
  /** Directives in the order of their arrival. */
  readonly directives: Directive[];
  /** Resolves with the next directive of a kind, or one that has already come and was not taken. */
  directive<K extends Directive['kind']>(kind: K): Promise<Extract<Directive, { kind: K }>>;
  /** Text of the next batch; does not send. */
  batchOf(events: readonly LearningEvent[]): string;
  /** Sends the next batch and moves the chain on when it is durable. */
  send(events: readonly LearningEvent[]): Promise<BatchAck>;
  /** Sends any text as a batch. */
  sendText(text: unknown): Promise<BatchAck>;
  photo(id: unknown, bytes: unknown, h?: string): Promise<PhotoAck>;
  closed: Promise<void>;
  close(): void;
}

/** Opens a socket; does not wait for anything. */
export function openSocket(url: string, token: string, headers: Record<string, string> = {}): Socket {
  return io(url, {
    path: '/live',
    transports: ['websocket'],
    protocols: [WS_PROTOCOL, WS_TICKET_PREFIX + token],
    reconnection: false,
    forceNew: true,
    extraHeaders: headers,
  });
}

/** The refusal of a handshake: the body that the server wrote. */
export function refusalOf(
  url: string,
  protocols: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: string }> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...more,
    ...(protocols.length === 0 ? {} : { 'sec-websocket-protocol': protocols.join(', ') }),
  };
  return import('node:http').then(
    ({ request }) =>
      new Promise((resolve, reject) => {
        const asked = request(`${url}/live/?EIO=4&transport=websocket`, { headers });
        asked.on('upgrade', (answer, socket) => {
          socket.destroy();
          resolve({ status: answer.statusCode ?? 0, body: String(answer.headers['sec-websocket-protocol']) });
        });
        asked.on('response', (answer) => {
          let body = '';
          answer.on('data', (part: Buffer) => {
            body += part.toString();
          });
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
        });
        asked.on('error', reject);
        asked.end();
      }),
  );
}

interface Chain {
  seq: number;
  prev: string;
}

export async function connectClient(
  url: string,
  token: string,
  options: { readonly confirm?: boolean; readonly chain?: Chain } = {},
): Promise<TestClient> {
  const socket = openSocket(url, token);
  const directives: Directive[] = [];
  const waiting: { kind: string; resolve: (directive: Directive) => void }[] = [];
  const untaken: Directive[] = [];
  socket.on('directive', (directive: Directive, ack?: (answer: unknown) => void) => {
    directives.push(directive);
    if (options.confirm !== false) ack?.({ id: directive.id });
    const index = waiting.findIndex(({ kind }) => kind === directive.kind);
    if (index === -1) untaken.push(directive);
    else waiting.splice(index, 1)[0]?.resolve(directive);
  });
  const closed = new Promise<void>((resolve) => socket.on('disconnect', () => resolve()));
  const welcome = await new Promise<Welcome>((resolve, reject) => {
    socket.on('welcome', resolve);
    socket.on('connect_error', reject);
    socket.on('disconnect', () => reject(new Error('disconnected before the welcome')));
  });
  const chain: Chain = options.chain ?? { seq: welcome.durable.seq, prev: welcome.durable.hash };
  const sendText = (text: unknown): Promise<BatchAck> =>
    new Promise((resolve) => {
      socket.emit('batch', text, resolve);
      const gone = {
        ok: false,
        code: 'unavailable',
        message: 'the socket closed',
        ...welcome.durable,
      } as const;
      void closed.then(() => resolve(gone));
    });
  const batchOf = (events: readonly LearningEvent[]): string =>
    encodeBatch({ v: 1, session: welcome.session, seq: chain.seq + 1, prev: chain.prev, events });
  return {
    socket,
    welcome,
    directives,
    directive: <K extends Directive['kind']>(kind: K) =>
      new Promise<Extract<Directive, { kind: K }>>((resolve) => {
        const index = untaken.findIndex((directive) => directive.kind === kind);
        if (index === -1) waiting.push({ kind, resolve: resolve as (directive: Directive) => void });
        else resolve(untaken.splice(index, 1)[0] as Extract<Directive, { kind: K }>);
      }),
    batchOf,
    async send(events) {
      const text = batchOf(events);
      const ack = await sendText(text);
      if (ack.ok) {
        chain.seq += 1;
        chain.prev = hashOf(text);
      }
      return ack;
    },
    sendText,
    photo: (id, bytes, h = bytes instanceof Uint8Array ? hashOf(bytes) : '') =>
      new Promise((resolve) => {
        socket.emit('photo', { id, h }, bytes, resolve);
      }),
    closed,
    close: () => socket.disconnect(),
  };
}

/** First event of a page. */
export function openEvent(t = 0, m = 0): LearningEvent {
  return { e: 'open', t, m, s: 0, d: 60_000, build: 'test-1' };
}

/** A sample of the video playing at 1×. */
export function playing(t: number, m: number = t): LearningEvent {
  return { e: 'beat', t, m, s: STATE.playing };
}

/** The smallest JPEG-looking bytes. */
export const JPEG: Uint8Array = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(600, 7)]);
