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

/** Starts a model whose messages take `latencyMs` of virtual time. */
export function createModelServer(schedule: Schedule, welcome: Partial<Welcome> = {}): ModelServer {
  const chain = createServerChain(MODEL_SESSION);
  let live: { on: LinkEvents; open: boolean } | null = null;
  let connections = 0;

  function greet(): Welcome {
    return {
      v: 1,
      session: MODEL_SESSION,
      elapsedMs: 0,
      genesis: chain.genesis,
      durable: chain.durable(),
      beatMs: 5_000,
      guard: 'observe',
      grace: { hiddenMs: 5_000, unfocusedMs: 10_000, offlineMs: 30_000 },
      furthestMs: 0,
      creditedMs: 0,
      videoMs: 60_000,
      pending: [],
      resumeToken: `resume-${connections}`,
      ...welcome,
    };
  }

  function arrive(text: string, answer: (ack: BatchAck) => void): void {
    const code = server.refuseNext.shift();
    const at = chain.durable();
    const ack: BatchAck =
      code === undefined ? chain.take(text) : { ok: false, code, message: 'as told', ...at, retryMs: 50 };
    if (!server.loseAcks) answer(ack);
  }

  const server: ModelServer = {
    chain,
    tokens: [],
    photos: [],
    refusal: null,
    refuseNext: [],
    loseAcks: false,
    loseBatches: false,
    latencyMs: 5,
    batchLatencyMs: 5,
    connections: () => connections,
    probe: async () => server.refusal ?? 'usable',
    openLink(token, on) {
      server.tokens.push(token);
      const mine = { on, open: true };
      const later = (task: () => void): void =>
        void schedule(server.latencyMs, () => {
          if (mine.open) task();
        });
      const refused = server.refusal !== null;
      later(() => {
        if (refused) {
          mine.open = false;
          on.closed();
          return;
        }
        connections += 1;
        live = mine;
        on.welcome(greet());
      });
      return {
        batch(text, ack) {
          if (!mine.open || server.loseBatches) return;
          // What is on its way arrives, even when the page that sent it is gone.
          schedule(server.batchLatencyMs, () => arrive(text, (answer) => later(() => ack(answer))));
        },
        photo(meta, bytes, ack) {
          if (!mine.open) return;
          server.photos.push({ meta, bytes });
          later(() => ack({ ok: true, level: 'durable' }));
        },
        close() {
          mine.open = false;
        },
      };
    },
    direct(directive) {
      live?.on.directive(directive, () => undefined);
    },
    cut() {
      const cut = live;
      live = null;
      if (cut === null || !cut.open) return;
      cut.open = false;
      cut.on.closed();
    },
  };
  return server;
}
