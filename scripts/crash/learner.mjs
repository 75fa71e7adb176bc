/**
 * A learner of the crash suite: sends batches as fast as they are acknowledged, several at once, sometimes one again that was
 * acknowledged before; answers popups and photo requests; comes back after every crash with what was not acknowledged.
 */
import { createHash } from 'node:crypto';
import { STATE, WS_PROTOCOL, WS_TICKET_PREFIX } from '@zhenxue/protocol';
import { io } from 'socket.io-client';
import { promisesOf } from './ledger.mjs';

/** Batches under way at once. */
const WINDOW = 4;
/** One batch in so many is sent a second time after its acknowledgement. */
const REPEAT_EVERY = 16;
/** Milliseconds between two tries to connect, and between two batches of one learner. */
const RETRY_MS = 60;
const PACE_MS = 4;
/** Batches in one sitting before the learner opens another. */
const SITTING_BATCHES_MAX = 600;

/** @param {string | Uint8Array} data */
function hashOf(data) {
  return createHash('sha256').update(data).digest('base64url');
}

/** @param {string} text */
function photoOf(text) {
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), createHash('sha512').update(text).digest()]);
}

/** One learner. Its memory outlives the server. */
export class Learner {
  /** @param {string} name @param {import('./ledger.mjs').Ledger} ledger */
  constructor(name, ledger) {
    this.name = name;
    this.ledger = ledger;
    /** Promises that the server broke, in words. @type {string[]} */
    this.broken = [];
    this.sittings = 0;
    /** @type {import('socket.io-client').Socket | null} */
    this.socket = null;
    this.stopped = true;
    this.session = '';
    this.token = '';
    /** Last batch made, its hash, and the local time at which the sitting opened. */
    this.seq = 0;
    this.prev = '';
    this.from = 0;
    /** Sent and not acknowledged. @type {Map<number, string>} */
    this.waiting = new Map();
    /** Events that the next batch carries first. @type {any[]} */
    this.extra = [];
  }

  /** Starts over with a new sitting at the next connection. */
  forget() {
    this.session = '';
    this.token = '';
    this.seq = 0;
    this.prev = '';
    this.from = 0;
    this.waiting = new Map();
    this.extra = [];
  }

  /** Takes up work with the server at `url`. @param {string} url */
  start(url) {
    this.stopped = false;
    void this.connect(url);
  }

  stop() {
    this.stopped = true;
    this.socket?.disconnect();
    this.socket = null;
  }

