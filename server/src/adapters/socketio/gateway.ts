/**
 * The live socket: WebSocket only, the token checked and used up before the upgrade, every message bounded. What arrives
 * is attacker-controlled: no handler trusts an argument's type, and none throws.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { type ErrorCode, MESSAGE_BYTES_MAX } from '@zhenxue/protocol';
import { type RateLimiterAbstract, RateLimiterMemory } from 'rate-limiter-flexible';
import { Server, type Socket } from 'socket.io';
import { admitConnection } from '../../app/admit-connection.ts';
import { connectSession, disconnectSession } from '../../app/connect-session.ts';
import type { App } from '../../app/context.ts';
import { Refusal } from '../../app/failure.ts';
import { ingestBatch, refuseBatch } from '../../app/ingest-batch.ts';
import { receiveConsent, receiveFrame, startLiveness } from '../../app/liveness.ts';
import { receivePhoto } from '../../app/receive-photo.ts';
import type { SessionActor } from '../../app/session-actor.ts';
import { createLink } from './client-link.ts';
import { addressOf, originAllowed, tokenOf } from './handshake.ts';
import { createMessageLimit, type MessageLimit } from './message-limit.ts';

/** Path of the socket. */
const LIVE_PATH = '/live';

/** Milliseconds: a dead connection is noticed after at most ping interval + timeout = 45 s (witnesses.md, 11). */
const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;

/** Milliseconds for an upgraded client to join; nobody keeps a half-open connection. */
const JOIN_MS = 10_000;

/** Seconds of every rate window. */
const WINDOW_S = 60;

/** Photos per sitting and minute: one per class hour is asked for, a few retries are honest. */
const PHOTOS_PER_MINUTE = 30;

/** Decisions about the notice and begun challenges per sitting and minute. */
const IDENTITY_PER_MINUTE = 30;

/** What a client may send. */
const EVENTS: ReadonlySet<string> = new Set([
  'batch',
  'photo',
  'consent',
  'liveness.start',
  'liveness.frame',
]);

/** Connections per sitting and minute: every one is recorded, and a page that reloads all the time makes a few dozen. */
const JOINS_PER_MINUTE = 60;

/** Settings of the gateway. */
export interface GatewayOptions {
  readonly http: HttpServer;
  readonly app: App;
  readonly allowedOrigins: readonly string[] | null;
  readonly trustedProxies: number;
  readonly batchesPerMinute: number;
  readonly handshakesPerMinute: number;
}

/** A running gateway. */
export interface Gateway {
  connections(): number;
  /** Refuses new connections and closes all present ones. */
  stop(): Promise<void>;
}

type Answer = (answer: unknown) => void;

/** The acknowledgement function, when the client sent one. */
function answerOf(args: readonly unknown[]): Answer | null {
  const last = args.at(-1);
  return typeof last === 'function' ? (last as Answer) : null;
}

/** Milliseconds to wait when the limit is passed, null when it is not. */
async function limited(limiter: RateLimiterAbstract, key: string): Promise<number | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (rejected) {
    const wait = (rejected as { msBeforeNext?: unknown }).msBeforeNext;
    return typeof wait === 'number' ? Math.max(1, Math.ceil(wait)) : 1_000;
  }
}

/** Limits of one gateway. Messages count by sitting, whatever connection they come over. */
interface Limits {
  readonly identity: MessageLimit<SessionActor>;
  readonly batches: MessageLimit<SessionActor>;
  readonly photos: MessageLimit<SessionActor>;
  readonly handshakes: RateLimiterAbstract;
  readonly joins: RateLimiterAbstract;
}

function createLimits(options: GatewayOptions): Limits {
  const make = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_S });
  return {
    identity: createMessageLimit(IDENTITY_PER_MINUTE),
    batches: createMessageLimit(options.batchesPerMinute),
    photos: createMessageLimit(PHOTOS_PER_MINUTE),
    handshakes: make(options.handshakesPerMinute),
    joins: make(JOINS_PER_MINUTE),
  };
}

function onBatch(app: App, limits: Limits, actor: SessionActor, text: unknown, answer: Answer): void {
  const startedAt = app.clock.now();
  const wait = limits.batches.take(actor, startedAt);
  if (wait !== null) {
    app.metrics.count('socket.limited');
    answer({ ...refuseBatch(actor, 'slow-down', 'expected fewer batches per minute'), retryMs: wait });
    return;
  }
  void ingestBatch(app, actor, text).then((ack) => {
    app.metrics.observe('batch.ack_ms', app.clock.now() - startedAt);
    answer(ack);
  });
}

function onPhoto(
  app: App,
  limits: Limits,
  actor: SessionActor,
  args: readonly unknown[],
  answer: Answer,
): void {
  const wait = limits.photos.take(actor, app.clock.now());
  if (wait !== null) {
    app.metrics.count('socket.limited');
    answer({ ok: false, code: 'slow-down', message: 'expected fewer photos per minute', retryMs: wait });
    return;
  }
  void receivePhoto(app, actor, args[0], args[1]).then(answer);
}

