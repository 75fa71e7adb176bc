/**
 * An honest learner at several servers: a sample every five seconds and at every change, a pause now and then, popups and
 * photo requests answered. Keeps unacknowledged batches over every loss of the connection and comes back at any server.
 */
import { createHash } from 'node:crypto';
import { STATE, WS_PROTOCOL, WS_TICKET_PREFIX } from '@zhenxue/protocol';
import { io } from 'socket.io-client';

const BEAT_MS = 5_000;
/** One beat in so many is followed by a short pause. */
const PAUSE_EVERY = 12;
const PAUSE_MS = 1_500;
/** Milliseconds between two tries, the first and the longest: as the SDK waits, with chance in it. */
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 4_000;
/**
 * Milliseconds for a connection to bring its welcome. A server that stops later is noticed as the SDK notices it: by the pings
 * that stay away, after 45 s at most.
 */
const WELCOME_MS = 30_000;
const ANSWER_MS = 2_000;

/** @param {string | Uint8Array} data */
function hashOf(data) {
  return createHash('sha256').update(data).digest('base64url');
}

/** One learner and the list of what was acknowledged to it. */
export class Learner {
  /** @param {string} name @param {number} index @param {() => readonly string[]} urls servers in the order of preference */
  constructor(name, index, urls) {
    this.name = name;
    this.index = index;
    this.urls = urls;
    this.tries = index;
    this.delay = RETRY_MIN_MS;
    /** @type {import('socket.io-client').Socket | null} */
    this.socket = null;
    /** Server of the present or last connection. */
    this.url = '';
    this.session = '';
    this.token = '';
    this.seq = 0;
    this.prev = '';
    /** Local time of the sitting's beginning; the video's position follows it, without the pauses. */
    this.from = 0;
    this.pausedMs = 0;
    this.playing = true;
    this.beats = 0;
    /** @type {Map<number, string>} */
    this.waiting = new Map();
    /** @type {{ text: string, hash: string }[]} */
    this.acked = [];
    /** Promises that a server broke, in words. @type {string[]} */
    this.broken = [];
    /** Answers other than an acknowledgement, by code. @type {Map<string, number>} */
    this.refused = new Map();
    this.connections = 0;
    this.ended = '';
    this.stopped = false;
    this.lastAckAt = 0;
    this.welcomeAt = 0;
    /** Milliseconds from sending to the acknowledgement, while nothing was wrong. @type {number[]} */
    this.latencies = [];
    /** @type {any[]} */
    this.extra = [];
    /** @type {Set<NodeJS.Timeout>} */
    this.timers = new Set();
  }

