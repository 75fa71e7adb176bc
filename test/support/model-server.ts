/** A server in memory behind the SDK's link port, with faults on request: for unit and property tests of the line. */
import type { BatchAck, Directive, ErrorCode, PhotoMeta, Welcome } from '@zhenxue/protocol';
import type {
  LinkEvents,
  OpenLink,
  Probe,
  ProbeAnswer,
  Schedule,
} from '../../client-sdk/src/core/effects.ts';
import { createServerChain, type ServerChain } from './server-chain.ts';

/** The session of every model. */
export const MODEL_SESSION = '0190b1c2-0000-7000-8000-00000000000a';

/** A model server. */
export interface ModelServer {
  readonly chain: ServerChain;
  readonly openLink: OpenLink;
  readonly probe: Probe;
  /** Tokens offered, in order. */
  readonly tokens: string[];
  readonly photos: { meta: PhotoMeta; bytes: Uint8Array }[];
  /** Handshakes fail for this reason; null = they succeed. */
  refusal: ProbeAnswer | null;
  /** The next batches are refused with this code. */
  readonly refuseNext: ErrorCode[];
  /** Batches arrive and are stored, but their acks are lost. */
  loseAcks: boolean;
  /** Batches do not arrive at all. */
  loseBatches: boolean;
  /** Milliseconds that a message takes, and that a batch takes to arrive. */
  latencyMs: number;
  batchLatencyMs: number;
  direct(directive: Directive): void;
  /** Cuts the present connection. */
  cut(): void;
  connections(): number;
}

interface Connected {
  readonly on: LinkEvents;
  open: boolean;
}

class Model implements ModelServer {
  readonly chain: ServerChain = createServerChain(MODEL_SESSION);
  readonly tokens: string[] = [];
  readonly photos: { meta: PhotoMeta; bytes: Uint8Array }[] = [];
  readonly refuseNext: ErrorCode[] = [];
  refusal: ProbeAnswer | null = null;
  loseAcks = false;
  loseBatches = false;
  latencyMs = 5;
  batchLatencyMs = 5;
  readonly #schedule: Schedule;
  readonly #welcome: Partial<Welcome>;
  #live: Connected | null = null;
  #connections = 0;

  constructor(schedule: Schedule, welcome: Partial<Welcome>) {
    this.#schedule = schedule;
    this.#welcome = welcome;
  }

  connections = (): number => this.#connections;

  probe: Probe = async () => this.refusal ?? 'usable';

  openLink: OpenLink = (token, on) => {
    this.tokens.push(token);
    const mine: Connected = { on, open: true };
    const refused = this.refusal !== null;
    this.#later(mine, () => (refused ? this.#refuse(mine) : this.#admit(mine)));
    return {
      batch: (text, ack) => {
        if (!mine.open || this.loseBatches) return;
        // What is on its way arrives, even when the page that sent it is gone.
        const answer = (given: BatchAck): void => this.#later(mine, () => ack(given));
        this.#schedule(this.batchLatencyMs, () => this.#arrive(text, answer));
      },
      photo: (meta, bytes, ack) => {
        if (!mine.open) return;
        this.photos.push({ meta, bytes });
        this.#later(mine, () => ack({ ok: true, level: 'durable' }));
      },
      call: () => undefined,
      close() {
        mine.open = false;
      },
    };
  };

  direct(directive: Directive): void {
    this.#live?.on.directive(directive, () => undefined);
  }

  cut(): void {
    const cut = this.#live;
    this.#live = null;
    if (cut?.open === true) this.#refuse(cut);
  }

  #later(mine: Connected, task: () => void): void {
    this.#schedule(this.latencyMs, () => {
      if (mine.open) task();
    });
  }

  #refuse(mine: Connected): void {
    mine.open = false;
    mine.on.closed();
  }

  #admit(mine: Connected): void {
    this.#connections += 1;
    this.#live = mine;
    mine.on.welcome({
      v: 1,
      session: MODEL_SESSION,
      elapsedMs: 0,
      genesis: this.chain.genesis,
      durable: this.chain.durable(),
      beatMs: 5_000,
      guard: 'observe',
      grace: { hiddenMs: 5_000, unfocusedMs: 10_000, offlineMs: 30_000 },
      furthestMs: 0,
      creditedMs: 0,
      videoMs: 60_000,
      pending: [],
      resumeToken: `resume-${this.#connections}`,
      ...this.#welcome,
    });
  }

  #arrive(text: string, answer: (ack: BatchAck) => void): void {
    const code = this.refuseNext.shift();
    const at = this.chain.durable();
    const ack: BatchAck =
      code === undefined
        ? this.chain.take(text)
        : { ok: false, code, message: 'as told', ...at, retryMs: 50 };
    if (!this.loseAcks) answer(ack);
  }
}

/** Starts a model whose messages take `latencyMs` of virtual time. */
export function createModelServer(schedule: Schedule, welcome: Partial<Welcome> = {}): ModelServer {
  return new Model(schedule, welcome);
}
