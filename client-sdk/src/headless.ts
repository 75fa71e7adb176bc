/**
 * The SDK without a page: a scripted learner in Node opens a sitting with a ticket and drives the very line that browsers
 * use (batches, chain, acks, reconnects). For demos, tests and load tools; never a way around the server's rules.
 */
import type { Directive, LearningEvent, Welcome } from '@zhenxue/protocol';
import type { ConnectionState } from './core/connection.ts';
import { hashBytes } from './core/digest.ts';
import type { GetTicket, OpenLink, OutboxStore, Probe, Random, Schedule, WallClock } from './core/effects.ts';
import { MonitorError, type MonitorErrorCode } from './core/errors.ts';
import { createSitting } from './core/sitting.ts';
import { httpProbe } from './effects/http-probe.ts';
import { createMemoryStore } from './effects/memory-store.ts';
import { socketIoLinks } from './effects/socketio-link.ts';
import { timerSchedule } from './effects/timer-schedule.ts';

export type { ConnectionState } from './core/connection.ts';
export type {
  GetTicket,
  Link,
  LinkEvents,
  OpenLink,
  OutboxStore,
  Probe,
  ProbeAnswer,
  Random,
  Schedule,
  StoredBatch,
  StoredPhoto,
  Ticket,
  WallClock,
} from './core/effects.ts';
export { createMemoryStore, MonitorError, type MonitorErrorCode };

/** What a scripted learner is made of. */
export interface HeadlessOptions {
  /** Base address of the server, such as `http://127.0.0.1:7070`. */
  readonly endpoint: string;
  readonly getTicket: GetTicket;
  /** Called once per directive, never before `start()` has resolved. */
  readonly onDirective?: (directive: Directive) => void;
  readonly onDurable?: (ack: { seq: number; creditedMs: number; furthestMs: number }) => void;
  readonly onState?: (state: ConnectionState) => void;
  /** The sitting is lost after it had been opened. */
  readonly onFailed?: (error: MonitorError) => void;
  readonly store?: OutboxStore;
  readonly schedule?: Schedule;
  readonly random?: Random;
  readonly wallNow?: WallClock;
  readonly openLink?: OpenLink;
  readonly probe?: Probe;
}

/** A scripted learner. */
export interface HeadlessLearner {
  /** Opens the sitting. @throws MonitorError */
  start(): Promise<Welcome>;
  /** Records one event; the script says `t`, `m` and `s`. Sent within 100 ms. */
  emit(event: LearningEvent): void;
  /**
   * Uploads a photo for a request.
   * @returns what the `photo.taken` event must carry besides the sample.
   */
  photo(id: string, bytes: Uint8Array): { readonly id: string; readonly h: string; readonly n: number };
  /** Resolves when everything emitted so far is durable on the server, or the sitting is over. */
  flush(): Promise<void>;
  /** Sends what is left and closes. */
  stop(): Promise<void>;
}

/** Creates a scripted learner; nothing happens before `start`. */
export function createHeadlessLearner(options: HeadlessOptions): HeadlessLearner {
  const schedule = options.schedule ?? timerSchedule;
  let opened = false;
  let held: Directive[] = [];
  const deliver = (): void => {
    opened = true;
    const directives = held;
    held = [];
    for (const directive of directives) options.onDirective?.(directive);
  };
  const sitting = createSitting({
    getTicket: options.getTicket,
    openLink: options.openLink ?? socketIoLinks(options.endpoint),
    probe: options.probe ?? httpProbe(options.endpoint),
    store: options.store ?? createMemoryStore(),
    schedule,
    random: options.random ?? Math.random,
    wallNow: options.wallNow ?? Date.now,
    admit: async () => true,
    on: {
      state: (state) => options.onState?.(state),
      welcome: (_welcome, first) => {
        if (first) schedule(0, deliver);
      },
      directive: (directive) => {
        if (opened) options.onDirective?.(directive);
        else held.push(directive);
      },
      durable: (ack) => options.onDurable?.(ack),
      storageFailed: () => undefined,
      warned: () => undefined,
      failed: (error) => options.onFailed?.(error),
    },
  });
  return {
    start: sitting.start,
    emit: sitting.record,
    photo(id, bytes) {
      const h = hashBytes(bytes);
      void sitting.photo(id, h, bytes);
      return { id, h, n: bytes.length };
    },
    flush: sitting.flush,
    stop: sitting.stop,
  };
}
