/**
 * One sitting in memory: the engine's state and what the runtime itself must remember to answer the client. Live records
 * and replayed ones pass the same rules and are noted by the same function; a replay only copies nothing on its way.
 */
import { chainNext, chainStart } from '@zhenxue/evidence';
import type { Directive, EndReason, Finding } from '@zhenxue/protocol';
import { openDirectives } from '../core/session/engine.ts';
import type { SessionRecord, SittingFacts } from '../core/session/records.ts';
import type { SessionState } from '../core/session/state.ts';
import type { Engine } from './engine.ts';
import { base64url, hashText, sha256 } from './hash.ts';
import type { StoredRecord } from './ports.ts';
import { decodeRecord, encodeRecord, type RecordExtras } from './record-codec.ts';

/** Batches whose hash is remembered to recognise a repeated one at once; older ones are looked up in the store. */
const RECENT_BATCHES_MAX = 4;

/** A sitting as the runtime knows it. Changed only by {@link takeIn} and, while it is being loaded, {@link replaySitting}. */
export interface Sitting {
  readonly facts: SittingFacts;
  readonly openedAt: number;
  /** `prev` of the first batch: base64url of the chain value after the open record. */
  readonly genesis: string;
  state: SessionState;
  /** Number, chain value and time of the last record. */
  n: number;
  head: Uint8Array;
  at: number;
  /** Bytes of all records so far. */
  bytes: number;
  /** Last batch taken in, and its hash; 0 and the genesis hash before the first. */
  seq: number;
  hash: string;
  readonly recent: Map<number, string>;
  /** `seq:hash` of the second batches kept under a used number. */
  readonly conflicts: Set<string>;
  /** Open directives that the client confirmed to have taken over. */
  readonly delivered: Set<string>;
  /** Ids of stored photos. */
  readonly photos: Set<string>;
  connected: boolean;
  dueAt: number | null;
  ended: EndReason | null;
  /** The close record is written; nothing follows it. */
  sealed: boolean;
}

/** What one record brought. */
export interface Taken {
  readonly stored: StoredRecord;
  readonly findings: readonly Finding[];
  readonly directives: readonly Directive[];
}

function link(head: Uint8Array, n: number, record: SessionRecord, bytes: Uint8Array): StoredRecord {
  const { kind, at } = record;
  return { n, kind, at, bytes, chain: chainNext(head, { kind, at, bytes }, sha256) };
}

/** A new sitting and its first record. */
export function openSitting(
  engine: Engine,
  facts: SittingFacts,
  at: number,
): { readonly sitting: Sitting; readonly stored: StoredRecord } {
  const record: SessionRecord = { kind: 'open', at, facts };
  const stored = link(chainStart(facts.session, sha256), 1, record, encodeRecord(record));
  const genesis = base64url(stored.chain);
  const { state, dueAt } = engine.decide(engine.open(facts, at), record);
  const sitting: Sitting = {
    facts,
    openedAt: at,
    genesis,
    state,
    n: 1,
    head: stored.chain,
    at,
    bytes: stored.bytes.length,
    seq: 0,
    hash: genesis,
    recent: new Map(),
    conflicts: new Set(),
    delivered: new Set(),
    photos: new Set(),
    connected: false,
    dueAt,
    ended: null,
    sealed: false,
  };
  return { sitting, stored };
}

/** Directives that wait for the client, with the time left. */
export function openDirectivesOf(sitting: Sitting, at: number): readonly Directive[] {
  return openDirectives(sitting.state, at);
}

function noteDelivered(sitting: Sitting, id: string, at: number): void {
  const open = new Set(openDirectivesOf(sitting, at).map((directive) => directive.id));
  for (const old of sitting.delivered) if (!open.has(old)) sitting.delivered.delete(old);
  if (open.has(id)) sitting.delivered.add(id);
}

