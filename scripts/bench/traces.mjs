/**
 * Honest sittings for the bench: a page that plays a lesson with jittered five-second beats, short pauses, lost focus,
 * rewinds, popups answered and photos taken, in batches of one to ten events. One seed gives one trace.
 */
import { decide, openSession } from '../../server/dist/core/session/engine.js';

const OPENED_AT = Date.UTC(2026, 2, 2, 1, 0, 0);
const PLAYING = 1;
const UNFOCUSED = 4;
const ENDED = 16;
const BEAT_MS = 5_000;
/** The SDK's: events of one moment share a batch. */
const COALESCE_MS = 100;
const HASH = 'A'.repeat(43);

/** A small seeded generator (mulberry32): integers in `low..high`. @param {number} seed */
export function chance(seed) {
  let state = seed >>> 0;
  return (/** @type {number} */ low, /** @type {number} */ high) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x = (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ x;
    return low + (((x ^ (x >>> 14)) >>> 0) % (high - low + 1));
  };
}

/** The page under way: its clocks, its state, what it has not sent yet. */
class Page {
  /** @param {any} facts @param {(low: number, high: number) => number} pick @param {boolean} alone a batch per moment, as the SDK sends */
  constructor(facts, pick, alone) {
    this.facts = facts;
    this.pick = pick;
    this.alone = alone;
    this.t = 0;
    this.m = 0;
    this.s = 0;
    this.seq = 0;
    /** @type {any[]} */ this.waiting = [];
    this.room = pick(1, 10);
    /** @type {any[]} */ this.due = [];
    /** @type {any[]} */ this.records = [{ kind: 'open', at: OPENED_AT, facts }];
    this.state = openSession(facts, OPENED_AT);
    this.feed({ kind: 'connected', at: OPENED_AT });
    this.emit({ e: 'open', d: facts.videoMs, build: 'bench/1' });
  }

  get now() {
    return OPENED_AT + this.t;
  }

  /** @param {any} record */
  feed(record) {
    this.records.push(record);
    const decision = decide(this.state, record);
    this.state = decision.state;
    for (const directive of decision.directives) {
      if (directive.kind !== 'popup' && directive.kind !== 'photo') continue;
      this.feed({ kind: 'delivered', at: record.at + this.pick(20, 200), directive: directive.id });
      const shownT = this.t + this.pick(100, 600);
      this.due.push({ t: shownT + this.pick(1_500, 9_000), shownT, directive });
    }
  }

  /** @param {any} extra */
  emit(extra) {
    if (this.alone && this.t - (this.waiting[0]?.t ?? this.t) > COALESCE_MS) this.flush();
    // `| 0`: small integers, as a parser makes them; what was computed may be kept as floating numbers.
    this.waiting.push({ e: extra.e, t: this.t | 0, m: this.m | 0, s: this.s, ...extra });
    if (this.waiting.length >= this.room) this.flush();
  }

  flush() {
    if (this.waiting.length === 0) return;
    this.seq += 1;
    const events = this.waiting;
    this.waiting = [];
    this.room = this.pick(1, 10);
    const batch = { v: 1, session: this.facts.session, seq: this.seq, prev: HASH, events };
    this.feed({ kind: 'batch', at: this.now + this.pick(15, 400), batch });
  }

  /** Lets time pass, stopping wherever a popup is shown or an answer is due. @param {number} ms */
  pass(ms) {
    const end = this.t + ms;
    while (this.t < end) {
      const next = this.due.reduce((soonest, item) => Math.min(soonest, item.shownT, item.t), end);
      this.move(Math.max(1, Math.min(end, next) - this.t));
      for (const item of this.due) {
        if (item.shownT > this.t) continue;
        item.shownT = Number.POSITIVE_INFINITY;
        if (item.directive.kind === 'popup') this.emit({ e: 'popup.shown', id: item.directive.id });
      }
      this.answerDue();
    }
  }

  /** @param {number} ms */
  move(ms) {
    this.t += ms;
    if ((this.s & PLAYING) === 0) return;
    this.m = Math.min(this.facts.videoMs, Math.max(0, this.m + ms + (ms > 500 ? this.pick(-2, 2) : 0)));
  }

  answerDue() {
    const ready = this.due.filter((item) => item.t <= this.t);
    this.due = this.due.filter((item) => item.t > this.t);
    for (const { directive } of ready) {
      if (directive.kind === 'popup') {
        const { challenge: c } = directive;
        this.emit({ e: 'popup.answer', id: directive.id, a: c.type === 'press' ? 'ok' : `${c.a + c.b}` });
      } else {
        this.emit({ e: 'photo.taken', id: directive.id, h: HASH, n: 90_000 });
      }
      this.flush();
      if (directive.kind === 'photo')
        this.feed({ kind: 'photo', at: this.now + 500, id: directive.id, hash: HASH, bytes: 90_000 });
    }
  }

  /** One of the small things that learners do. */
  live() {
    const what = this.pick(0, 99);
    if (what < 4) {
      this.s &= ~PLAYING;
      this.emit({ e: 'pause', by: 'page' });
      this.pass(this.pick(1_000, 9_000));
      this.s |= PLAYING;
      this.emit({ e: 'play' });
    } else if (what < 9) {
      this.s |= UNFOCUSED;
      this.emit({ e: 'focus' });
      this.pass(this.pick(300, 4_000));
      this.s &= ~UNFOCUSED;
      this.emit({ e: 'focus' });
    } else if (what < 11 && this.m > 20_000) {
      const from = this.m;
      this.m -= this.pick(2_000, 15_000);
      this.emit({ e: 'seek', from });
    }
  }
}

/**
 * One sitting as its records.
 * @param {any} facts @param {number} seed @param {boolean} [alone] batches as the SDK sends them, instead of one to ten events
 * @returns {any[]} */
export function honestTrace(facts, seed, alone = false) {
  const page = new Page(facts, chance(seed), alone);
  page.s = PLAYING;
  page.emit({ e: 'play' });
  while (page.state.ended === null && page.t < 6 * 3_600_000) {
    page.pass(BEAT_MS + page.pick(-20, 60));
    if (page.m >= facts.videoMs && (page.s & ENDED) === 0) {
      page.s = ENDED;
      page.emit({ e: 'ended' });
      page.flush();
    } else page.emit({ e: 'beat' });
    if ((page.s & PLAYING) !== 0) page.live();
  }
  return page.records;
}
