/** Puts the parts together: the only place where they meet. Importing this starts nothing. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createArchiveCodec } from './adapters/archive/codec.ts';
import { systemClock, systemRandomBytes, systemSchedule, uuidV7 } from './adapters/clock.ts';
import { type DemoOptions, seedDemo } from './adapters/http/demo.ts';
import { createHttpApp, createHttpServer } from './adapters/http/server.ts';
import type { StaticFolders } from './adapters/http/static.ts';
import { ACCESS_KEY_BYTES, accessKey } from './adapters/keys/access-keys.ts';
import { type KeyRing, openKeyRing } from './adapters/keys/key-ring.ts';
import { createTokens } from './adapters/keys/tokens.ts';
import { createLogger, logOf } from './adapters/log.ts';
import { createMetrics, type MetricsRegistry } from './adapters/metrics.ts';
import type { FanOut } from './adapters/redis/fan-out.ts';
import { type Gateway, startGateway } from './adapters/socketio/gateway.ts';
import { createWatchHub, type WatchHub } from './adapters/socketio/watch.ts';
import { lockFolder } from './adapters/sqlite/folder-lock.ts';
import { openSqliteStore } from './adapters/sqlite/store.ts';
import { createActorRegistry } from './app/actor-registry.ts';
import { startArchiver } from './app/archive-ended.ts';
import { withArchive } from './app/archived-sessions.ts';
import { attributePlatform } from './app/attribute-platform.ts';
import type { App } from './app/context.ts';
import { startSweeper } from './app/due-sittings.ts';
import { RULE_ENGINE } from './app/engine.ts';
import { feedAppends } from './app/feed-appends.ts';
import { hearNodes } from './app/hear-nodes.ts';
import type { Identity } from './app/identity.ts';
import { createKeyedLock } from './app/keyed-lock.ts';
import { startLeaseKeeper } from './app/lease-keeper.ts';
import { createPackInForce, type HashedPack } from './app/pack-in-force.ts';
import { createPersons } from './app/persons.ts';
import type {
  AccessKeyRow,
  Clock,
  FaceEngine,
  Log,
  NewId,
  PlatformRow,
  RandomBytes,
  Schedule,
  SessionStore,
  Store,
} from './app/ports.ts';
import { putAccessKey, putPlatform } from './app/provision.ts';
import { retentionProblem } from './app/retention.ts';
import { createSharedPlaces } from './app/shared-places.ts';
import { type Config, ConfigError } from './config/config.ts';
import type { PolicyPack } from './core/policy/pack.ts';
import { createIdentity, type Faces, openFaces, requireFaces } from './faces.ts';

/** Options of {@link startServer}: the settings, and effects with real defaults. */
export interface ServerOptions {
  readonly config: Config;
  readonly clock?: Clock;
  readonly schedule?: Schedule;
  readonly randomBytes?: RandomBytes;
  readonly newId?: NewId;
  readonly log?: Log;
  /** Replaces the pack that the settings name. */
  readonly pack?: PolicyPack;
  /** Replaces folders of built files. */
  readonly folders?: Partial<StaticFolders>;
  /** Replaces the face engine that the settings name. It stays the caller's to close. */
  readonly faces?: FaceEngine;
  /** Stands between application and store, for fault injection. */
  readonly wrapSessions?: (store: SessionStore) => SessionStore;
  /** Told once when the store closed for good: nothing is acknowledged any more, the process should end. */
  readonly onFatal?: (error: Error) => void;
}

/** A running server. */
export interface RunningServer {
  /** Address to reach it at, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** The demo platform's access key in demo mode, else null. A secret. */
  readonly demoKey: string | null;
  putPlatform(row: PlatformRow): Promise<void>;
  /** Makes an access key and stores its hash. @returns the key, shown this once. */
  createKey(row: Omit<AccessKeyRow, 'hash'>): Promise<string>;
  /** Stops accepting, lets everything taken in become durable, closes. Calling it again waits for the same stop. */
  stop(): Promise<void>;
}

/** Name of the database file in the data folder. */
export const DATABASE_FILE = 'zhenxue.db';

/** Sources and built files lie equally deep below the root. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function foldersOf(options: ServerOptions): StaticFolders {
  return {
    sdk: join(ROOT, 'client-sdk', 'dist'),
    console: join(ROOT, 'console', 'dist'),
    demo: join(ROOT, 'server', 'demo'),
    ...options.folders,
  };
}

/** The pack in force, or the one that was given instead. */
function packsOf({ pack, config }: ServerOptions, clock: Clock): () => HashedPack {
  return pack === undefined
    ? createPackInForce(config.pack, clock)
    : createPackInForce(pack.id, clock, [pack]);
}

/** @throws ConfigError when data would go before its time. */
export function assertRetention({ retentionDays }: Config): void {
  const problem = retentionProblem(retentionDays);
  if (problem !== null) throw new ConfigError(`ZHENXUE_RETENTION_…_DAYS: ${problem}`);
}

