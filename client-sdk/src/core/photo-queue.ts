/** Photos between the camera and the server: stored first, uploaded one at a time, forgotten when durable or refused for good. */
import { type GapReason, PHOTO_BYTES_MAX } from '@zhenxue/protocol';
import type { Link, OutboxStore, Schedule, StoredPhoto, WallClock } from './effects.ts';
import { MonitorError } from './errors.ts';
import { ACK_TIMEOUT_MS, OUTBOX_AGE_MAX_MS, PHOTOS_MAX, RETRY_MS } from './limits.ts';
import type { Snapshots } from './outbox.ts';
import { isPassing } from './refusals.ts';

/** Photos of one session waiting for their upload. */
export interface PhotoQueue extends Snapshots {
  /** Takes over what an earlier page load left. */
  load(): Promise<void>;
  add(id: string, h: string, bytes: Uint8Array): Promise<void>;
  attach(link: Link): void;
  detach(): void;
  size(): number;
}

/** What a photo queue needs. */
export interface PhotoQueueOptions {
  readonly session: string;
  readonly store: OutboxStore;
  readonly schedule: Schedule;
  readonly wallNow: WallClock;
  /** Called when the queue got shorter. */
  readonly settled: () => void;
  readonly warned: (error: MonitorError) => void;
  /** Photos were dropped before the server had them. */
  readonly lost: (reason: GapReason, count: number) => void;
}

async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // The photo is in memory all the same; a failing storage is reported by the outbox.
  }
}

/** Photos that an earlier page load left behind, oldest first; none when the storage fails. */
async function leftOf(store: OutboxStore, session: string): Promise<StoredPhoto[]> {
  try {
    return [...(await store.photos(session))].sort((a, b) => a.storedAt - b.storedAt);
  } catch {
    return [];
  }
}

/** Creates an empty queue. */
export function createPhotoQueue(options: PhotoQueueOptions): PhotoQueue {
  const { session, store, schedule } = options;
  let waiting: StoredPhoto[] = [];
  let link: Link | null = null;
  let busy = false;
  let loaded = false;
  let stopTimer: () => void = () => undefined;

  function free(): void {
    busy = false;
    stopTimer();
  }

  function forget(photo: StoredPhoto): void {
    waiting = waiting.filter((other) => other !== photo);
    void quietly(() => store.dropPhoto(session, photo.id));
    options.settled();
  }

  function drop(reason: GapReason): boolean {
    const [oldest] = waiting;
    if (oldest === undefined) return false;
    forget(oldest);
    options.lost(reason, 1);
    return true;
  }

  function later(delayMs: number): void {
    stopTimer();
    stopTimer = schedule(delayMs, () => {
      free();
      pump();
    });
  }

  function pump(): void {
    const photo = waiting[0];
    const used = link;
    if (photo === undefined || used === null || busy) return;
    busy = true;
    later(ACK_TIMEOUT_MS);
    used.photo({ id: photo.id, h: photo.h }, photo.bytes, (answer) => {
      if (used !== link || !waiting.includes(photo)) return;
      if (!answer.ok && isPassing(answer.code)) return later(answer.retryMs ?? RETRY_MS);
      if (!answer.ok) options.warned(new MonitorError(answer.code));
      free();
      forget(photo);
      pump();
    });
  }

  return {
    async load() {
      if (loaded) return;
      loaded = true;
      const before = options.wallNow() - OUTBOX_AGE_MAX_MS;
      waiting = await leftOf(store, session);
      const old = waiting.filter((photo) => photo.storedAt < before).length;
      for (let n = 0; n < old; n += 1) drop('outbox-expired');
      while (waiting.length > PHOTOS_MAX) drop('outbox-full');
    },
    async add(id, h, bytes) {
      if (bytes.length > PHOTO_BYTES_MAX) throw new MonitorError('payload-too-large');
      const photo = { session, id, h, bytes, storedAt: options.wallNow() };
      // A photo taken again replaces the one before: nothing is lost by that.
      for (const same of waiting.filter((other) => other.id === id)) forget(same);
      while (waiting.length >= PHOTOS_MAX) drop('outbox-full');
      waiting.push(photo);
      await quietly(() => store.putPhoto(photo));
      pump();
    },
    attach(next) {
      link = next;
      free();
      pump();
    },
    detach() {
      link = null;
      free();
    },
    size: () => waiting.length,
    bytes: () => waiting.reduce((sum, photo) => sum + photo.bytes.length, 0),
    shed: () => drop('outbox-full'),
  };
}
