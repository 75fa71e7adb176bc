/**
 * The outbox: every event is part of a hash-chained batch that is stored before it is sent and forgotten only after the
 * durable ack. Nothing here sends; `sender.ts` does.
 */
import { encodeBatch, type GapReason, type LearningEvent, PROTOCOL_VERSION } from '@zhenxue/protocol';
import { hashText } from './digest.ts';
import type { HashText, OutboxStore, StoredBatch, WallClock } from './effects.ts';
import { EVENTS_PER_BATCH_MAX, OUTBOX_AGE_MAX_MS, OUTBOX_BYTES_MAX } from './limits.ts';

/** Where the server's chain stands. */
export interface ChainPoint {
  readonly seq: number;
  readonly hash: string;
}

/** Batches of one session between being recorded and being durable on the server. */
export interface Outbox {
  /** Lines the stored chain up with the server's: drops what is durable, re-encodes what no longer continues it. */
  reconcile(durable: ChainPoint): Promise<void>;
  /** Chains and stores events; resolves when they may be sent. Full: dropped, counted, told with the next `gap`. */
  append(events: readonly LearningEvent[]): Promise<void>;
  /** As `append`, but without waiting for the storage: for a page that is being closed. */
  appendClosing(events: readonly LearningEvent[]): void;
  /** Forgets batches up to the durable `seq`. */
  acked(seq: number): void;
  /** Takes a batch out that the server will never accept, and rebuilds the chain behind it. */
  reject(seq: number, durable: ChainPoint): Promise<void>;
  /** The batch with this sequence number, if it is waiting and stored. */
  at(seq: number): StoredBatch | undefined;
  /** Counts what was dropped elsewhere; told with the next `gap`. */
  lose(reason: GapReason, count: number): void;
  /** Batches not yet durable. */
  size(): number;
}

/** What lies beside the events and gives way to them: photos. */
export interface Snapshots {
  bytes(): number;
  /** Drops the oldest; false when there is none. */
  shed(): boolean;
}

/** What an outbox needs. `storageFailed` is called once, when it goes on in memory. */
export interface OutboxOptions {
  readonly session: string;
  readonly store: OutboxStore;
  readonly wallNow: WallClock;
  readonly storageFailed: () => void;
  readonly bytesMax?: number;
  readonly snapshots?: Snapshots;
  /** Protocol version to write; default the newest. */
  readonly version?: () => number;
  /** Default: pure JavaScript. A runtime with a faster SHA-256 may bring it. */
  readonly hash?: HashText;
}

/** Checks what came back from storage: it may be damaged. The hash is computed anew; broken entries are left out. */
function sound(
  batch: StoredBatch,
  hash: HashText,
): { batch: StoredBatch; events: readonly LearningEvent[] } | null {
  try {
    const parsed = JSON.parse(batch.text) as { seq: number; prev: string; events: readonly LearningEvent[] };
    if (parsed.seq !== batch.seq || !Array.isArray(parsed.events)) return null;
    const events = parsed.events as readonly LearningEvent[];
    return {
      batch: { ...batch, prev: parsed.prev, hash: hash(batch.text), count: events.length },
      events,
    };
  } catch {
    return null;
  }
}

function continues(from: ChainPoint, batches: readonly StoredBatch[]): boolean {
  let { seq, hash } = from;
  for (const batch of batches) {
    if (batch.seq !== seq + 1 || batch.prev !== hash) return false;
    ({ seq, hash } = batch);
  }
  return true;
}

function missing(from: ChainPoint, batches: readonly StoredBatch[]): number {
  const last = batches.at(-1);
  return last === undefined ? 0 : Math.max(0, last.seq - from.seq - batches.length);
}

function eventsOf(batches: readonly StoredBatch[]): number {
  return batches.reduce((n, batch) => n + batch.count, 0);
}

