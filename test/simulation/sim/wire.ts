/**
 * One learner's network. A connection is a byte stream: in order and without loss while it lives; what is lost is whole
 * connections, at one end before the other. After that the client sends again, so the server sees duplicates, and messages of
 * an old connection that arrive while a new one is being opened.
 */
import type { BatchAck, Directive, TicketRequest, Welcome } from '@zhenxue/protocol';
import type {
  LinkEvents,
  OpenLink,
  Probe,
  ProbeAnswer,
  Ticket,
} from '../../../client-sdk/src/core/effects.ts';
import { admitConnection, checkTicket } from '../../../server/src/app/admit-connection.ts';
import { connectSession, disconnectSession } from '../../../server/src/app/connect-session.ts';
import type { App } from '../../../server/src/app/context.ts';
import { Refusal } from '../../../server/src/app/failure.ts';
import { ingestBatch, refuseBatch } from '../../../server/src/app/ingest-batch.ts';
import { issueTicket } from '../../../server/src/app/issue-ticket.ts';
import type { ClientLink } from '../../../server/src/app/ports.ts';
import { receivePhoto } from '../../../server/src/app/receive-photo.ts';
import type { SessionActor } from '../../../server/src/app/session-actor.ts';
import type { LivenessResult } from '../../../server/src/core/session/records.ts';
import type { Chance } from './chance.ts';
import type { Ledger } from './ledger.ts';
import type { SimServer } from './server.ts';
import type { Host, TimeLine } from './time-line.ts';

/** Milliseconds after which an unconfirmed directive counts as not taken over. */
const CONFIRM_MS = 10_000;

/** Milliseconds in which the server notices a dead connection: ping interval and timeout. */
const SERVER_NOTICES_MS: readonly [number, number] = [20_000, 45_000];

/** Outages up to this many ms only delay: the transport sends again by itself. */
const BRIDGED_MS = 15_000;

/** How good the network is. */
export interface WireQuality {
  latencyMs: number;
  jitterMs: number;
  /** Probability that a message waits for a retransmission of up to 3 s. */
  loss: number;
}

interface Conn {
  readonly app: App;
  readonly host: Host;
  readonly on: LinkEvents;
  lastUp: number;
  lastDown: number;
  clientOpen: boolean;
  serverOpen: boolean;
  dead: boolean;
  joined: Promise<SessionActor> | null;
  /** Whom `joined` brought. */
  actor: SessionActor | null;
  link: ClientLink | null;
}

/** See the file's comment. */
export class Wire {
  readonly #time: TimeLine;
  readonly #server: SimServer;
  readonly #chance: Chance;
  readonly #ledger: Ledger;
  readonly quality: WireQuality;
  #conns: Conn[] = [];
  #downUntil = 0;
  #blockedUntil = 0;
  /** Batches that the gateway takes in a minute; beyond, it tells the client to wait for the next. */
  batchesPerMinute: number = Number.POSITIVE_INFINITY;
  /** Until then the gateway refuses every handshake: too many came from this address. */
  handshakesRefusedUntil = 0;
  #window = { until: 0, batches: 0 };
  /** Extra delay of everything that the client sends first on a connection, ms. */
  firstDelayMs = 0;

