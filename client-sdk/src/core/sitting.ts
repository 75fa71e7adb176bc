/**
 * One sitting: events in, batches chained, stored and sent, directives out. Platform-free: the page, a test and a scripted
 * learner in Node drive this very code.
 */
import type { BatchAck, Directive, LearningEvent, Welcome } from '@zhenxue/protocol';
import { type Connection, type ConnectionState, createConnection } from './connection.ts';
import type {
  GetTicket,
  Link,
  OpenLink,
  OutboxStore,
  Probe,
  Random,
  Schedule,
  WallClock,
} from './effects.ts';
import { MonitorError } from './errors.ts';
import { COALESCE_MS, DIRECTIVES_REMEMBERED_MAX, START_TIMEOUT_MS, STOP_FLUSH_MS } from './limits.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createPhotoQueue, type PhotoQueue } from './photo-queue.ts';
import { createSender, type Sender } from './sender.ts';

/** What a sitting tells. */
export interface SittingEvents {
  state(state: ConnectionState): void;
  /** First welcome and every later one; `first` tells them apart. */
  welcome(welcome: Welcome, first: boolean): void;
  directive(directive: Directive): void;
  durable(ack: Omit<Extract<BatchAck, { ok: true }>, 'ok' | 'level'>): void;
  /** The storage failed: what is recorded from now on does not survive a reload. */
  storageFailed(): void;
  /** Trouble that the sitting survives. */
  warned(error: MonitorError): void;
  /** The sitting cannot go on. */
  failed(error: MonitorError): void;
}

/** What a sitting needs. */
export interface SittingOptions {
  readonly getTicket: GetTicket;
  readonly openLink: OpenLink;
  readonly probe: Probe;
  readonly store: OutboxStore;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly wallNow: WallClock;
  /** Whether this client may be the sender of the session (one per browser). */
  readonly admit: (session: string) => Promise<boolean>;
  readonly on: SittingEvents;
}

/** A sitting. */
export interface Sitting {
  /** Resolves with the first welcome. @throws MonitorError when the sitting cannot be opened. */
  start(): Promise<Welcome>;
  record(event: LearningEvent): void;
  /** Sends what is gathered now instead of after the coalescing time. */
  hurry(): void;
  /** For a page that is being closed: stores and sends at once. */
  closing(): void;
  /** Stores and uploads a photo. */
  photo(id: string, h: string, bytes: Uint8Array): Promise<void>;
  /** Resolves when everything recorded so far is durable on the server, or the sitting is over. */
  flush(): Promise<void>;
  nudge(): void;
  /** Sends what is left for a short while, then closes. Resolves when all is released. */
  stop(): Promise<void>;
}

interface Line {
  readonly outbox: Outbox;
  readonly sender: Sender;
  readonly photos: PhotoQueue;
}