class StoredOutbox implements Outbox {
  readonly #options: OutboxOptions;
  readonly #hash: HashText;
  readonly #lost = new Map<GapReason, number>();
  #waiting: StoredBatch[] = [];
  #tail: ChainPoint = { seq: 0, hash: '' };
  /** Highest sequence number that may be sent: everything up to it is stored. */
  #ready = 0;
  #loaded = false;
  /** Batches whose events are counted as expired already. */
  #expired = 0;
  #storageUp = true;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#hash = options.hash ?? hashText;
  }

  reconcile = async (durable: ChainPoint): Promise<void> => {
    if (!this.#loaded) await this.#load(durable);
    const same = this.#waiting.find((batch) => batch.seq === durable.seq);
    const { session, store } = this.#options;
    const rest = this.#waiting.filter((batch) => batch.seq > durable.seq);
    // Another chain has this number: what we hold up to it was never accepted as ours.
    if (same !== undefined && same.hash !== durable.hash)
      this.lose('rejected', eventsOf(this.#waiting) - eventsOf(rest));
    if (continues(durable, rest)) {
      this.#waiting = rest;
      this.#tail = rest.at(-1) ?? durable;
      await this.#stored(() => store.drop(session, durable.seq));
      this.#ready = this.#tail.seq;
    } else {
      // One at least is lost per missing number; how many events it held is not known any more.
      this.lose('outbox-expired', Math.max(0, missing(durable, rest) - this.#expired));
      this.#expired = 0;
      await this.#rebuild(durable, rest);
    }
  };

  append = async (events: readonly LearningEvent[]): Promise<void> => {
    const made = this.#encode(this.#admit(events));
    const last = made.at(-1);
    if (last === undefined) return;
    this.#waiting.push(...made);
    await this.#stored(() => this.#options.store.put(made), true);
    this.#ready = Math.max(this.#ready, last.seq);
  };

  appendClosing = (events: readonly LearningEvent[]): void => {
    const made = this.#encode(this.#admit(events));
    if (made.length === 0) return;
    this.#waiting.push(...made);
    void this.#stored(() => this.#options.store.put(made), true);
    this.#ready = this.#tail.seq;
  };

  acked = (seq: number): void => {
    if ((this.#waiting[0]?.seq ?? Number.POSITIVE_INFINITY) > seq) return;
    this.#waiting = this.#waiting.filter((batch) => batch.seq > seq);
    void this.#stored(() => this.#options.store.drop(this.#options.session, seq));
  };

  reject = async (seq: number, durable: ChainPoint): Promise<void> => {
    const refused = this.#waiting.filter((batch) => batch.seq === seq);
    this.lose('rejected', eventsOf(refused));
    const rest = this.#waiting.filter((batch) => batch.seq !== seq && batch.seq > durable.seq);
    await this.#rebuild(durable, rest);
  };

  at = (seq: number): StoredBatch | undefined =>
    seq <= this.#ready ? this.#waiting.find((batch) => batch.seq === seq) : undefined;

  lose = (reason: GapReason, count: number): void => {
    if (count > 0) this.#lost.set(reason, (this.#lost.get(reason) ?? 0) + count);
  };

  size = (): number => this.#waiting.length;

  /** @param shedding a full disk takes the events once the photos have made room. */
  async #stored(work: () => Promise<void>, shedding = false): Promise<void> {
    while (this.#storageUp) {
      try {
        return await work();
      } catch {
        if (shedding && this.#options.snapshots?.shed() === true) continue;
        if (this.#storageUp) this.#options.storageFailed();
        this.#storageUp = false;
      }
    }
  }

  #encode(events: readonly LearningEvent[]): StoredBatch[] {
    const { session, wallNow } = this.#options;
    const v = this.#options.version?.() ?? PROTOCOL_VERSION;
    const made: StoredBatch[] = [];
    for (let i = 0; i < events.length; i += EVENTS_PER_BATCH_MAX) {
      const part = events.slice(i, i + EVENTS_PER_BATCH_MAX);
      const { seq, hash: prev } = { seq: this.#tail.seq + 1, hash: this.#tail.hash };
      const text = encodeBatch({ v, session, seq, prev, events: part });
      const hash = this.#hash(text);
      made.push({ session, seq, prev, hash, text, count: part.length, storedAt: wallNow() });
      this.#tail = { seq, hash };
    }
    return made;
  }

  /** Too old to be kept: its events are counted by number, so the hole that it leaves is not counted again. */
  #expire(batch: StoredBatch, durable: ChainPoint): void {
    if (batch.seq <= durable.seq) return;
    this.#expired += 1;
    this.lose('outbox-expired', Math.max(1, batch.count));
  }

  async #rebuild(from: ChainPoint, batches: readonly StoredBatch[]): Promise<void> {
    const { session, store } = this.#options;
    this.#tail = from;
    this.#ready = from.seq;
    const rebuilt = this.#encode(batches.flatMap((batch) => sound(batch, this.#hash)?.events ?? []));
    this.#waiting = rebuilt;
    await this.#stored(() => store.replace(session, rebuilt));
    this.#ready = Math.max(this.#ready, rebuilt.at(-1)?.seq ?? 0);
  }

  async #load(durable: ChainPoint): Promise<void> {
    const { session, store, wallNow } = this.#options;
    this.#loaded = true;
    let found: readonly StoredBatch[] = [];
    const before = wallNow() - OUTBOX_AGE_MAX_MS;
    await this.#stored(async () => {
      found = await store.batches(session);
      await store.sweep(before);
    });
    for (const batch of found) {
      const checked = batch.storedAt < before ? null : sound(batch, this.#hash);
      if (batch.storedAt < before) this.#expire(batch, durable);
      else if (checked !== null) this.#waiting.push(checked.batch);
      else if (batch.seq > durable.seq) this.lose('storage-failed', Math.max(1, batch.count));
    }
  }

  /** The events with the `gap`s that are owed before them; nothing when there is no room. */
  #admit(events: readonly LearningEvent[]): readonly LearningEvent[] {
    const first = events[0];
    if (first === undefined) return [];
    const bytes = this.#waiting.reduce((n, batch) => n + batch.text.length, 0);
    const { snapshots, bytesMax = OUTBOX_BYTES_MAX } = this.#options;
    // Photos give way to events.
    while (bytes + (snapshots?.bytes() ?? 0) >= bytesMax && snapshots?.shed() === true);
    if (bytes >= bytesMax) {
      this.lose('outbox-full', events.length);
      return [];
    }
    const { t, m, s } = first;
    const gaps = [...this.#lost].map(([why, n]): LearningEvent => ({ e: 'gap', t, m, s, n, why }));
    this.#lost.clear();
    return [...gaps, ...events];
  }
}

/** Opens the outbox of a session. Call `reconcile` before anything else. */
export function createOutbox(options: OutboxOptions): Outbox {
  return new StoredOutbox(options);
}
