/**
 * One page load with the SDK on it. The line to the server is the SDK's own (outbox, chain, sender, reconnects); the player, the
 * witnesses and the guard are modelled after it, without a browser. A cheat changes what the page does or says, never how
 * the line works.
 */
import { type Directive, type LearningEvent, STATE, type Welcome } from '@zhenxue/protocol';
import type { GetTicket, OutboxStore } from '../../../client-sdk/src/core/effects.ts';
import { createSitting, type Sitting } from '../../../client-sdk/src/core/sitting.ts';
import { hashText } from '../../../server/src/app/hash.ts';
import type { LivenessResult } from '../../../server/src/core/session/records.ts';
import type { Conduct } from './challenge.ts';
import type { Chance } from './chance.ts';
import { Controls } from './controls.ts';
import type { Ledger } from './ledger.ts';
import { Media, WorkerClock } from './media.ts';
import { LOOK_MS, type Look, watchPace } from './pace-watch.ts';
import type { Host, TimeLine } from './time-line.ts';
import type { Wire } from './wire.ts';

/** Milliseconds between two ticks of the SDK's clock: how late a silent change is noticed. */
export const TICK_MS = 250;

/** A photo that passes for one. */
const PHOTO = Uint8Array.from({ length: 48 }, (_, i) => [0xff, 0xd8, 0xff, 0xe0][i] ?? i);

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event without its sample. */
export type Happening = Without<LearningEvent, 't' | 'm' | 's' | 'r'>;

/** How a learner treats the controls. */
export interface Habits {
  /** Milliseconds from a popup's arrival to the answer; null = never. */
  popupAfterMs(): number | null;
  /** Wrong answers before the right one. */
  wrongFirst(): number;
  /** What the camera does. */
  camera(): 'works' | 'fails' | 'silent';
  /** What becomes of a liveness challenge, and how the server judges the one in front of the camera. */
  challenge(): Conduct;
  face(): LivenessResult;
  /** Popups become visible. */
  shows: boolean;
}

/** What is on the learner's machine. */
export interface Machine {
  /** Speed of the Worker's clock. */
  clockSpeed: number;
  /** Samples are read and timed up to this late, ms. */
  lateMs: number;
  /** The Worker's clock stands still while the machine sleeps. */
  stopsInSleep: boolean;
  /** The page's wall clock minus the true time, ms. */
  wallOffsetMs: number;
}

/** What a page is made of. */
export interface PageOptions {
  readonly time: TimeLine;
  readonly ledger: Ledger;
  readonly wire: Wire;
  readonly store: OutboxStore;
  readonly chance: Chance;
  readonly machine: Machine;
  readonly habits: Habits;
  /** False: the guard was defeated. */
  readonly guarded: boolean;
  readonly videoMs: number;
  readonly build: string;
  readonly getTicket: GetTicket;
  /** Where the player begins. @param furthestMs how far the learner has come. */
  readonly startAt: (furthestMs: number) => number;
  /** The sitting is open. */
  readonly opened: (page: Page) => void;
  /** The sitting is over for this page. `code` is set when it failed. */
  readonly closed: (page: Page, code: string | null) => void;
}

/** See the file's comment. */
export class Page {
  readonly options: PageOptions;
  readonly host: Host = { pausedUntil: 0, gone: false };
  readonly controls: Controls;
  readonly sitting: Sitting;
  readonly clock: WorkerClock;
  media: Media;
  session = '';
  welcome: Welcome | null = null;
  openedAt = 0;
  /** Bits besides `playing`. */
  bits = 0;
  /** What the page claims as its rate; null = the truth. */
  claimedRate: number | null = null;
  /** Beats are sent. */
  beating = true;
  /** A look at the speed that is due, taken before a beat of the same instant. */
  pendingLook: (() => void) | null = null;
  furthestMs = 0;
  creditedMs = 0;
  over = false;
  /** The video has come to its end on this page. */
  atEnd = false;
  #base = { now: 0, elapsedMs: 0 };
  #lastT = 0;
  #recordedT = 0;
  #stopEnd: () => void = () => undefined;
  #busyUntil = 0;
  #offlineSince: number | null = null;