/** Creates a sitting; `start` opens it. */
export function createSitting(options: SittingOptions): Sitting {
  const { schedule, on } = options;
  const connection: Connection = createConnection({ ...options, on: connectionEvents() });
  const seen = new Set<string>();
  let line: Line | null = null;
  let current: Link | null = null;
  let buffer: LearningEvent[] = [];
  let stopCoalesce: (() => void) | null = null;
  let early: Directive[] | null = [];
  let over = false;
  let settleStart: { resolve(welcome: Welcome): void; reject(error: MonitorError): void } | null = null;
  let waiters: (() => void)[] = [];
  /** Everything that changes the outbox happens one after the other. */
  let queue: Promise<void> = Promise.resolve();

  function inTurn(work: () => Promise<void>): Promise<void> {
    queue = queue.then(work).catch((cause: unknown) => on.warned(new MonitorError('internal', cause)));
    return queue;
  }

  function settle(): void {
    if (!over && (buffer.length > 0 || (line?.outbox.size() ?? 0) > 0 || (line?.photos.size() ?? 0) > 0))
      return;
    const done = waiters;
    waiters = [];
    for (const resolve of done) resolve();
  }

  function finish(error: MonitorError | null): void {
    if (over) return;
    over = true;
    stopCoalesce?.();
    connection.stop();
    line?.sender.detach();
    line?.photos.detach();
    settle();
    if (error === null) return;
    if (settleStart !== null) settleStart.reject(error);
    else on.failed(error);
    settleStart = null;
  }

  function createLine(session: string): Line {
    const { store, wallNow } = options;
    const outbox = createOutbox({ session, store, wallNow, storageFailed: on.storageFailed });
    const resumeAt = (seq: number) => () => sender.resume(seq);
    const sender: Sender = createSender(outbox, schedule, {
      durable(ack) {
        on.durable(ack);
        settle();
      },
      mismatch: (at) => void inTurn(() => outbox.reconcile(at)).then(resumeAt(at.seq)),
      poison(seq, at, code) {
        on.warned(new MonitorError(code));
        void inTurn(() => outbox.reject(seq, at)).then(resumeAt(at.seq));
      },
      fatal: (code) => finish(new MonitorError(code)),
      dead: () => connection.restart(),
    });
    const photos = createPhotoQueue({
      session,
      store,
      schedule,
      wallNow,
      settled: settle,
      warned: on.warned,
    });
    return { outbox, sender, photos };
  }

  function deliver(directive: Directive): void {
    if (early !== null) {
      early.push(directive);
      return;
    }
    if (seen.has(directive.id) || over) return;
    seen.add(directive.id);
    if (seen.size > DIRECTIVES_REMEMBERED_MAX) {
      for (const oldest of seen) {
        seen.delete(oldest);
        break;
      }
    }
    // Nothing more is accepted after the end: what the listeners still record must not be sent.
    if (directive.kind === 'end') finish(null);
    on.directive(directive);
  }

  async function opened(welcome: Welcome, link: Link): Promise<void> {
    const first = settleStart !== null;
    if (line === null) {
      if (!(await options.admit(welcome.session))) return finish(new MonitorError('second-tab'));
      line = createLine(welcome.session);
    }
    const { outbox, sender, photos } = line;
    await outbox.reconcile(welcome.durable);
    await photos.load();
    if (over || current !== link) return;
    sender.attach(link, welcome.durable.seq);
    photos.attach(link);
    on.welcome(welcome, first);
    settleStart?.resolve(welcome);
    settleStart = null;
    const held = [...welcome.pending, ...(early ?? [])];
    early = null;
    for (const directive of held) deliver(directive);
    settle();
  }

  function connectionEvents(): Parameters<typeof createConnection>[0]['on'] {
    return {
      state: on.state,
      admit: options.admit,
      welcome(welcome, link) {
        current = link;
        void inTurn(() => opened(welcome, link));
      },
      directive(directive, confirm) {
        confirm();
        deliver(directive);
      },
      down() {
        current = null;
        line?.sender.detach();
        line?.photos.detach();
      },
      failed: finish,
    };
  }

  function take(): LearningEvent[] {
    stopCoalesce?.();
    stopCoalesce = null;
    const events = buffer;
    buffer = [];
    return events;
  }

  function hurry(): void {
    if (line === null || buffer.length === 0) return;
    const { outbox, sender } = line;
    const events = take();
    void inTurn(() => outbox.append(events)).then(sender.pump);
  }

  function flush(): Promise<void> {
    hurry();
    return new Promise((resolve) => {
      waiters.push(resolve);
      void queue.then(settle);
    });
  }

  return {
    start: () =>
      new Promise((resolve, reject) => {
        const stopTimer = schedule(START_TIMEOUT_MS, () => finish(new MonitorError('unreachable')));
        settleStart = {
          resolve: (welcome) => {
            stopTimer();
            resolve(welcome);
          },
          reject: (error) => {
            stopTimer();
            reject(error);
          },
        };
        connection.start();
      }),
    record(event) {
      if (over) return;
      buffer.push(event);
      stopCoalesce ??= schedule(COALESCE_MS, hurry);
    },
    hurry,
    closing() {
      if (line === null || buffer.length === 0) return;
      line.outbox.appendClosing(take());
      line.sender.pump();
    },
    photo: async (id, h, bytes) => line?.photos.add(id, h, bytes),
    flush,
    nudge: connection.nudge,
    async stop() {
      if (!over && line !== null) {
        let stopTimer: () => void = () => undefined;
        const late = new Promise<void>((resolve) => {
          stopTimer = schedule(STOP_FLUSH_MS, resolve);
        });
        await Promise.race([flush(), late]);
        stopTimer();
      }
      finish(settleStart === null ? null : new MonitorError('stopped'));
      await queue;
      options.store.close();
    },
  };
}
