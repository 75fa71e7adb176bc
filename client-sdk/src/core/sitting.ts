/**
 * One sitting: events in, batches chained, stored and sent, directives out. Platform-free: the page, a test and a scripted
 * learner in Node drive this very code.
 */
import {
  type BatchAck,
  type Directive,
  type LearningEvent,
  type LivenessPrompt,
  PROTOCOL_VERSION,
  type Welcome,
} from '@zhenxue/protocol';
import { type Connection, type ConnectionState, createConnection } from './connection.ts';
import type {
  Calls,
  GetTicket,
  HashText,
  Link,
  OpenLink,
  OutboxStore,
  Probe,
  Random,
  Schedule,
  WallClock,
} from './effects.ts';
import { MonitorError } from './errors.ts';
import {
  ACK_TIMEOUT_MS,
  CLOSING_BYTES_MAX,
  COALESCE_MS,
  DIRECTIVES_REMEMBERED_MAX,
  START_TIMEOUT_MS,
  STOP_FLUSH_MS,
} from './limits.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createPhotoQueue, type PhotoQueue } from './photo-queue.ts';
import { createSender, type Sender } from './sender.ts';

/** What a sitting tells. */
export interface SittingEvents {
  state(state: ConnectionState): void;
  /** First welcome and every later one; `first` tells them apart. */
  welcome(welcome: Welcome, first: boolean): void;
  directive(directive: Directive): void;
  /** A step of a liveness challenge. */
  prompt?(prompt: LivenessPrompt): void;
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
  /** Newest protocol version spoken; default the protocol's. */
  readonly version?: number;
  /** Default: pure JavaScript. */
  readonly hash?: HashText;
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
  /** Asks the server once over the present connection. @throws MonitorError `unreachable` without an answer in time. */
  call<K extends keyof Calls>(name: K, message: Calls[K][0], bytes?: Uint8Array): Promise<Calls[K][1]>;
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

interface Starting {
  readonly resolve: (welcome: Welcome) => void;
  readonly reject: (error: MonitorError) => void;
  readonly stopTimer: () => void;
}

class LiveSitting implements Sitting {
  readonly #options: SittingOptions;
  readonly #connection: Connection;
  readonly #seen = new Set<string>();
  #line: Line | null = null;
  /** Protocol version of the present connection. */
  #version: number = PROTOCOL_VERSION;
  #current: Link | null = null;
  #buffer: LearningEvent[] = [];
  #stopCoalesce: (() => void) | null = null;
  /** Directives that came before the first welcome was taken in. */
  #early: Directive[] | null = [];
  #over = false;
  #starting: Starting | null = null;
  #waiters: (() => void)[] = [];
  /** Everything that changes the outbox happens one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(options: SittingOptions) {
    this.#options = options;
    this.#connection = createConnection({
      ...options,
      on: {
        state: options.on.state,
        admit: options.admit,
        welcome: (welcome, link) => {
          this.#current = link;
          void this.#inTurn(() => this.#opened(welcome, link));
        },
        directive: (directive, confirm) => {
          confirm();
          this.#deliver(directive);
        },
        prompt: (prompt) => options.on.prompt?.(prompt),
        down: () => this.#detach(),
        failed: (error) => this.#finish(error),
      },
    });
  }

  start = (): Promise<Welcome> =>
    new Promise((resolve, reject) => {
      const late = (): void => this.#finish(new MonitorError('unreachable'));
      this.#starting = { resolve, reject, stopTimer: this.#options.schedule(START_TIMEOUT_MS, late) };
      this.#connection.start();
    });

  record = (event: LearningEvent): void => {
    if (this.#over) return;
    this.#buffer.push(event);
    this.#stopCoalesce ??= this.#options.schedule(COALESCE_MS, this.hurry);
  };

  hurry = (): void => {
    if (this.#line === null || this.#buffer.length === 0) return;
    const { outbox, sender } = this.#line;
    const events = this.#take();
    void this.#inTurn(() => outbox.append(events)).then(() => sender.pump());
  };

  closing = (): void => {
    if (this.#line === null || this.#buffer.length === 0) return;
    this.#line.outbox.appendClosing(this.#take());
    this.#line.sender.pump(CLOSING_BYTES_MAX);
  };

  photo = async (id: string, h: string, bytes: Uint8Array): Promise<void> =>
    this.#line?.photos.add(id, h, bytes);

  call = <K extends keyof Calls>(
    name: K,
    message: Calls[K][0],
    bytes: Uint8Array | null = null,
  ): Promise<Calls[K][1]> =>
    new Promise((resolve, reject) => {
      const refuse = (): void => reject(new MonitorError('unreachable'));
      const link = this.#current;
      if (link === null) return refuse();
      const stopTimer = this.#options.schedule(ACK_TIMEOUT_MS, refuse);
      link.call(name, message, bytes, (answer) => {
        stopTimer();
        resolve(answer);
      });
    });

  flush = (): Promise<void> => {
    this.hurry();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      void this.#queue.then(() => this.#settle());
    });
  };

  nudge = (): void => this.#connection.nudge();

  stop = async (): Promise<void> => {
    if (!this.#over && this.#line !== null) {
      let stopTimer: () => void = () => undefined;
      const late = new Promise<void>((resolve) => {
        stopTimer = this.#options.schedule(STOP_FLUSH_MS, resolve);
      });
      await Promise.race([this.flush(), late]);
      stopTimer();
    }
    this.#finish(this.#starting === null ? null : new MonitorError('stopped'));
    await this.#queue;
    this.#options.store.close();
  };

  #inTurn(work: () => Promise<void>): Promise<void> {
    const warn = (cause: unknown): void => this.#options.on.warned(new MonitorError('internal', cause));
    this.#queue = this.#queue.then(work).catch(warn);
    return this.#queue;
  }

  /** Tells those who wait for everything to be durable, when it is. */
  #settle(): void {
    const open = this.#buffer.length + (this.#line?.outbox.size() ?? 0) + (this.#line?.photos.size() ?? 0);
    if (!this.#over && open > 0) return;
    const done = this.#waiters;
    this.#waiters = [];
    for (const resolve of done) resolve();
  }