/** Opens the store that the settings name. */
export async function openStore(
  config: Config,
  onFailure: (error: Error) => void = () => {},
): Promise<Store> {
  if (config.store === 'sqlite') {
    return openSqliteStore({ file: join(config.dataDir, DATABASE_FILE), onFailure });
  }
  if (config.mongodbUri === null)
    throw new Error('ZHENXUE_MONGODB_URI: expected the address of the database');
  // Only now: a server with the embedded store need not wait for a library that it does not use.
  const { openMongoStore } = await import('./adapters/mongo/store.ts');
  return openMongoStore({ uri: config.mongodbUri, onFailure });
}

/** The connection to other servers, when the settings name one. */
async function openRedis(
  config: Config,
  effects: { schedule: Schedule; metrics: MetricsRegistry; log: Log },
): Promise<FanOut | null> {
  if (config.redisUrl === null) return null;
  const { openFanOut } = await import('./adapters/redis/fan-out.ts');
  return openFanOut({ url: config.redisUrl, ...effects });
}

/** The name under which this server holds sittings. The embedded store has one server: it goes on at once after a crash. */
function ownerOf(config: Config, newId: NewId): string {
  return config.node ?? (config.store === 'sqlite' ? 'embedded' : newId());
}

/** What the drivers made, for the application. */
interface Made {
  readonly keys: KeyRing;
  readonly store: Store;
  readonly owner: string;
  readonly metrics: MetricsRegistry;
  readonly log: Log;
  readonly hub: WatchHub;
  /** Opens the face engine at the first need; null = there is none. */
  readonly faces: Identity['faces'];
}

/** The application over its drivers. */
function createApp(options: ServerOptions, { keys, store, owner, metrics, log, hub, faces }: Made): App {
  const { config, clock = systemClock, schedule = systemSchedule } = options;
  const { randomBytes = systemRandomBytes, newId = uuidV7, wrapSessions = (sessions) => sessions } = options;
  const packInForce = packsOf(options, clock);
  const sessions = wrapSessions(
    feedAppends(withArchive(store.sessions, store.archives, createArchiveCodec()), hub.feed),
  );
  const { bus } = hub;
  const lock = createKeyedLock();
  const persons = createPersons();
  const actors = createActorRegistry({
    engine: RULE_ENGINE,
    store: sessions,
    leases: store.leases,
    owner,
    bus,
    clock,
    schedule,
    metrics,
    log,
    onFindings: (sitting) => void attributePlatform(app, sitting),
  });
  const effects = { clock, schedule, randomBytes, newId };
  const identity = createIdentity({ dataDir: config.dataDir, kek: keys.kek, store, faces, ...effects });
  const app: App = {
    identity,
    schedule,
    persons,
    clock,
    randomBytes,
    newId,
    log,
    metrics,
    engine: RULE_ENGINE,
    sessions,
    tickets: store.tickets,
    registry: store.registry,
    vault: identity.vault,
    tokens: createTokens(keys.signing, clock),
    get pack(): PolicyPack {
      return packInForce().pack;
    },
    get packHash(): string {
      return packInForce().packHash;
    },
    ticketTtlMs: config.ticketTtlMs,
    actors,
    bus,
    lock,
    places: createSharedPlaces({
      ...{ places: store.places, owner, persons, peek: actors.peek, bus, metrics, log, lock },
    }),
  };
  return app;
}

function listen(http: Server, config: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(config.port, config.host, () => {
      http.off('error', reject);
      resolve((http.address() as AddressInfo).port);
    });
  });
}

function urlOf(host: string, port: number): string {
  const anywhere = host === '0.0.0.0' || host === '::';
  const name = anywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function closeHttp(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeIdleConnections();
    // What is still being answered has had its turn while the sittings were written.
    http.closeAllConnections();
  });
}

/** Parts of a running server, for its stop. */
interface Parts {
  readonly app: App;
  readonly store: Store;
  readonly http: Server;
  readonly gateway: Gateway;
  readonly stopSweeper: () => Promise<void>;
  readonly stopArchiver: () => Promise<void>;
  readonly stopKeeper: () => Promise<void>;
  readonly unlock: () => void;
  readonly faces: Faces;
  /** Ends what hears of other servers. */
  readonly deafen: () => void;
}

async function stopParts(parts: Parts): Promise<void> {
  const { app, store, http, gateway, stopSweeper, stopArchiver, stopKeeper, unlock, deafen, faces } = parts;
  await stopSweeper();
  await stopArchiver();
  await gateway.stop();
  await app.identity.liveness.stop();
  await faces.close();
  await app.actors.stop();
  await stopKeeper();
  deafen();
  await closeHttp(http);
  await store.close();
  unlock();
  app.log.info('server.stopped');
}