  constructor(
    world: { time: TimeLine; server: SimServer; ledger: Ledger },
    chance: Chance,
    quality: WireQuality,
  ) {
    this.#time = world.time;
    this.#server = world.server;
    this.#ledger = world.ledger;
    this.#chance = chance;
    this.quality = quality;
    world.server.onCrash(() => this.#reset());
  }

  get down(): boolean {
    return this.#time.now < this.#downUntil;
  }

  /** No network for so long. Short outages are bridged, longer ones kill the connection at both ends, each in its time. */
  outage(ms: number): void {
    const until = this.#time.now + ms;
    if (ms <= BRIDGED_MS) {
      this.#blockedUntil = Math.max(this.#blockedUntil, until);
      return;
    }
    this.#downUntil = Math.max(this.#downUntil, until);
    for (const conn of this.#conns) this.#kill(conn, this.#chance.int(100, 30_000));
  }

  /** A middlebox drops the connection; the client notices soon or late. */
  drop(clientNoticesMs: number): void {
    for (const conn of this.#conns) this.#kill(conn, clientNoticesMs);
  }

  /** Asks the platform's backend for a ticket. */
  async ticket(platform: string, request: TicketRequest): Promise<Ticket> {
    await this.#pause(2 * this.#latency());
    if (this.down || !this.#server.up) throw new Error('the platform cannot be reached');
    const { ticket, session } = await issueTicket(this.#server.app, platform, request);
    await this.#pause(this.#latency());
    return { ticket, session };
  }

  /** @param host of the page that opens connections. */
  opener(host: Host): OpenLink {
    return (token, on) => {
      const conn: Conn = {
        app: this.#server.app,
        host,
        on,
        lastUp: 0,
        lastDown: 0,
        clientOpen: true,
        serverOpen: false,
        dead: false,
        joined: null,
        actor: null,
        link: null,
      };
      // A page that is gone opens nothing, whatever its promises still wanted.
      conn.clientOpen = !host.gone;
      if (!host.gone) this.#conns.push(conn);
      if (this.down || !this.#server.up) {
        this.#time.after(this.#chance.int(200, 3_000), () => this.#closedAtClient(conn), host);
      } else {
        this.#time.after(3 * this.#latency(), () => this.#accept(conn, token));
      }
      return {
        batch: (text, ack) => this.#up(conn, () => this.#batch(conn, text, ack)),
        photo: (meta, bytes, ack) =>
          this.#up(conn, () =>
            conn.joined?.then(async (actor) => {
              const answer = await receivePhoto(conn.app, actor, meta, bytes);
              this.#down(conn, () => ack(answer));
            }, ignore),
          ),
        call: () => undefined,
        close: () => this.#closeAtClient(conn),
      };
    };
  }

  /** A challenge is over and judged by the server when it arrives there; `answered` when the page has heard of it. */
  judge(host: Host, id: string, face: () => LivenessResult, answered: () => void): void {
    const conn = this.#conns.find((other) => other.host === host && other.clientOpen);
    if (conn === undefined) return;
    this.#up(conn, () => {
      conn.joined
        ?.then(async (actor) => {
          const stillOpen = !actor.sitting.sealed && actor.sitting.state.liveness?.open?.id === id;
          const result = stillOpen ? face() : null;
          if (result !== null) await actor.apply({ kind: 'liveness', at: actor.now(), id, result }).committed;
          this.#down(conn, answered);
        }, ignore)
        .catch(ignore);
    });
  }

  /** A page is gone: its connections close behind what was already handed to them. */
  hangUp(host: Host): void {
    for (const conn of this.#conns) if (conn.host === host) this.#closeAtClient(conn);
  }

  probe: Probe = async (token): Promise<ProbeAnswer> => {
    await this.#pause(2 * this.#latency());
    if (this.down || !this.#server.up) return 'unreachable';
    try {
      await checkTicket(this.#server.app, token);
      return 'usable';
    } catch (error) {
      return error instanceof Refusal ? error.code : 'internal';
    }
  };

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#time.after(ms, resolve);
    });
  }

  #latency(): number {
    const { latencyMs, jitterMs, loss } = this.quality;
    const late = this.#chance.happens(loss) ? this.#chance.int(200, 3_000) : 0;
    return latencyMs + Math.floor(jitterMs * this.#chance.unit()) + late;
  }

  #arrival(last: number): number {
    return Math.max(last, Math.max(this.#time.now, this.#blockedUntil) + this.#latency());
  }

  #up(conn: Conn, task: () => void): void {
    const first = conn.lastUp === 0 ? this.firstDelayMs : 0;
    conn.lastUp = this.#arrival(conn.lastUp) + first;
    this.#time.after(conn.lastUp - this.#time.now, () => {
      if (conn.serverOpen && !conn.dead) task();
    });
  }

