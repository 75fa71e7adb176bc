/**
 * Redis, through which servers tell each other what is live. Nothing durable goes through it: when it is gone messages are
 * dropped and counted, evidence and acknowledgements do not notice, and servers find in the store what they would have heard.
 */
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import type { Log, Metrics, Schedule } from '../../app/ports.ts';

/** Messages under way to Redis; beyond, it is not keeping up, and new ones are dropped. */
const UNDER_WAY_MAX = 1_000;

/** Entries of the stream that Redis keeps for servers that were away for a moment. */
const STREAM_ENTRIES_MAX = 10_000;

/** Milliseconds between two questions whether Redis answers, and after which an open one counts as lost. */
const PING_EVERY_MS = 2_000;

/** Milliseconds between two tries to connect. */
const RECONNECT_MS = 500;

/** Milliseconds for one try to connect. */
const CONNECT_MS = 5_000;

/** Key of the stream and beginning of the channels. */
const NAME = 'zhenxue:live';

/** Options of {@link openFanOut}. */
export interface FanOutOptions {
  /** Address. A secret: it may hold a password. */
  readonly url: string;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly schedule: Schedule;
}

/** A connection for socket.io's adapter, and whether it works. */
export interface FanOut {
  readonly adapter: ReturnType<typeof createAdapter>;
  /** False while Redis does not answer: other servers and their consoles hear nothing. */
  healthy(): boolean;
  stop(): void;
}

/** A connection that waits for Redis for ever and says nothing of the address. */
function connect(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_MS,
    retryStrategy: () => RECONNECT_MS,
    enableAutoPipelining: true,
  });
  // Without a listener the library writes errors to the console; what matters is counted below.
  redis.on('error', () => {});
  return redis;
}

/** Sends, or drops: never rejects, never grows. */
function createSender(redis: Redis, { metrics }: FanOutOptions) {
  let underWay = 0;
  return async <T>(send: () => Promise<T>): Promise<T | string> => {
    if (redis.status !== 'ready' || underWay >= UNDER_WAY_MAX) {
      metrics.count('fanout.dropped');
      return '';
    }
    underWay += 1;
    try {
      return await send();
    } catch {
      metrics.count('fanout.dropped');
      return '';
    } finally {
      underWay -= 1;
    }
  };
}

/** Asks again and again. @returns whether the last question was answered in time, and the stop. */
function watchHealth(redis: Redis, { schedule, metrics, log }: FanOutOptions) {
  let healthy = false;
  let answered = true;
  let cancel = () => {};
  const set = (now: boolean) => {
    if (healthy && !now) {
      metrics.count('fanout.lost');
      log.warn('fanout.lost');
    }
    if (!healthy && now) log.info('fanout.connected');
    healthy = now;
  };
  const ask = () => {
    if (!answered || redis.status !== 'ready') set(false);
    if (redis.status === 'ready' && answered) {
      answered = false;
      redis.ping().then(
        () => {
          answered = true;
          set(true);
        },
        () => {
          answered = true;
          set(false);
        },
      );
    }
    cancel = schedule(PING_EVERY_MS, ask);
  };
  redis.on('ready', () => set(true));
  redis.on('close', () => set(false));
  ask();
  return { healthy: () => healthy, stop: () => cancel() };
}

/** Opens connections; does not wait for any. Never throws because Redis is away. */
export function openFanOut(options: FanOutOptions): FanOut {
  const redis = connect(options.url);
  const readers: Redis[] = [];
  const send = createSender(redis, options);
  const health = watchHealth(redis, options);
  // What the adapter sees of a connection. It leaves failures of its messages to nobody, and they would end the process.
  const client = {
    options: { lazyConnect: false },
    duplicate(): Redis {
      const reader = connect(options.url);
      readers.push(reader);
      return reader;
    },
    publish: (channel: string, payload: Buffer) => send(() => redis.publish(channel, payload)),
    xadd: (args: [string, ...string[]]) => send(() => redis.call('XADD', ...args) as Promise<string>),
  };
  const adapter = createAdapter(client, {
    streamName: NAME,
    channelPrefix: NAME,
    maxLen: STREAM_ENTRIES_MAX,
  });
  return {
    adapter,
    healthy: health.healthy,
    stop(): void {
      health.stop();
      for (const reader of [redis, ...readers]) reader.disconnect();
    },
  };
}
