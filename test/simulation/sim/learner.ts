/** One learner with one machine, one network and one lesson, over as many page loads as it takes. */
import type { TicketRequest } from '@zhenxue/protocol';
import { createMemoryStore } from '../../../client-sdk/src/effects/memory-store.ts';
import type { Chance } from './chance.ts';
import type { Ledger } from './ledger.ts';
import { type Habits, type Machine, Page } from './page.ts';
import type { SimServer } from './server.ts';
import type { TimeLine } from './time-line.ts';
import { Wire, type WireQuality } from './wire.ts';

/** What a world is made of, as its learners see it. */
export interface WorldParts {
  readonly time: TimeLine;
  readonly server: SimServer;
  readonly ledger: Ledger;
}

/** Who studies what. */
export interface Enrolment extends TicketRequest {
  readonly platform: string;
  readonly videoMs: number;
  readonly guard: 'enforce' | 'observe';
}

/** What a learner does besides watching. */
export interface Behaviour {
  readonly name: string;
  readonly honest: boolean;
  /** Honest and not hindered: the lesson must become valid. */
  readonly mustComplete?: boolean;
  readonly guarded: boolean;
  /** Prepares machine, network and habits. */
  shape?(learner: Learner): void;
  /** The first page is open. */
  begin?(learner: Learner): void;
  /** Every page that opened. */
  pageOpened?(learner: Learner, page: Page): void;
}

/** Server times of what a cheat did, for the interval that must be found. */
export interface Truth {
  fromAt: number;
  toAt: number;
}

/** Milliseconds between two looks of the learner at the screen. */
const LOOK_MS = 20_000;

/** Milliseconds that a learner waits at the end of the video. */
const WAIT_AT_END_MS = 75_000;

/** Refusals after which there is no point in coming back. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'platform-banned',
  'platform-unlisted',
  'session-ended',
  'lesson-unknown',
  'lesson-locked',
]);

/** See the file's comment. */
export class Learner {
  readonly world: WorldParts;
  readonly enrolment: Enrolment;
  readonly behaviour: Behaviour;
  readonly chance: Chance;
  readonly wire: Wire;
  readonly machine: Machine;
  readonly habits: Habits;
  readonly sessions = new Set<string>();
  readonly truth: Truth[] = [];
  page: Page | null = null;
  finished = false;
  /** The code with which the platform or the server refused for good. */
  refusedWith: string | null = null;
  /** Where the next page load begins; null = where the learner had come to. */
  resumeAtMs: number | null = null;
  /** The learner clicks play again when the video stands still. */
  diligent = true;
  #begun = false;
  #endSeenAt: number | null = null;
  #rewatched = false;
  readonly #store = createMemoryStore();

  constructor(
    world: WorldParts,
    enrolment: Enrolment,
    behaviour: Behaviour,
    chance: Chance,
    quality: WireQuality,
  ) {
    this.world = world;
    this.enrolment = enrolment;
    this.behaviour = behaviour;
    this.chance = chance;
    this.wire = new Wire(world, chance.fork(1), quality);
    this.machine = {
      clockSpeed: 1 + chance.int(-50, 50) / 1_000_000,
      lateMs: 0,
      stopsInSleep: chance.happens(0.6),
      wallOffsetMs: chance.int(-5_000, 5_000),
    };
    this.habits = {
      popupAfterMs: () => chance.int(1_500, 12_000),
      wrongFirst: () => (chance.happens(0.08) ? 1 : 0),
      camera: () => 'works',
      challenge: () => 'answered',
      face: () => 'passed',
      shows: true,
    };
    behaviour.shape?.(this);
  }

  get now(): number {
    return this.world.time.now;
  }

  /** Opens the lesson after a delay. */
  start(delayMs: number): void {
    this.after(delayMs, () => {
      this.openPage();
      this.#look();
    });
  }

  /** Runs a task later, unless the learner has finished by then. */
  after(ms: number, task: () => void): void {
    this.world.time.after(ms, () => {
      if (!this.finished) task();
    });
  }

  /** As `after`, for what needs an open page; without one it is left out. */
  onPage(ms: number, task: (page: Page) => void): void {
    this.after(ms, () => {
      const { page } = this;
      if (page?.welcome == null || page.over) return;
      // Nobody can do anything on a page that hangs.
      if (page.host.pausedUntil > this.now) this.onPage(page.host.pausedUntil - this.now, task);
      else task(page);
    });
  }

  openPage(): void {
    if (this.finished || this.page !== null) return;
    const { enrolment, wire, behaviour } = this;
    const { platform, videoMs: _, ...request } = enrolment;
    const page = new Page({
      ...this.world,
      wire,
      store: this.#store,
      chance: this.chance,
      machine: this.machine,
      habits: this.habits,
      guarded: behaviour.guarded,
      videoMs: enrolment.videoMs,
      build: 'sim/1',
      getTicket: () => wire.ticket(platform, request),
      startAt: (furthestMs) => this.#startAt(furthestMs),
      opened: (opened) => this.#opened(opened),
      closed: (closed, code) => this.#closed(closed, code),
    });
    this.page = page;
    page.start();
  }

  /** Closes the page, opens it again after a while. */
  reload(politely: boolean, awayMs: number): void {
    this.#backIn(awayMs, () => this.page?.leave(politely));
  }

  /** Leaves for good. */
  finish(): void {
    if (this.finished) return;
    this.finished = true;
    this.page?.leave(true);
    this.page = null;
  }

  #backIn(awayMs: number, go: () => void): void {
    this.#awayMs = awayMs;
    go();
    this.#awayMs = null;
  }

  #awayMs: number | null = null;

  #startAt(furthestMs: number): number {
    const at = this.resumeAtMs ?? Math.max(0, furthestMs - 500);
    this.resumeAtMs = null;
    return Math.min(at, this.enrolment.videoMs - 1_000);
  }

  #opened(page: Page): void {
    this.sessions.add(page.session);
    this.#endSeenAt = null;
    page.after(this.chance.int(300, 2_500), () => {
      if (this.diligent) page.play();
    });
    if (!this.#begun) {
      this.#begun = true;
      this.behaviour.begin?.(this);
    }
    this.behaviour.pageOpened?.(this, page);
  }

  #closed(page: Page, code: string | null): void {
    if (this.page === page) this.page = null;
    if (code !== null && FINAL_CODES.has(code)) this.refusedWith = code;
    const back = this.#awayMs ?? (code === null ? null : this.chance.int(3_000, 20_000));
    if (this.finished) return;
    if (back === null || (code !== null && FINAL_CODES.has(code))) {
      this.finished = true;
      return;
    }
    this.after(back, () => this.openPage());
  }

  #look(): void {
    this.after(LOOK_MS, () => {
      const { page } = this;
      if (page?.welcome != null && !page.over && this.now >= page.host.pausedUntil) this.#lookAt(page);
      this.#look();
    });
  }

  #lookAt(page: Page): void {
    if (page.atEnd && page.position() >= page.media.durationMs) {
      this.#endSeenAt ??= this.now;
      if (this.now - this.#endSeenAt < WAIT_AT_END_MS) return;
      if (!this.behaviour.honest || this.#rewatched) {
        this.finish();
        return;
      }
      this.#rewatched = true;
      this.#endSeenAt = null;
      page.atEnd = false;
      page.seek(0);
      page.play();
      return;
    }
    if (this.diligent && page.bits === 0 && !this.wire.down) page.play();
  }
}
