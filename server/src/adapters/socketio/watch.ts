/**
 * The live channel of consoles, and the way of messages between servers: one socket.io server of its own, so that whatever
 * happens to Redis never touches a learner's connection. Consoles only listen. What they hear are hints; REST is the truth.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import {
  type ErrorCode,
  LIVE_UPDATES_MAX,
  type LiveUpdate,
  type LiveUpdates,
  WATCH_PATH,
} from '@zhenxue/protocol';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import type { App } from '../../app/context.ts';
import type { LiveFeed, NodeBus, NodeMessage } from '../../app/node-ports.ts';
import type { ConsoleClaims, Schedule } from '../../app/ports.ts';
import { originAllowed, tokenOf } from './handshake.ts';

/** Milliseconds that changes are gathered: a console needs no more, and five hundred learners become one message. */
const GATHER_MS = 500;

/** Sittings with unsent changes; beyond, the newest are dropped: the console reads lists anyway. */
const GATHERED_MAX = 20_000;

/** Consoles of one server. */
const WATCHERS_MAX = 500;

/** Bytes that a console may send in one message: it has nothing to say. */
const INBOUND_BYTES_MAX = 1_024;

/** Longest delay of one timer, ms. */
const TIMER_MAX_MS = 86_400_000;

/** Name of the messages between servers. */
const NODE_EVENT = 'node';

/** What an attached channel needs. */
export interface WatchOptions {
  readonly http: HttpServer;
  readonly app: Pick<App, 'tokens' | 'clock' | 'metrics'>;
  readonly allowedOrigins: readonly string[] | null;
  /** Reaches the other servers; null = this one alone. */
  readonly adapter: ServerOptions['adapter'] | null;
}

/** Feed and bus, which work from the start, and the channel, which begins when it is attached. */
export interface WatchHub {
  readonly feed: LiveFeed;
  readonly bus: NodeBus;
  attach(options: WatchOptions): void;
  stop(): void;
}

function roomOf({ role, platform }: Pick<ConsoleClaims, 'role' | 'platform'>): string {
  return role === 'regulator' ? 'regulators' : `platform:${platform ?? ''}`;
}

/** Ids only; whatever else another server (or somebody in Redis) sends is no message. */
function messageOf(value: unknown): NodeMessage | null {
  const { kind, session, platform, person } = (value ?? {}) as Record<string, unknown>;
  if (kind === 'wanted' && typeof session === 'string') return { kind, session };
  if (kind === 'banned' && typeof platform === 'string') return { kind, platform };
  if (kind === 'shared' && typeof person === 'string') return { kind, person };
  return null;
}

/** Sends gathered changes: all to regulators, each platform's own to that platform. */
function publish(io: Server, updates: readonly LiveUpdate[]): void {
  const rooms = new Map<string, LiveUpdate[]>([['regulators', [...updates]]]);
  for (const update of updates) {
    const room = roomOf({ role: 'platform', platform: update.platform });
    rooms.set(room, [...(rooms.get(room) ?? []), update]);
  }
  for (const [room, items] of rooms) {
    for (let from = 0; from < items.length; from += LIVE_UPDATES_MAX) {
      const content: LiveUpdates = { v: 1, items: items.slice(from, from + LIVE_UPDATES_MAX) };
      io.to(room).emit('changed', content);
    }
  }
}

/** One after the other becomes the newest state with all findings. */
function merged(before: LiveUpdate | undefined, now: LiveUpdate): LiveUpdate {
  if (before === undefined) return now;
  return { ...now, findings: [...new Set([...before.findings, ...now.findings])] };
}

function admit(options: WatchOptions, io: Server, request: IncomingMessage): ConsoleClaims | ErrorCode {
  if (!originAllowed(request, options.allowedOrigins)) return 'forbidden';
  if (io.engine.clientsCount >= WATCHERS_MAX) return 'slow-down';
  return options.app.tokens.checkConsole(tokenOf(request)) ?? 'unauthorized';
}

function serve(options: WatchOptions, schedule: Schedule, socket: Socket, claims: ConsoleClaims): void {
  const { clock } = options.app;
  void socket.join(roomOf(claims));
  // The channel lives as long as the token: whoever may no longer ask hears no more.
  const left = Math.min(TIMER_MAX_MS, Math.max(0, claims.expiresAt - clock.now()));
  const cancel = schedule(left, () => socket.disconnect(true));
  socket.on('error', () => {});
  socket.on('disconnect', cancel);
}

function open(options: WatchOptions, schedule: Schedule): Server {
  const { http, app, adapter } = options;
  const admitted = new WeakMap<IncomingMessage, ConsoleClaims>();
  const io: Server = new Server(http, {
    path: WATCH_PATH,
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: INBOUND_BYTES_MAX,
    // Upgrades of other paths are the learners' gateway's, however long it takes to decide.
    destroyUpgrade: false,
    ...(adapter === null ? {} : { adapter }),
    allowRequest(request, callback) {
      const answer = admit(options, io, request);
      const ok = typeof answer !== 'string';
      app.metrics.count(ok ? 'watch.admitted' : 'watch.refused');
      if (ok) admitted.set(request, answer);
      callback(ok ? null : answer, ok);
    },
  });
  io.on('connection', (socket) => {
    const claims = admitted.get(socket.request);
    if (claims === undefined) socket.disconnect(true);
    else serve(options, schedule, socket, claims);
  });
  return io;
}

/** @param schedule gathers changes and ends channels. */
export function createWatchHub(schedule: Schedule): WatchHub {
  const listeners = new Set<(message: NodeMessage) => void>();
  let gathered = new Map<string, LiveUpdate>();
  let cancel: (() => void) | null = null;
  let io: Server | null = null;
  let others = false;

  function flush(): void {
    cancel = null;
    const updates = [...gathered.values()];
    gathered = new Map();
    if (io !== null) publish(io, updates);
  }

  return {
    feed: {
      changed(update): void {
        const before = gathered.get(update.session);
        if (io === null || (before === undefined && gathered.size >= GATHERED_MAX)) return;
        gathered.set(update.session, merged(before, update));
        cancel ??= schedule(GATHER_MS, flush);
      },
    },
    bus: {
      tell: (message) => void (others && io?.serverSideEmit(NODE_EVENT, message)),
      listen(hear) {
        listeners.add(hear);
        return () => void listeners.delete(hear);
      },
    },
    attach(options): void {
      io = open(options, schedule);
      others = options.adapter !== null;
      io.on(NODE_EVENT, (value: unknown) => {
        const message = messageOf(value);
        if (message !== null) for (const hear of listeners) hear(message);
      });
    },
    stop(): void {
      cancel?.();
      // Only this server's: without `local` the consoles of all servers would be sent away.
      io?.local.disconnectSockets(true);
      io?.of('/').adapter.close();
      io?.engine.close();
      io = null;
    },
  };
}