/** @param bytes as stored; null = a batch that is too old for its hash to be remembered. */
function noteRecord(sitting: Sitting, record: SessionRecord, bytes: Uint8Array | null): void {
  switch (record.kind) {
    case 'batch':
      sitting.seq = record.batch.seq;
      if (bytes === null) return;
      sitting.hash = hashText(bytes);
      sitting.recent.set(sitting.seq, sitting.hash);
      sitting.recent.delete(sitting.seq - RECENT_BATCHES_MAX);
      return;
    case 'connected':
    case 'disconnected':
      sitting.connected = record.kind === 'connected';
      return;
    case 'delivered':
      noteDelivered(sitting, record.directive, record.at);
      return;
    case 'photo':
      sitting.photos.add(record.id);
      return;
    case 'conflict':
      sitting.conflicts.add(`${record.seq}:${record.hash}`);
      return;
    case 'close':
      sitting.sealed = true;
      return;
    case 'open':
    case 'tick':
    case 'liveness':
    case 'elsewhere':
    case 'content':
      return;
    default:
      record satisfies never;
  }
}

/** Takes one more record in: decides, chains, remembers. */
export function takeIn(
  engine: Engine,
  sitting: Sitting,
  record: SessionRecord,
  extras: RecordExtras = {},
): Taken {
  const bytes = encodeRecord(record, extras);
  const stored = link(sitting.head, sitting.n + 1, record, bytes);
  const decision = engine.decide(sitting.state, record);
  sitting.state = decision.state;
  sitting.n = stored.n;
  sitting.head = stored.chain;
  sitting.at = record.at;
  sitting.bytes += bytes.length;
  sitting.dueAt = decision.dueAt;
  sitting.ended ??= decision.ended;
  noteRecord(sitting, record, bytes);
  return { stored, findings: decision.findings, directives: decision.directives };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Told of every record during a replay, with the directives that it brought, and the sitting as it is after it. */
export type ReplayWitness = (
  record: SessionRecord,
  directives: readonly Directive[],
  sitting: Sitting,
) => void;

/**
 * Rebuilds a sitting from its stored records.
 * @throws Error when the chain does not hold or a record cannot be read: the store is damaged, nothing may build on it.
 */
export function replaySitting(
  engine: Engine,
  records: readonly StoredRecord[],
  seed: string,
  witness: ReplayWitness | null = null,
): Sitting {
  const [first] = records;
  const open = first === undefined ? null : decodeRecord(first.kind, first.at, first.bytes, seed);
  if (first === undefined || open?.kind !== 'open') throw new Error('replay: expected an open record first');
  const { sitting, stored } = openSitting(engine, open.facts, open.at);
  if (!sameBytes(stored.chain, first.chain))
    throw new Error('replay: expected the chain to hold at record 1');
  const replay = engine.replay(open.facts, open.at);
  sitting.state = replay.state;
  const last = lastBatch(records);
  for (let i = 1; i < records.length; i += 1) {
    const kept = records[i];
    if (kept === undefined) break;
    const record = decodeRecord(kept.kind, kept.at, kept.bytes, seed);
    const directives = replay.take(record);
    follow(sitting, kept, record);
    // Only the newest hashes are remembered: the older ones need not be computed.
    const known = record.kind === 'batch' && record.batch.seq <= last - RECENT_BATCHES_MAX;
    noteRecord(sitting, record, known ? null : kept.bytes);
    if (witness === null) continue;
    sitting.dueAt = replay.dueAt();
    sitting.ended = replay.state.ended;
    witness(record, directives, sitting);
  }
  sitting.dueAt = replay.dueAt();
  sitting.ended = replay.state.ended;
  return sitting;
}

/** Number of the last batch; batches are numbered without a hole. */
function lastBatch(records: readonly StoredRecord[]): number {
  let batches = 0;
  for (const { kind } of records) if (kind === 'batch') batches += 1;
  return batches;
}

/** Goes on to the next stored record. @throws Error when the chain does not hold there. */
function follow(sitting: Sitting, kept: StoredRecord, record: SessionRecord): void {
  const chain = chainNext(sitting.head, kept, sha256);
  if (!sameBytes(chain, kept.chain))
    throw new Error(`replay: expected the chain to hold at record ${kept.n}`);
  sitting.n += 1;
  sitting.head = chain;
  sitting.at = record.at;
  sitting.bytes += kept.bytes.length;
}