/** Messages about consent and liveness; frames are limited by their challenge. */
function onIdentity(
  app: App,
  limits: Limits,
  actor: SessionActor,
  socket: Socket,
  [event, ...args]: readonly unknown[],
  answer: Answer,
): void {
  if (event === 'liveness.frame') {
    answer(receiveFrame(app, actor, args[0], args[1]));
    return;
  }
  const wait = limits.identity.take(actor, app.clock.now());
  if (wait !== null) {
    app.metrics.count('socket.limited');
    answer({ ok: false, code: 'slow-down', message: 'expected fewer messages per minute', retryMs: wait });
    return;
  }
  const prompt = (step: unknown) => void socket.emit('liveness.step', step);
  if (event === 'consent') void receiveConsent(app, actor, args[0]).then(answer);
  else void startLiveness(app, actor, args[0], prompt).then(answer);
}

function onMessage(
  app: App,
  limits: Limits,
  actor: SessionActor,
  socket: Socket,
  [event, ...args]: readonly unknown[],
  answer: Answer,
): void {
  if (event === 'batch') onBatch(app, limits, actor, args[0], answer);
  else if (event === 'photo') onPhoto(app, limits, actor, args, answer);
  else onIdentity(app, limits, actor, socket, [event, ...args], answer);
}

/** Serves one connected client until it leaves. */
function serve(app: App, limits: Limits, socket: Socket, session: string): void {
  const link = createLink(socket);
  const joined = connectSession(app, session, link, (welcome) => socket.emit('welcome', welcome));
  let present: SessionActor | null = null;
  joined.then(
    (actor) => {
      present = actor;
    },
    (error: unknown) => {
      if (!(error instanceof Refusal)) app.log.error('socket.join-failed', { session, error: String(error) });
      socket.disconnect(true);
    },
  );
  socket.onAny((event: unknown, ...args: unknown[]) => {
    const answer = answerOf(args);
    if (answer === null || typeof event !== 'string' || !EVENTS.has(event)) {
      app.metrics.count('socket.unknown_event');
      answer?.({
        ok: false,
        code: 'invalid-request' satisfies ErrorCode,
        message: `expected ${[...EVENTS].join(', ')}`,
      });
      return;
    }
    if (present !== null) return onMessage(app, limits, present, socket, [event, ...args], answer);
    joined.then(
      (actor) => onMessage(app, limits, actor, socket, [event, ...args], answer),
      () => {},
    );
  });
  // Without a listener socket.io writes protocol violations to the console.
  socket.on('error', () => app.metrics.count('socket.unknown_event'));
  socket.on('disconnect', () => {
    joined
      .then((actor) => {
        if (actor.link() === link) app.identity.liveness.drop(session);
        return disconnectSession(app, actor, link);
      })
      .catch(() => app.metrics.count('directive.failed'));
  });
}

/**
 * Lets go of what the handshake brought: request, headers and their sockets' parser would otherwise live as long as the
 * connection, and with them the token. socket.io needs none of it after the connection.
 */
function forgetHandshake(socket: Socket): void {
  (socket.conn as { request: unknown }).request = null;
  const { handshake } = socket;
  handshake.headers = {};
  handshake.query = {};
  handshake.auth = {};
}

/** Decides about an upgrade. @throws Refusal with the reason. */
async function admit(options: GatewayOptions, limits: Limits, request: IncomingMessage): Promise<string> {
  const { app } = options;
  if (!originAllowed(request, options.allowedOrigins))
    throw new Refusal('forbidden', 'expected an allowed origin');
  if ((await limited(limits.handshakes, addressOf(request, options.trustedProxies))) !== null) {
    throw new Refusal('rate-limited', 'expected fewer connections per minute');
  }
  const { session } = await admitConnection(app, tokenOf(request));
  if ((await limited(limits.joins, session)) !== null) {
    throw new Refusal('rate-limited', 'expected fewer connections of one sitting per minute');
  }
  return session;
}

/** Attaches the gateway to an HTTP server. */
export function startGateway(options: GatewayOptions): Gateway {
  const { app } = options;
  const limits = createLimits(options);
  const admitted = new WeakMap<IncomingMessage, string>();
  let stopping = false;
  const io = new Server(options.http, {
    path: LIVE_PATH,
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: MESSAGE_BYTES_MAX,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: JOIN_MS,
    // The body of a refusal is the code and nothing else; browsers cannot read it and ask `POST /v1/tickets/check`.
    allowRequest(request, callback) {
      if (stopping) return callback('unavailable' satisfies ErrorCode, false);
      admit(options, limits, request).then(
        (session) => {
          admitted.set(request, session);
          app.metrics.count('socket.admitted');
          callback(null, true);
        },
        (error: unknown) => {
          const code: ErrorCode = error instanceof Refusal ? error.code : 'internal';
          if (code === 'internal') app.log.error('socket.admit-failed', { error: String(error) });
          app.metrics.count('socket.refused');
          callback(code, false);
        },
      );
    },
  });
  io.on('connection', (socket) => {
    const session = admitted.get(socket.request);
    forgetHandshake(socket);
    if (session === undefined) socket.disconnect(true);
    else serve(app, limits, socket, session);
  });
  return {
    connections: () => io.engine.clientsCount,
    async stop(): Promise<void> {
      stopping = true;
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}