  #detach(): void {
    this.#current = null;
    this.#line?.sender.detach();
    this.#line?.photos.detach();
  }

  #finish(error: MonitorError | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopCoalesce?.();
    this.#connection.stop();
    this.#detach();
    this.#settle();
    const starting = this.#starting;
    this.#starting = null;
    starting?.stopTimer();
    if (error === null) return;
    if (starting !== null) starting.reject(error);
    else this.#options.on.failed(error);
  }

  #createLine(session: string): Line {
    const { store, wallNow, schedule, on } = this.#options;
    const hash = this.#options.hash === undefined ? {} : { hash: this.#options.hash };
    const settled = (): void => this.#settle();
    const photos = createPhotoQueue({
      session,
      store,
      schedule,
      wallNow,
      settled,
      warned: on.warned,
      lost: (reason, count) => outbox.lose(reason, count),
    });
    const outbox: Outbox = createOutbox({
      session,
      store,
      wallNow,
      storageFailed: on.storageFailed,
      snapshots: photos,
      version: () => this.#version,
      ...hash,
    });
    const sender: Sender = createSender(outbox, schedule, {
      durable(ack) {
        on.durable(ack);
        settled();
      },
      mismatch: (at) => void this.#inTurn(() => outbox.reconcile(at)).then(() => sender.resume(at.seq)),
      poison: (seq, at, code) => {
        on.warned(new MonitorError(code));
        void this.#inTurn(() => outbox.reject(seq, at)).then(() => sender.resume(at.seq));
      },
      fatal: (code) => this.#finish(new MonitorError(code)),
      dead: () => this.#connection.restart(),
    });
    return { outbox, sender, photos };
  }

  #deliver(directive: Directive): void {
    if (this.#early !== null) {
      this.#early.push(directive);
      return;
    }
    if (this.#seen.has(directive.id) || this.#over) return;
    this.#seen.add(directive.id);
    const [oldest] = this.#seen;
    if (this.#seen.size > DIRECTIVES_REMEMBERED_MAX && oldest !== undefined) this.#seen.delete(oldest);
    // Nothing more is accepted after the end: what the listeners still record must not be sent.
    if (directive.kind === 'end') this.#finish(null);
    this.#options.on.directive(directive);
  }

  async #opened(welcome: Welcome, link: Link): Promise<void> {
    this.#version = welcome.v;
    if (this.#line === null) {
      if (await this.#options.admit(welcome.session)) this.#line = this.#createLine(welcome.session);
      else return this.#finish(new MonitorError('second-tab'));
    }
    const { outbox, sender, photos } = this.#line;
    // Before the sweep of the storage, which forgets without counting.
    await photos.load();
    await outbox.reconcile(welcome.durable);
    if (this.#over || this.#current !== link) return;
    sender.attach(link, welcome.durable.seq);
    photos.attach(link);
    const starting = this.#starting;
    this.#starting = null;
    starting?.stopTimer();
    this.#options.on.welcome(welcome, starting !== null);
    starting?.resolve(welcome);
    const held = [...welcome.pending, ...(this.#early ?? [])];
    this.#early = null;
    for (const directive of held) this.#deliver(directive);
    this.#settle();
  }

  #take(): LearningEvent[] {
    this.#stopCoalesce?.();
    this.#stopCoalesce = null;
    const events = this.#buffer;
    this.#buffer = [];
    return events;
  }
}

/** Creates a sitting; `start` opens it. */
export function createSitting(options: SittingOptions): Sitting {
  return new LiveSitting(options);
}
