/** A media element and a Worker's clock, as functions of the world's time: nothing ticks between two looks. */

/** What a media element does by itself. Times are ms. */
export class Media {
  readonly durationMs: number;
  #position: number;
  #since: number;
  #playing = false;
  #stalled = false;
  #rate = 1;
  #asleepUntil = 0;

  constructor(durationMs: number, startMs: number, now: number) {
    this.durationMs = durationMs;
    this.#position = startMs;
    this.#since = now;
  }

  get playing(): boolean {
    return this.#playing;
  }

  get stalled(): boolean {
    return this.#stalled;
  }

  get rate(): number {
    return this.#rate;
  }

  /** Position at `now`, a whole number of ms inside the video. */
  position(now: number): number {
    return Math.floor(this.#at(now));
  }

  /** When the end will be reached if nothing changes; null when it will not. */
  endsAt(now: number): number | null {
    if (!this.#playing || this.#stalled || this.#rate <= 0) return null;
    return Math.max(now, this.#since) + (this.durationMs - this.#at(now)) / this.#rate;
  }

  set(now: number, change: { playing?: boolean; stalled?: boolean; rate?: number; position?: number }): void {
    this.#position = this.#at(now);
    this.#since = Math.max(now, this.#asleepUntil);
    this.#playing = change.playing ?? this.#playing;
    this.#stalled = change.stalled ?? this.#stalled;
    this.#rate = change.rate ?? this.#rate;
    if (change.position !== undefined)
      this.#position = Math.min(this.durationMs, Math.max(0, change.position));
  }

  /** The machine sleeps until then: the element still says that it plays, and nothing moves. */
  sleep(now: number, until: number): void {
    this.#position = this.#at(now);
    this.#since = Math.max(this.#since, until);
    this.#asleepUntil = until;
  }

  #at(now: number): number {
    const moved = this.#playing && !this.#stalled ? Math.max(0, now - this.#since) * this.#rate : 0;
    return Math.min(this.durationMs, this.#position + moved);
  }
}

/** A monotonic clock that may be a little fast or slow, may be hooked, and may stand still while the machine sleeps. */
export class WorkerClock {
  #reading = 0;
  #since: number;
  #speed: number;

  /** @param speed 1 = true; honest crystals are within 50 ppm. */
  constructor(now: number, speed: number) {
    this.#since = now;
    this.#speed = speed;
  }

  read(now: number): number {
    return this.#reading + Math.max(0, now - this.#since) * this.#speed;
  }

  setSpeed(now: number, speed: number): void {
    this.#reading = this.read(now);
    this.#since = now;
    this.#speed = speed;
  }

  /** The machine sleeps from `now` to `until`: the clock stands still. */
  sleep(now: number, until: number): void {
    this.#reading = this.read(now);
    this.#since = Math.max(this.#since, until);
  }
}