/** The HTTP side with its demo, sharing one readiness. */
function createWeb(
  options: ServerOptions,
  parts: {
    app: App;
    store: Store;
    metrics: MetricsRegistry;
    demo: DemoOptions | null;
    fanOut: FanOut | null;
    stopping: () => boolean;
  },
): Server {
  const { config } = options;
  const { app, store, metrics, demo, fanOut, stopping } = parts;
  const notReady = () => (store.failure() !== null ? 'store-failed' : stopping() ? 'stopping' : null);
  const { requestsPerMinute, trustedProxies } = config;
  const requestLog = createLogger(options.log === undefined ? config.logLevel : 'silent');
  const folders = foldersOf(options);
  const degraded = () => (fanOut === null || fanOut.healthy() ? null : 'fanout-lost');
  const health = { notReady, degraded, metrics } as const;
  return createHttpServer(
    createHttpApp({ app, health, folders, requestLog, requestsPerMinute, trustedProxies, demo }),
  );
}

/** The store alone, for an operator's commands; a running server over the same store sees the changes at once. */
export async function openOffice(
  config: Config,
  randomBytes: RandomBytes = systemRandomBytes,
): Promise<Pick<RunningServer, 'putPlatform' | 'createKey'> & { close(): Promise<void> }> {
  const store = await openStore(config);
  return { ...officeOf(store, randomBytes), close: () => store.close() };
}

function officeOf(
  app: Pick<App, 'registry'>,
  randomBytes: RandomBytes,
): Pick<RunningServer, 'putPlatform' | 'createKey'> {
  return {
    putPlatform: (row) => putPlatform(app, row),
    async createKey(row): Promise<string> {
      const key = accessKey(row.mode, randomBytes(ACCESS_KEY_BYTES));
      await putAccessKey(app, key, row);
      return key;
    },
  };
}

/**
 * Starts a server and resolves when it listens.
 * @throws Error when the port is taken (`code` is `EADDRINUSE`), the data folder cannot be used, or durability cannot be had.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config } = options;
  assertRetention(config);
  const log = options.log ?? logOf(createLogger(config.logLevel));
  // Several servers may share a folder of keys when their records are in MongoDB; a SQLite file has one owner.
  const unlock = config.store === 'sqlite' ? lockFolder(config.dataDir) : () => {};
  try {
    return await startLocked(options, log, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startLocked(options: ServerOptions, log: Log, unlock: () => void): Promise<RunningServer> {
  const { config, randomBytes = systemRandomBytes, newId = uuidV7, schedule = systemSchedule } = options;
  const keys = openKeyRing(config.dataDir, randomBytes, newId);
  const metrics = createMetrics();
  const onFailure = (error: Error) => {
    log.error('store.failed', { error: String(error.cause ?? error) });
    options.onFatal?.(error);
  };
  const store = await openStore(config, onFailure);
  let stopKeeper = async () => {};
  const hub = createWatchHub(schedule);
  const fanOut = await openRedis(config, { schedule, metrics, log });
  try {
    const owner = ownerOf(config, newId);
    const faces = openFaces(config.faces, options.faces);
    await requireFaces(packsOf(options, options.clock ?? systemClock)().pack, faces);
    const app = createApp(options, { keys, store, owner, metrics, log, hub, faces: faces.open });
    let stopped: Promise<void> | null = null;
    let url = '';
    const platformKey = accessKey('test', keys.derive('demo-platform-key'));
    const demo = config.demo ? { platformKey, folder: foldersOf(options).demo, url: () => url } : null;
    if (demo !== null) await seedDemo(app, demo);
    const http = createWeb(options, { app, store, metrics, demo, fanOut, stopping: () => stopped !== null });
    const gateway = startGateway({ http, app, ...config });
    hub.attach({ http, app, allowedOrigins: config.allowedOrigins, adapter: fanOut?.adapter ?? null });
    const stopHearing = hearNodes(app);
    const ready = () => store.failure() === null && stopped === null;
    metrics.watch({
      liveSittings: app.actors.size,
      connections: gateway.connections,
      ready,
      fanOut: () => fanOut?.healthy() ?? null,
    });
    stopKeeper = await startLeaseKeeper({ ...app, leases: store.leases, owner, schedule });
    const port = await listen(http, config);
    url = urlOf(config.host, port);
    const stopSweeper = startSweeper(app, schedule);
    const archive = { sessions: store.sessions, archives: store.archives, codec: createArchiveCodec() };
    const stopArchiver = startArchiver({ ...app, ...archive, quietMs: config.archiveAfterMs }, schedule);
    log.info('server.listening', { url, pack: app.pack.id, demo: config.demo });
    return {
      url,
      port,
      demoKey: demo === null ? null : platformKey,
      ...officeOf(app, randomBytes),
      stop(): Promise<void> {
        const deafen = () => {
          stopHearing();
          hub.stop();
          fanOut?.stop();
        };
        const stops = { stopSweeper, stopArchiver, stopKeeper, unlock, deafen, faces };
        stopped ??= stopParts({ app, store, http, gateway, ...stops });
        return stopped;
      },
    };
  } catch (error) {
    await stopKeeper();
    hub.stop();
    fanOut?.stop();
    await store.close();
    throw error;
  }
}
