/** Photos between the camera and the server: stored first, uploaded one at a time, forgotten when durable or refused for good. */
import { PHOTO_BYTES_MAX } from '@zhenxue/protocol';
import type { Link, OutboxStore, Schedule, StoredPhoto, WallClock } from './effects.ts';
import { MonitorError } from './errors.ts';
import { ACK_TIMEOUT_MS, PHOTOS_MAX, RETRY_MS } from './limits.ts';
import { isPassing } from './refusals.ts';

/** Photos of one session waiting for their upload. */
export interface PhotoQueue {
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
}

async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // The photo is in memory all the same; a failing storage is reported by the outbox.
  }
}

/** Creates an empty queue. */
export function createPhotoQueue(options: PhotoQueueOptions): PhotoQueue {
  const { session, store, schedule } = options;
  let waiting: StoredPhoto[] = [];
  let link: Link | null = null;
  let busy = false;
  let loaded = false;
  let stopTimer: (() => void) | null = null;

  function free(): void {
    busy = false;
    stopTimer?.();
    stopTimer = null;
  }

  function forget(photo: StoredPhoto): void {
    waiting = waiting.filter((other) => other !== photo);
    void quietly(() => store.dropPhoto(session, photo.id));
    options.settled();
  }

  function later(delayMs: number): void {
    stopTimer?.();
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
      await quietly(async () => {
        waiting = [...(await store.photos(session))].slice(-PHOTOS_MAX);
      });
    },
    async add(id, h, bytes) {
      if (bytes.length > PHOTO_BYTES_MAX) throw new MonitorError('payload-too-large');
      const photo = { session, id, h, bytes, storedAt: options.wallNow() };
      const surplus = waiting.filter((other) => other.id === id);
      if (surplus.length === 0 && waiting.length >= PHOTOS_MAX) surplus.push(...waiting.slice(0, 1));
      for (const old of surplus) forget(old);
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
  };
}