  constructor(options: PageOptions) {
    this.options = options;
    const { time, machine, wire } = options;
    this.clock = new WorkerClock(time.now, machine.clockSpeed);
    this.media = new Media(options.videoMs, 0, time.now);
    this.controls = new Controls(this);
    const schedule = time.scheduleOf(this.host);
    this.sitting = createSitting({
      getTicket: options.getTicket,
      openLink: wire.opener(this.host),
      probe: wire.probe,
      store: options.store,
      schedule,
      random: options.chance.unit,
      wallNow: () => time.now + machine.wallOffsetMs,
      hash: hashText,
      admit: async () => true,
      on: {
        state: (state) => this.#connection(state === 'online'),
        welcome: (welcome, first) => {
          if (!first) this.controls.keepOnly(welcome);
          this.furthestMs = Math.max(this.furthestMs, welcome.furthestMs);
        },
        directive: (directive) => this.#directive(directive),
        durable: ({ creditedMs, furthestMs }) => {
          this.creditedMs = creditedMs;
          this.furthestMs = Math.max(this.furthestMs, furthestMs);
        },
        storageFailed: () => undefined,
        warned: () => undefined,
        failed: (error) => this.close(error.code),
      },
    });
  }

  get now(): number {
    return this.options.time.now;
  }

  /** Opens the sitting; `opened` or `closed` of the options follows. */
  start(): void {
    this.sitting.start().then(
      (welcome) => this.#begin(welcome),
      (error: { code?: string }) => this.close(error.code ?? 'internal'),
    );
  }

  /** Runs a task on this page, unless it is gone by then. */
  after(ms: number, task: () => void): () => void {
    return this.options.time.after(ms, task, this.host);
  }

  position(): number {
    return this.media.position(this.now);
  }

  /** Session time in `lag` ms, as the page's clock has it. */
  sessionTime(lag = 0): number {
    const t = Math.floor(
      this.#base.elapsedMs + Math.max(0, this.clock.read(this.now + lag) - this.#base.now),
    );
    this.#lastT = Math.max(this.#lastT, t);
    return this.#lastT;
  }

