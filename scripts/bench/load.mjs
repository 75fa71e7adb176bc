/** Learners for the benches: many sockets in one process, each with its own chain of batches. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { WS_PROTOCOL, WS_TICKET_PREFIX } from '@zhenxue/protocol';
import { io } from 'socket.io-client';

/** Sockets that are opened at the same time. */
const OPENING_MAX = 50;

/** @param {number[]} values @param {number} share */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** @param {string} metric @param {number} value @param {string} unit @param {number} baseline @param {number} ratio @param {object} detail */
export function line(metric, value, unit, baseline, ratio, detail) {
  const round = (/** @type {number} */ n) => Math.round(n * 1_000) / 1_000;
  return { metric, value: round(value), unit, baseline: round(baseline), ratio: round(ratio), detail };
}

/** Posts over a connection of its own: one kept alive may be closed by the server while the load keeps this process busy. @param {string} url @param {Record<string, string>} headers @param {string} body @returns {Promise<{ status: number, text: string }>} */
function post(url, headers, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => {
        text += part;
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** @param {import('./child.mjs').Child} child @param {string} learner */
export async function ticketOf({ url, key }, learner) {
  if (key === null) return '-';
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ learner, course: 'bench-course', lesson: 'lesson-1' });
  const { status, text } = await post(`${url}/v1/tickets`, headers, body);
  if (status !== 201) throw new Error(`expected a ticket, got ${status}`);
  return /** @type {{ ticket: string }} */ (JSON.parse(text)).ticket;
}

/** One learner. */
export class LoadClient {
  /** @param {import('socket.io-client').Socket} socket @param {any} welcome */
  constructor(socket, welcome) {
    this.socket = socket;
    this.session = welcome.session;
    this.seq = 0;
    this.prev = welcome.genesis ?? welcome.durable.hash;
    this.from = Date.now() - welcome.elapsedMs;
    this.started = false;
    this.mediaAhead = 0;
  }

  now() {
    return Date.now() - this.from;
  }

  /** Text of the next batch. @param {number} events */
  next(events) {
    const t = this.now();
    const list = [];
    for (let i = 0; i < events; i += 1) list.push({ e: 'beat', t, m: t + this.mediaAhead, s: 1 });
    if (!this.started)
      list[0] = Object.assign(/** @type {any} */ ({ ...list[0], e: 'open', d: 2_400_000, build: 'bench/1' }));
    this.started = true;
    this.seq += 1;
    const text = JSON.stringify({
      v: 1,
      session: this.session,
      seq: this.seq,
      prev: this.prev,
      events: list,
    });
    this.prev = createHash('sha256').update(text).digest('base64url');
    return text;
  }

  /** Sends a batch. @param {number} events @returns {Promise<any>} the acknowledgement */
  send(events) {
    const text = this.next(events);
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('expected an acknowledgement, the connection ended'));
      if (!this.socket.connected) return gone();
      this.socket.once('disconnect', gone);
      this.socket.emit('batch', text, (/** @type {any} */ ack) => {
        this.socket.off('disconnect', gone);
        if (ack.ok) resolve(ack);
        else reject(new Error(`expected an acknowledgement, got ${ack.code}: ${ack.message}`));
      });
    });
  }

  close() {
    this.socket.disconnect();
  }
}

/** @param {import('./child.mjs').Child} child @param {string} learner @returns {Promise<LoadClient>} */
async function open(child, learner) {
  const protocols = [WS_PROTOCOL, WS_TICKET_PREFIX + (await ticketOf(child, learner))];
  const socket = io(child.url, {
    path: '/live',
    transports: ['websocket'],
    protocols,
    reconnection: false,
    forceNew: true,
  });
  socket.on('directive', (directive, done) => done?.({ id: directive.id }));
  return new Promise((resolve, reject) => {
    socket.on('welcome', (welcome) => resolve(new LoadClient(socket, welcome)));
    socket.on('connect_error', reject);
  });
}

/** Opens many. @param {import('./child.mjs').Child} child @param {number} count @param {string} prefix */
export async function openClients(child, count, prefix) {
  /** @type {LoadClient[]} */
  const clients = [];
  for (let from = 0; from < count; from += OPENING_MAX) {
    const some = Array.from({ length: Math.min(OPENING_MAX, count - from) }, (_, i) =>
      open(child, `${prefix}-${from + i}`),
    );
    clients.push(...(await Promise.all(some)));
  }
  return clients;
}

/** Every client sends its next batch when the last one is acknowledged. @param {LoadClient[]} clients @param {number} events @param {number} ms @returns {Promise<number>} acknowledged */
export async function closedLoop(clients, events, ms) {
  const until = performance.now() + ms;
  let acked = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < until) {
        await client.send(events);
        acked += 1;
      }
    }),
  );
  return acked;
}