  /** @param {string} url */
  async ticket(url) {
    const body = JSON.stringify({ learner: `${this.name}-${this.sittings}`, lesson: 'lesson-1' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/demo/api/ticket`, { method: 'POST', headers, body });
    if (answer.status !== 201) throw new Error('no ticket');
    this.sittings += 1;
    return /** @type {{ ticket: string }} */ (await answer.json()).ticket;
  }

  /** @param {string} url */
  async connect(url) {
    const again = () => {
      if (!this.stopped) setTimeout(() => void this.connect(url), RETRY_MS);
    };
    let token = this.token;
    try {
      if (token === '') token = await this.ticket(url);
    } catch {
      return again();
    }
    if (this.stopped) return;
    const protocols = [WS_PROTOCOL, WS_TICKET_PREFIX + token];
    const options = { path: '/live', transports: ['websocket'], protocols, reconnection: false };
    const socket = io(url, { ...options, forceNew: true });
    this.socket = socket;
    socket.on('welcome', (welcome) => this.welcomed(socket, welcome));
    socket.on('directive', (directive, done) => this.obey(socket, directive, done));
    socket.on('connect_error', (error) => {
      // Refused before the upgrade: the sitting may be over; a server that is gone refuses nothing.
      if (/** @type {any} */ (error).context?.statusCode !== undefined || !this.session) this.forget();
      again();
    });
    socket.on('disconnect', again);
  }

  /** @param {import('socket.io-client').Socket} socket @param {import('@zhenxue/protocol').Welcome} welcome */
  welcomed(socket, welcome) {
    const { session, durable } = welcome;
    if (this.session !== session) {
      this.forget();
      this.session = session;
      this.prev = welcome.genesis;
      this.extra.push({ e: 'open', d: welcome.videoMs, build: 'crash/1' });
    }
    this.token = welcome.resumeToken;
    this.from = Date.now() - welcome.elapsedMs;
    const { acked } = promisesOf(this.ledger, session);
    const promised = Math.max(0, ...acked.keys());
    if (durable.seq < promised)
      this.broken.push(`${session}: ${promised} acked, resumed after ${durable.seq}`);
    const own = this.waiting.get(durable.seq) ?? null;
    if (own !== null && hashOf(own) !== durable.hash)
      this.broken.push(`${session}: other bytes at ${durable.seq}`);
    for (const seq of this.waiting.keys()) if (seq <= durable.seq) this.waiting.delete(seq);
    for (const [seq, text] of this.waiting) this.send(socket, seq, text);
    this.fill(socket);
  }

  /** Keeps the window full. @param {import('socket.io-client').Socket} socket */
  fill(socket) {
    if (this.stopped || this.socket !== socket || !socket.connected) return;
    if (this.seq >= SITTING_BATCHES_MAX && this.waiting.size === 0) {
      this.forget();
      socket.disconnect();
      return;
    }
    while (this.waiting.size < WINDOW && this.seq < SITTING_BATCHES_MAX) {
      const t = Math.max(0, Date.now() - this.from);
      const sample = { t, m: Math.min(t, 60_000), s: t < 60_000 ? STATE.playing : 0 };
      const events = [
        ...this.extra.splice(0).map((one) => ({ ...sample, ...one })),
        { e: 'beat', ...sample },
      ];
      this.seq += 1;
      const text = JSON.stringify({ v: 1, session: this.session, seq: this.seq, prev: this.prev, events });
      this.prev = hashOf(text);
      this.waiting.set(this.seq, text);
      this.send(socket, this.seq, text);
    }
  }

  /** @param {import('socket.io-client').Socket} socket @param {number} seq @param {string} text */
  send(socket, seq, text) {
    const { session } = this;
    socket.emit('batch', text, (/** @type {import('@zhenxue/protocol').BatchAck} */ ack) => {
      if (!ack.ok) {
        if (ack.code === 'session-ended') this.forget();
        return void setTimeout(() => socket.disconnect(), RETRY_MS);
      }
      const { acked } = promisesOf(this.ledger, session);
      acked.set(seq, hashOf(text));
      this.waiting.delete(seq);
      if (seq % REPEAT_EVERY === 0) socket.emit('batch', text, () => undefined);
      setTimeout(() => this.fill(socket), PACE_MS);
    });
  }

  /**
   * Does what the server asks.
   * @param {import('socket.io-client').Socket} socket @param {import('@zhenxue/protocol').Directive} directive
   * @param {((answer: { id: string }) => void) | undefined} done
   */
  obey(socket, directive, done) {
    const { id, kind } = directive;
    done?.({ id });
    if (kind === 'popup') {
      const { challenge } = directive;
      const a = challenge.type === 'press' ? 'ok' : `${challenge.a + challenge.b}`;
      this.extra.push({ e: 'popup.shown', id }, { e: 'popup.answer', id, a });
    }
    if (kind === 'photo') {
      const { session } = this;
      const bytes = photoOf(`${session} ${id}`);
      const h = hashOf(bytes);
      this.extra.push({ e: 'photo.taken', id, h, n: bytes.length });
      socket.emit('photo', { id, h }, bytes, (/** @type {{ ok: boolean }} */ ack) => {
        if (ack.ok) promisesOf(this.ledger, session).photos.add(id);
      });
    }
    if (kind === 'end') this.forget();
  }
}