  #down(conn: Conn, task: () => void): void {
    if (!conn.serverOpen) return;
    conn.lastDown = this.#arrival(conn.lastDown);
    this.#time.after(
      conn.lastDown - this.#time.now,
      () => {
        if (conn.clientOpen && !conn.dead) task();
      },
      conn.host,
    );
  }

  #accept(conn: Conn, token: string): void {
    const refused = this.#time.now < this.handshakesRefusedUntil;
    if (refused || conn.dead || !conn.clientOpen || conn.app !== this.#server.app || !this.#server.up) {
      this.#time.after(this.#latency(), () => this.#closedAtClient(conn), conn.host);
      return;
    }
    conn.serverOpen = true;
    const link: ClientLink = {
      send: (directive) => this.#send(conn, directive),
      close: () => this.#closeAtServer(conn),
    };
    conn.link = link;
    const greet = (welcome: Welcome) => this.#down(conn, () => conn.on.welcome(welcome));
    conn.joined = admitConnection(conn.app, token).then(({ session }) =>
      connectSession(conn.app, session, link, greet),
    );
    conn.joined.then(
      (actor) => {
        conn.actor = actor;
      },
      (error: unknown) => {
        this.#ledger.check('no-server-error', error instanceof Refusal, () => `join: ${String(error)}`);
        this.#closeAtServer(conn);
      },
    );
  }

  #batch(conn: Conn, text: string, ack: (answer: BatchAck) => void): void {
    this.#ledger.batches += 1;
    // Once somebody is let in, nothing of theirs waits any more.
    if (conn.actor === null) conn.joined?.then((actor) => this.#ingest(conn, actor, text, ack), ignore);
    else this.#ingest(conn, conn.actor, text, ack);
  }

  #ingest(conn: Conn, actor: SessionActor, text: string, ack: (answer: BatchAck) => void): void {
    const waitMs = this.#limited();
    if (waitMs !== null) {
      const refusal = refuseBatch(actor, 'slow-down', 'expected fewer batches per minute');
      this.#down(conn, () => ack(refusal.ok ? refusal : { ...refusal, retryMs: waitMs }));
      return;
    }
    void ingestBatch(conn.app, actor, text).then((answer) => {
      if (answer.ok) this.#checkStored(actor.sitting.facts.session, text, answer.seq);
      this.#down(conn, () => ack(answer));
    });
  }

  /** Milliseconds to wait, as the gateway counts: so many in every minute. */
  #limited(): number | null {
    const { now } = this.#time;
    if (now >= this.#window.until) this.#window = { until: now + 60_000, batches: 0 };
    this.#window.batches += 1;
    return this.#window.batches > this.batchesPerMinute ? this.#window.until - now : null;
  }

  #checkStored(session: string, text: string, acked: number): void {
    const kept = this.#server.disk.sittings.get(session);
    const seq = Number.parseInt(text.slice(text.indexOf('"seq":') + 6), 10);
    const stored = kept?.batches[seq - 1];
    const same = stored !== undefined && isText(stored, text);
    const durable = (kept?.batches.length ?? 0) >= acked;
    this.#ledger.check('acked-is-stored', same && durable, () => `${session}: batch ${seq}, acked ${acked}`);
  }

  #send(conn: Conn, directive: Directive): Promise<boolean> {
    return new Promise((resolve) => {
      const stop = this.#time.after(CONFIRM_MS, () => resolve(false));
      const confirm = () =>
        this.#up(conn, () => {
          stop();
          resolve(true);
        });
      this.#down(conn, () => conn.on.directive(directive, confirm));
    });
  }

  #kill(conn: Conn, clientNoticesMs: number): void {
    if (conn.dead) return;
    conn.dead = true;
    this.#time.after(clientNoticesMs, () => this.#closedAtClient(conn), conn.host);
    const [soonest, latest] = SERVER_NOTICES_MS;
    this.#time.after(this.#chance.int(soonest, latest), () => this.#gone(conn));
    this.#conns = this.#conns.filter((other) => other !== conn);
  }

  /** The server died: every connection is reset. */
  #reset(): void {
    for (const conn of this.#conns) {
      conn.serverOpen = false;
      this.#time.after(this.#latency(), () => this.#closedAtClient(conn), conn.host);
    }
    this.#conns = [];
  }

  #closedAtClient(conn: Conn): void {
    if (!conn.clientOpen) return;
    conn.clientOpen = false;
    conn.on.closed();
  }

  #closeAtClient(conn: Conn): void {
    if (!conn.clientOpen) return;
    conn.clientOpen = false;
    this.#conns = this.#conns.filter((other) => other !== conn);
    const at = this.#arrival(conn.lastUp);
    if (!conn.dead) this.#time.after(at - this.#time.now, () => this.#gone(conn));
  }

  #closeAtServer(conn: Conn): void {
    if (!conn.serverOpen) return;
    const at = this.#arrival(conn.lastDown);
    if (!conn.dead) this.#time.after(at - this.#time.now, () => this.#closedAtClient(conn), conn.host);
    this.#gone(conn);
  }

  /** The server sees the connection end. */
  #gone(conn: Conn): void {
    this.#conns = this.#conns.filter((other) => other !== conn);
    if (!conn.serverOpen) return;
    conn.serverOpen = false;
    const { link } = conn;
    if (link !== null) conn.joined?.then((actor) => disconnectSession(conn.app, actor, link)).catch(ignore);
  }
}

/** Every byte is compared; ASCII text, which all batches of these worlds are, without a copy of it. */
function isText(bytes: Uint8Array, text: string): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length === text.length ? view.toString('latin1') === text : view.toString() === text;
}

function ignore(): void {}
