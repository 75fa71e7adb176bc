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

class StoredPhotos implements PhotoQueue {
  readonly #options: PhotoQueueOptions;
  #waiting: StoredPhoto[] = [];
  #link: Link | null = null;
  #busy = false;
  #loaded = false;
  #stopTimer: () => void = () => undefined;

  constructor(options: PhotoQueueOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    if (this.#loaded) return;
    this.#loaded = true;
    const { store, session, wallNow } = this.#options;
    const before = wallNow() - OUTBOX_AGE_MAX_MS;
    this.#waiting = await leftOf(store, session);
    const old = this.#waiting.filter((photo) => photo.storedAt < before).length;
    for (let n = 0; n < old; n += 1) this.#drop('outbox-expired');
    while (this.#waiting.length > PHOTOS_MAX) this.#drop('outbox-full');
  }

  async add(id: string, h: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > PHOTO_BYTES_MAX) throw new MonitorError('payload-too-large');
    const { session, store, wallNow } = this.#options;
    const photo = { session, id, h, bytes, storedAt: wallNow() };
    // A photo taken again replaces the one before: nothing is lost by that.
    for (const same of this.#waiting.filter((other) => other.id === id)) this.#forget(same);
    while (this.#waiting.length >= PHOTOS_MAX) this.#drop('outbox-full');
    this.#waiting.push(photo);
    await quietly(() => store.putPhoto(photo));
    this.#pump();
  }

  attach(next: Link): void {
    this.#link = next;
    this.#free();
    this.#pump();
  }

  detach(): void {
    this.#link = null;
    this.#free();
  }

  size(): number {
    return this.#waiting.length;
  }

  bytes(): number {
    return this.#waiting.reduce((sum, photo) => sum + photo.bytes.length, 0);
  }

  shed(): boolean {
    return this.#drop('outbox-full');
  }

  #free(): void {
    this.#busy = false;
    this.#stopTimer();
  }

  #forget(photo: StoredPhoto): void {
    const { store, session, settled } = this.#options;
    this.#waiting = this.#waiting.filter((other) => other !== photo);
    void quietly(() => store.dropPhoto(session, photo.id));
    settled();
  }

  #drop(reason: GapReason): boolean {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return false;
    this.#forget(oldest);
    this.#options.lost(reason, 1);
    return true;
  }

  #later(delayMs: number): void {
    this.#stopTimer();
    this.#stopTimer = this.#options.schedule(delayMs, () => {
      this.#free();
      this.#pump();
    });
  }

  #pump(): void {
    const [photo] = this.#waiting;
    const used = this.#link;
    if (photo === undefined || used === null || this.#busy) return;
    this.#busy = true;
    this.#later(ACK_TIMEOUT_MS);
    used.photo({ id: photo.id, h: photo.h }, photo.bytes, (answer) => {
      if (used !== this.#link || !this.#waiting.includes(photo)) return;
      if (!answer.ok && isPassing(answer.code)) return this.#later(answer.retryMs ?? RETRY_MS);
      if (!answer.ok) this.#options.warned(new MonitorError(answer.code));
      this.#free();
      this.#forget(photo);
      this.#pump();
    });
  }
}

/** Creates an empty queue. */
export function createPhotoQueue(options: PhotoQueueOptions): PhotoQueue {
  return new StoredPhotos(options);
}