  /** @param {number} ms @param {() => void} task */
  later(ms, task) {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.stopped) task();
    }, ms);
    this.timers.add(timer);
  }

  get connected() {
    return this.socket?.connected === true && this.welcomeAt > 0;
  }

  /** @param {string} ticket */
  start(ticket) {
    this.token = ticket;
    this.welcomeAt = 0;
    this.connect();
    this.later(BEAT_MS + (this.index % 50) * 100, () => this.beat());
  }

  stop() {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.socket?.disconnect();
  }

  connect() {
    const urls = this.urls();
    this.url = urls[this.tries % urls.length] ?? '';
    const protocols = [WS_PROTOCOL, WS_TICKET_PREFIX + this.token];
    const options = { path: '/live', transports: ['websocket'], protocols, reconnection: false };
    const socket = io(this.url, { ...options, forceNew: true, timeout: 10_000 });
    this.socket = socket;
    this.welcomeAt = 0;
    socket.on('welcome', (welcome) => this.welcomed(socket, welcome));
    socket.on('directive', (directive, done) => this.obey(socket, directive, done));
    const again = () => {
      if (this.socket !== socket || this.ended !== '') return;
      this.socket = null;
      this.welcomeAt = 0;
      this.tries += 1;
      const wait = this.delay * (0.5 + Math.random());
      this.delay = Math.min(RETRY_MAX_MS, this.delay * 2);
      this.later(wait, () => this.connect());
    };
    socket.on('connect_error', again);
    socket.on('disconnect', again);
    this.later(WELCOME_MS, () => {
      if (this.socket === socket && this.welcomeAt === 0) socket.disconnect().io.engine?.close();
    });
  }

  /** @param {import('socket.io-client').Socket} socket @param {import('@zhenxue/protocol').Welcome} welcome */
  welcomed(socket, welcome) {
    const { session, durable } = welcome;
    if (this.session !== '' && this.session !== session)
      this.broken.push(`${this.session}: resumed as ${session}`);
    if (this.session === '') {
      this.session = session;
      this.prev = welcome.genesis;
      this.from = Date.now() - welcome.elapsedMs;
      this.extra.push({ e: 'open', d: welcome.videoMs, build: 'nodes/1' });
    }
    this.token = welcome.resumeToken;
    this.welcomeAt = Date.now();
    this.lastAckAt = Date.now();
    this.delay = RETRY_MIN_MS;
    this.connections += 1;
    // The clock of the sitting starts from the newest welcome, as the SDK's does; the video had to stop meanwhile at worst.
    if (durable.seq < this.acked.length)
      this.broken.push(`${session}: ${this.acked.length} acknowledged, resumed after ${durable.seq}`);
    const own = this.waiting.get(durable.seq) ?? this.acked[durable.seq - 1]?.text;
    if (own !== undefined && hashOf(own) !== durable.hash)
      this.broken.push(`${session}: other bytes at ${durable.seq}`);
    for (const [seq, text] of this.waiting) this.send(socket, seq, text);
    if (this.connections === 1) this.emit({ e: 'beat' });
  }

  get t() {
    return Math.max(0, Date.now() - this.from);
  }

  /** Writes a batch of one state, with what happened since. @param {any} event */
  emit(event) {
    if (this.session === '' || this.ended !== '') return;
    const t = this.t;
    const sample = { t, m: Math.max(0, t - this.pausedMs), s: this.playing ? STATE.playing : 0 };
    const events = [...this.extra.splice(0), event].map((one) => ({ ...sample, ...one }));
    this.seq += 1;
    const text = JSON.stringify({ v: 1, session: this.session, seq: this.seq, prev: this.prev, events });
    this.prev = hashOf(text);
    this.waiting.set(this.seq, text);
    if (this.socket !== null && this.connected) this.send(this.socket, this.seq, text);
  }

  beat() {
    this.beats += 1;
    this.emit({ e: 'beat' });
    if ((this.beats + this.index) % PAUSE_EVERY === 0) this.rest();
    this.later(BEAT_MS, () => this.beat());
  }

  rest() {
    this.playing = false;
    this.emit({ e: 'pause', by: 'page' });
    const from = Date.now();
    this.later(PAUSE_MS, () => {
      this.pausedMs += Date.now() - from;
      this.playing = true;
      this.emit({ e: 'play' });
    });
  }

  /** An acknowledgement is for everything up to its number. @param {number} upTo */
  keep(upTo) {
    for (const [seq, text] of this.waiting) {
      if (seq > upTo) return;
      this.waiting.delete(seq);
      this.acked[seq - 1] = { text, hash: hashOf(text) };
    }
  }

  /** @param {import('socket.io-client').Socket} socket @param {number} seq @param {string} text */
  send(socket, seq, text) {
    const sentAt = performance.now();
    socket.emit('batch', text, (/** @type {import('@zhenxue/protocol').BatchAck} */ ack) => {
      if (ack.ok) {
        this.lastAckAt = Date.now();
        if (this.waiting.has(seq)) this.latencies.push(performance.now() - sentAt);
        this.keep(ack.seq);
        return;
      }
      this.refused.set(ack.code, (this.refused.get(ack.code) ?? 0) + 1);
      if (ack.code === 'session-ended') this.ended = ack.code;
      else socket.disconnect();
    });
  }

  /**
   * @param {import('socket.io-client').Socket} socket @param {import('@zhenxue/protocol').Directive} directive
   * @param {((answer: { id: string }) => void) | undefined} done
   */
  obey(socket, directive, done) {
    const { id, kind } = directive;
    done?.({ id });
    if (kind === 'end') this.ended = directive.reason;
    if (kind === 'popup') {
      const { challenge } = directive;
      const a = challenge.type === 'press' ? 'ok' : `${challenge.a + challenge.b}`;
      this.emit({ e: 'popup.shown', id });
      this.later(ANSWER_MS, () => this.emit({ e: 'popup.answer', id, a }));
    }
    if (kind === 'photo') {
      const text = createHash('sha512').update(`${this.session} ${id}`).digest();
      const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), text]);
      const h = hashOf(bytes);
      this.emit({ e: 'photo.taken', id, h, n: bytes.length });
      socket.emit('photo', { id, h }, bytes, () => undefined);
    }
  }
}