  /** The speed turned after this look: a sample of then and one of now, unless something was recorded since. */
  turn(before: Look): void {
    if (before.t <= this.#recordedT || this.over || !this.beating) return;
    const s = this.bits | (this.media.playing ? STATE.playing : 0);
    this.sitting.record({ e: 'beat', t: before.t, m: before.m, s });
    this.record({ e: 'beat' });
  }

  /** Records a full sample. On a slow machine it is timed and sent a little after it was read. */
  record(happening: Happening): void {
    const { machine, chance, time } = this.options;
    const m = this.position();
    const playing = this.media.playing ? STATE.playing : 0;
    const s = this.bits | playing | (this.media.stalled ? STATE.stalled : 0);
    const r = this.claimedRate ?? Math.round(this.media.rate * 1_000);
    // The Worker has a thread of its own: on a busy machine its answer is a little late, and handed over later still.
    const lag = machine.lateMs === 0 ? 0 : chance.int(0, machine.lateMs);
    const t = this.sessionTime(lag);
    this.#recordedT = t;
    const sample = r === 1_000 ? { t, m, s } : { t, m, s, r };
    const event = { ...happening, ...sample } as LearningEvent;
    if (lag === 0 && this.#busyUntil <= time.now) {
      this.sitting.record(event);
      return;
    }
    this.#busyUntil = Math.max(this.#busyUntil, time.now + lag);
    this.after(this.#busyUntil - time.now, () => this.sitting.record(event));
  }

  play(): void {
    if (this.media.playing || this.over || this.position() >= this.media.durationMs) return;
    if (this.controls.holdsPlay()) return;
    this.media.set(this.now, { playing: true });
    this.bits &= ~STATE.ended;
    this.record({ e: 'play' });
    this.#armEnd();
    this.controls.watchPlaying();
    this.#guardOffline();
  }

  pause(by: 'page' | 'guard' = 'page'): void {
    if (!this.media.playing) return;
    this.media.set(this.now, { playing: false });
    this.record({ e: 'pause', by });
    this.#armEnd();
  }

  /** @param told false: the `ratechange` event is swallowed and the claimed rate stays 1. */
  setRate(rate: number, told: boolean): void {
    const before = this.media.rate;
    this.media.set(this.now, { rate });
    this.claimedRate = told || rate === 1 ? null : 1_000;
    if (told) this.record({ e: 'rate' });
    else watchPace(this, before);
    this.#armEnd();
    if (!this.options.guarded || rate <= 1) return;
    this.record({ e: 'guard', act: 'rate-reset', v: Math.round(rate * 1_000) });
    this.media.set(this.now, { rate: 1 });
    this.record({ e: 'rate' });
    this.#armEnd();
  }

  seek(wantedMs: number): void {
    const toMs = Math.min(this.media.durationMs, Math.max(0, Math.floor(wantedMs)));
    const from = this.position();
    this.media.set(this.now, { position: toMs });
    this.bits &= ~STATE.ended;
    this.record({ e: 'seek', from });
    this.#armEnd();
    const furthest = Math.max(this.furthestMs, from);
    if (!this.options.guarded || toMs <= furthest + 2_000) {
      this.furthestMs = Math.max(this.furthestMs, from);
      return;
    }
    this.record({ e: 'guard', act: 'seek-bounced', v: toMs });
    this.media.set(this.now, { position: Math.min(from, furthest) });
    this.record({ e: 'seek', from: toMs });
    this.#armEnd();
  }

  stall(ms: number): void {
    if (!this.media.playing || this.media.stalled) return;
    this.media.set(this.now, { stalled: true });
    this.record({ e: 'beat' });
    this.#armEnd();
    this.after(ms, () => {
      this.media.set(this.now, { stalled: false });
      this.record({ e: 'beat' });
      this.#armEnd();
    });
  }

  /** Sets or clears a state bit and says so. */
  flag(bit: number, on: boolean, e: 'visibility' | 'focus' | 'pip'): void {
    this.bits = on ? this.bits | bit : this.bits & ~bit;
    this.record({ e });
    this.controls.watchAway();
  }

  /** The machine sleeps: nothing runs; the video stands still. */
  sleep(ms: number): void {
    const until = this.now + ms;
    this.media.sleep(this.now, until);
    if (this.options.machine.stopsInSleep) this.clock.sleep(this.now, until);
    this.host.pausedUntil = Math.max(this.host.pausedUntil, until);
    this.#armEnd();
  }

  /** The page's main thread hangs; Worker and video go on. */
  freeze(ms: number): void {
    this.host.pausedUntil = Math.max(this.host.pausedUntil, this.now + ms);
  }

  /** The page goes away: closed, reloaded, or discarded without a word. */
  leave(politely: boolean): void {
    if (this.over) return;
    if (politely && this.welcome !== null) {
      this.record({ e: 'leave' });
      this.sitting.closing();
    }
    this.close(null);
  }

  close(code: string | null): void {
    if (this.over) return;
    this.over = true;
    if (this.openedAt > 0) this.options.ledger.learnerMs += this.now - this.openedAt;
    this.options.closed(this, code);
    // What was already handed to the line still leaves; timers of the page do not run any more.
    this.options.wire.hangUp(this.host);
    this.host.gone = true;
  }

  photoBytes(): Uint8Array {
    return PHOTO;
  }

  #begin(welcome: Welcome): void {
    if (this.over) return;
    const { options } = this;
    this.welcome = welcome;
    this.session = welcome.session;
    this.openedAt = this.now;
    this.furthestMs = Math.max(this.furthestMs, welcome.furthestMs);
    this.#base = { now: this.clock.read(this.now), elapsedMs: welcome.elapsedMs };
    this.media.set(this.now, { position: options.startAt(this.furthestMs) });
    this.record({ e: 'open', d: options.videoMs, build: options.build });
    this.#beat(welcome.beatMs);
    options.opened(this);
  }

  #beat(beatMs: number): void {
    // Beats come together with looks, and a look comes first.
    const off = (this.now - this.openedAt) % LOOK_MS;
    this.after(beatMs - off, () => {
      if (this.over) return;
      this.pendingLook?.();
      if (this.beating) this.record({ e: 'beat' });
      this.#beat(beatMs);
    });
  }

  #armEnd(): void {
    this.#stopEnd();
    const at = this.media.endsAt(this.now);
    if (at === null) return;
    this.#stopEnd = this.after(Math.ceil(at - this.now), () => this.#ended());
  }

  #ended(): void {
    if (this.over || !this.media.playing) return;
    this.media.set(this.now, { playing: false, position: this.media.durationMs });
    this.bits |= STATE.ended;
    this.record({ e: 'pause', by: 'page' });
    this.record({ e: 'ended' });
    this.atEnd = true;
  }

  #directive(directive: Directive): void {
    if (directive.kind === 'end') this.close(null);
    else this.controls.take(directive);
  }

  #connection(online: boolean): void {
    if (online) {
      this.#offlineSince = null;
      return;
    }
    this.#offlineSince ??= this.now;
    this.#guardOffline();
  }

  /** The guard pauses when there has been no connection for too long. */
  #guardOffline(): void {
    const since = this.#offlineSince;
    const graceMs = this.welcome?.grace.offlineMs;
    if (!this.options.guarded || since === null || graceMs === undefined) return;
    this.after(Math.max(0, since + graceMs - this.now) + TICK_MS, () => {
      if (this.#offlineSince !== since || !this.media.playing || this.over) return;
      this.record({ e: 'guard', act: 'paused-offline', v: this.now - since });
      this.pause('guard');
    });
  }
}
