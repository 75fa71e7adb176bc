/** The server's side of a session's chain, as far as the SDK can tell: what is durable, what is refused. */
import { createHash } from 'node:crypto';
import { type Batch, type BatchAck, type LearningEvent, parseBatch } from '@zhenxue/protocol';

/** SHA-256 in base64url, by Node. */
export function sha(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** A chain that takes batches; `faults` must stay empty for an honest client. */
export interface ServerChain {
  readonly genesis: string;
  readonly batches: Batch[];
  readonly faults: string[];
  durable(): { seq: number; hash: string };
  take(text: string): BatchAck;
  repeats(): number;
  events(): LearningEvent[];
}

/** Starts an empty chain. */
export function createServerChain(session: string): ServerChain {
  const genesis = sha('genesis');
  const batches: Batch[] = [];
  const hashes: string[] = [];
  const faults: string[] = [];
  let repeats = 0;

  const durable = (): { seq: number; hash: string } => ({
    seq: hashes.length,
    hash: hashes.at(-1) ?? genesis,
  });

  function take(text: string): BatchAck {
    const { seq, hash } = durable();
    const parsed = parseBatch(text, Buffer.byteLength(text));
    const refuse = (
      code: 'out-of-order' | 'chain-mismatch' | 'invalid-batch' | 'wrong-session',
      message: string,
    ): BatchAck => {
      faults.push(`${code}: ${message}`);
      return { ok: false, code, message, seq, hash };
    };
    if (!parsed.ok) return refuse('invalid-batch', `${parsed.error.path}: ${parsed.error.expected}`);
    const batch = parsed.value;
    if (batch.session !== session) return refuse('wrong-session', batch.session);
    if (batch.seq <= seq) {
      repeats += 1;
      if (hashes[batch.seq - 1] !== sha(text)) faults.push(`conflict at ${batch.seq}`);
      return { ok: true, level: 'durable', seq, creditedMs: 0, furthestMs: 0 };
    }
    if (batch.seq !== seq + 1) return refuse('out-of-order', `${batch.seq} after ${seq}`);
    if (batch.prev !== hash) return refuse('chain-mismatch', `${batch.seq}`);
    batches.push(batch);
    hashes.push(sha(text));
    return { ok: true, level: 'durable', seq: batch.seq, creditedMs: 0, furthestMs: 0 };
  }

  return {
    genesis,
    batches,
    faults,
    durable,
    take,
    repeats: () => repeats,
    events: () => batches.flatMap((batch) => batch.events),
  };
}
