/** One batch: checked, stored as received, and only then acknowledged. The text is attacker-controlled. */
import {
  BATCH_BYTES_MAX,
  type Batch,
  type BatchAck,
  describeError,
  type ErrorCode,
  parseBatch,
} from '@zhenxue/protocol';
import type { App } from './context.ts';
import { Refusal } from './failure.ts';
import { hashText } from './hash.ts';
import type { SessionActor } from './session-actor.ts';
import { progressOf } from './session-summary.ts';
import { creditedBefore, tellOthers } from './tell-elsewhere.ts';

/** Milliseconds after which a client that was too fast, or found no working store, may try again. */
const RETRY_MS = 500;

/** Second batches kept per sitting under used numbers; an honest client makes none, a hostile one is cut off. */
const CONFLICTS_MAX = 16;

/** Bytes of one sitting's record: a hundred times what twelve honest hours bring. */
const SITTING_BYTES_MAX = 64 * 1_048_576;

/** The answer to a refused batch: says where to go on. */
export function refuseBatch(actor: SessionActor, code: ErrorCode, message: string, retry = false): BatchAck {
  const answer = { ok: false, code, message, ...actor.durable() } as const;
  return retry ? { ...answer, retryMs: RETRY_MS } : answer;
}

async function durableAck(actor: SessionActor, committed: Promise<void>): Promise<BatchAck> {
  await committed;
  return { ok: true, level: 'durable', seq: actor.durable().seq, ...progressOf(actor.sitting.state) };
}

/** A number that was used before: the same bytes again, or other ones (both are kept, rules §0). */
async function repeated(app: App, actor: SessionActor, batch: Batch, text: string): Promise<BatchAck> {
  const { sitting } = actor;
  const hash = hashText(text);
  let first = sitting.recent.get(batch.seq);
  if (first === undefined) {
    // It may still wait for its commit.
    await actor.settled();
    const bytes = await app.sessions.batchBytes(batch.session, batch.seq);
    if (bytes !== null) first = hashText(bytes);
  }
  if (first === hash) return durableAck(actor, actor.settled());
  app.metrics.count('batch.conflict');
  if (!sitting.conflicts.has(`${batch.seq}:${hash}`) && sitting.conflicts.size < CONFLICTS_MAX) {
    const record = { kind: 'conflict', at: actor.now(), seq: batch.seq, hash } as const;
    await actor.apply(record, { text }).committed;
  }
  return refuseBatch(
    actor,
    'chain-mismatch',
    `expected the bytes stored under seq ${batch.seq}; both are kept`,
  );
}

function ingest(app: App, actor: SessionActor, text: string): BatchAck | Promise<BatchAck> {
  const { sitting } = actor;
  // A string has at most three UTF-8 bytes per unit: the cheap check first, the exact one in parseBatch.
  const bytes = text.length > BATCH_BYTES_MAX ? text.length : Buffer.byteLength(text);
  const parsed = parseBatch(text, bytes);
  if (!parsed.ok) {
    app.metrics.count('batch.invalid');
    return refuseBatch(actor, parsed.error.code, describeError(parsed.error));
  }
  const batch = parsed.value;
  if (batch.session !== sitting.facts.session) {
    return refuseBatch(actor, 'wrong-session', 'session: expected the session of this connection');
  }
  if (batch.seq <= sitting.seq) return repeated(app, actor, batch, text);
  if (sitting.sealed) return refuseBatch(actor, 'session-ended', 'expected a sitting that has not ended');
  if (batch.seq !== sitting.seq + 1) {
    return refuseBatch(actor, 'out-of-order', `seq: expected ${sitting.seq + 1}, got a later one`);
  }
  if (batch.prev !== sitting.hash) {
    return refuseBatch(actor, 'chain-mismatch', 'prev: expected the hash of the batch before');
  }
  if (sitting.bytes + bytes > SITTING_BYTES_MAX) {
    app.metrics.count('batch.invalid');
    return refuseBatch(
      actor,
      'payload-too-large',
      `expected at most ${SITTING_BYTES_MAX} bytes in one sitting`,
    );
  }
  const before = creditedBefore(app, actor);
  const { committed } = actor.apply({ kind: 'batch', at: actor.now(), batch }, { text });
  tellOthers(app, actor, before);
  app.metrics.count('batch.taken');
  app.metrics.count('event.taken', batch.events.length);
  return durableAck(actor, committed);
}

/** A batch of a person who is connected at another server too: what was credited there counts before it is decided. */
function ingestShared(app: App, actor: SessionActor, text: string): Promise<BatchAck> {
  return app.lock(`shared:${actor.sitting.facts.session}`, async () => {
    await app.places.exchange(actor);
    const ack = await ingest(app, actor, text);
    app.places.exchange(actor).catch(() => app.metrics.count('place.exchange_failed'));
    return ack;
  });
}

/** Takes one batch in. Never throws: every refusal is an answer. */
export async function ingestBatch(app: App, actor: SessionActor, text: unknown): Promise<BatchAck> {
  if (typeof text !== 'string') return refuseBatch(actor, 'invalid-request', 'batch: expected a string');
  try {
    if (app.places.isShared(actor.sitting.facts.session)) return await ingestShared(app, actor, text);
    return await ingest(app, actor, text);
  } catch (error) {
    if (error instanceof Refusal) {
      const retry = error.code === 'slow-down' || error.code === 'unavailable';
      return refuseBatch(actor, error.code, error.message, retry);
    }
    app.log.error('batch.failed', { session: actor.sitting.facts.session, error: String(error) });
    return refuseBatch(actor, 'internal', 'expected no fault of the server', true);
  }
}
