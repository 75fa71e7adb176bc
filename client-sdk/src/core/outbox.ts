/**
 * The outbox: every event is part of a hash-chained batch that is stored before it is sent and forgotten only after the
 * durable ack. Nothing here sends; `sender.ts` does.
 */
import { encodeBatch, type GapReason, type LearningEvent, PROTOCOL_VERSION } from '@zhenxue/protocol';
import { hashText } from './digest.ts';
import type { OutboxStore, StoredBatch, WallClock } from './effects.ts';
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
  /** Batches not yet durable. */
  size(): number;
}

/** What an outbox needs. `storageFailed` is called once, when it goes on in memory. */
export interface OutboxOptions {
  readonly session: string;
  readonly store: OutboxStore;
  readonly wallNow: WallClock;
  readonly storageFailed: () => void;
  readonly bytesMax?: number;
}

/** Checks what came back from storage: it may be damaged. The hash is computed anew; broken entries are left out. */
function sound(batch: StoredBatch): { batch: StoredBatch; events: readonly LearningEvent[] } | null {
  try {
    const parsed = JSON.parse(batch.text) as { seq: number; prev: string; events: readonly LearningEvent[] };
    if (parsed.seq !== batch.seq || !Array.isArray(parsed.events)) return null;
    const events = parsed.events as readonly LearningEvent[];
    return {
      batch: { ...batch, prev: parsed.prev, hash: hashText(batch.text), count: events.length },
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

/** Opens the outbox of a session. Call `reconcile` before anything else. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { session, store, wallNow } = options;
  const bytesMax = options.bytesMax ?? OUTBOX_BYTES_MAX;
  const lost = new Map<GapReason, number>();
  let waiting: StoredBatch[] = [];
  let tail: ChainPoint = { seq: 0, hash: '' };
  /** Highest sequence number that may be sent: everything up to it is stored. */
  let ready = 0;
  let loaded = false;
  let storageUp = true;

  async function stored(work: () => Promise<void>): Promise<void> {
    if (!storageUp) return;
    try {
      await work();
    } catch {
      if (storageUp) options.storageFailed();
      storageUp = false;
    }
  }

  function lose(reason: GapReason, count: number): void {
    if (count > 0) lost.set(reason, (lost.get(reason) ?? 0) + count);
  }

  function encode(events: readonly LearningEvent[]): StoredBatch[] {
    const made: StoredBatch[] = [];
    for (let i = 0; i < events.length; i += EVENTS_PER_BATCH_MAX) {
      const part = events.slice(i, i + EVENTS_PER_BATCH_MAX);
      const { seq, hash: prev } = { seq: tail.seq + 1, hash: tail.hash };
      const text = encodeBatch({ v: PROTOCOL_VERSION, session, seq, prev, events: part });
      const batch = {
        session,
        seq,
        prev,
        hash: hashText(text),
        text,
        count: part.length,
        storedAt: wallNow(),
      };
      made.push(batch);
      tail = batch;
    }
    return made;
  }

  async function rebuild(from: ChainPoint, batches: readonly StoredBatch[]): Promise<void> {
    tail = from;
    ready = from.seq;
    waiting = encode(batches.flatMap((batch) => sound(batch)?.events ?? []));
    const rebuilt = waiting;
    await stored(() => store.replace(session, rebuilt));
    ready = Math.max(ready, rebuilt.at(-1)?.seq ?? 0);
  }

  function missing(from: ChainPoint, batches: readonly StoredBatch[]): number {
    const last = batches.at(-1);
    return last === undefined ? 0 : last.seq - from.seq - batches.length;
  }

  async function load(durable: ChainPoint): Promise<void> {
    loaded = true;
    let found: readonly StoredBatch[] = [];
    await stored(async () => {
      await store.sweep(wallNow() - OUTBOX_AGE_MAX_MS);
      found = await store.batches(session);
    });
    waiting = [];
    for (const batch of found) {
      const checked = sound(batch);
      if (checked !== null) waiting.push(checked.batch);
      else if (batch.seq > durable.seq) lose('storage-failed', Math.max(1, batch.count));
    }
  }

  async function reconcile(durable: ChainPoint): Promise<void> {
    if (!loaded) await load(durable);
    const same = waiting.find((batch) => batch.seq === durable.seq);
    if (same !== undefined && same.hash !== durable.hash) {
      // Another chain has this number: what we hold up to it was never accepted as ours.
      lose(
        'rejected',
        waiting.reduce((n, batch) => (batch.seq <= durable.seq ? n + batch.count : n), 0),
      );
    }
    const rest = waiting.filter((batch) => batch.seq > durable.seq);
    if (continues(durable, rest)) {
      waiting = rest;
      tail = rest.at(-1) ?? durable;
      await stored(() => store.drop(session, durable.seq));
      ready = tail.seq;
    } else {
      // One at least is lost per missing number; how many events it held is not known any more.
      lose('outbox-expired', Math.max(0, missing(durable, rest)));
      await rebuild(durable, rest);
    }
  }

  /** The events with the `gap`s that are owed before them; null when there is no room. */
  function admit(events: readonly LearningEvent[]): readonly LearningEvent[] | null {
    const first = events[0];
    if (first === undefined) return null;
    const bytes = waiting.reduce((n, batch) => n + batch.text.length, 0);
    if (bytes >= bytesMax) {
      lose('outbox-full', events.length);
      return null;
    }
    const { t, m, s } = first;
    const gaps = [...lost].map(([why, n]): LearningEvent => ({ e: 'gap', t, m, s, n, why }));
    lost.clear();
    return [...gaps, ...events];
  }

  return {
    reconcile,
    async append(events) {
      const admitted = admit(events);
      if (admitted === null) return;
      const made = encode(admitted);
      waiting.push(...made);
      await stored(() => store.put(made));
      ready = Math.max(ready, made.at(-1)?.seq ?? 0);
    },
    appendClosing(events) {
      const admitted = admit(events);
      if (admitted === null) return;
      const made = encode(admitted);
      waiting.push(...made);
      void stored(() => store.put(made));
      ready = tail.seq;
    },
    acked(seq) {
      if ((waiting[0]?.seq ?? Number.POSITIVE_INFINITY) > seq) return;
      waiting = waiting.filter((batch) => batch.seq > seq);
      void stored(() => store.drop(session, seq));
    },
    async reject(seq, durable) {
      lose('rejected', waiting.find((batch) => batch.seq === seq)?.count ?? 0);
      await rebuild(
        durable,
        waiting.filter((batch) => batch.seq !== seq && batch.seq > durable.seq),
      );
    },
    at: (seq) => (seq <= ready ? waiting.find((batch) => batch.seq === seq) : undefined),
    size: () => waiting.length,
  };
}
