/**
 * Bytes of each kind of stored record. A batch is its raw bytes as received; a conflict keeps the raw text of the second
 * batch; everything else is canonical JSON. The `open` record commits to the seed by its SHA-256, the `close` record
 * reveals it, so that anybody can check that the draws were fixed in advance (rules §2).
 */
import type { RecordKind } from '@zhenxue/evidence';
import { BATCH_BYTES_MAX, type CaptureProblem, type EndReason, parseBatch } from '@zhenxue/protocol';
import type { PolicyPack } from '../core/policy/pack.ts';
import { SHIPPED_PACKS } from '../core/policy/packs.ts';
import type { LivenessResult, PhotoResult, SessionRecord, SittingFacts } from '../core/session/records.ts';
import { canonicalJson } from './canonical-json.ts';
import { hashText } from './hash.ts';

/** What is stored of a record besides the record itself. */
export interface RecordExtras {
  /** Raw text of a batch or of a conflicting batch. */
  readonly text?: string;
  /** Revealed with the close record. */
  readonly seed?: string;
}

const decoder = new TextDecoder();

/** SHA-256 (base64url) of the seed's ASCII text: the commitment in the open record. */
export function seedCommitment(seed: string): string {
  return hashText(seed);
}

type Body<K extends SessionRecord['kind']> = Omit<Extract<SessionRecord, { kind: K }>, 'kind' | 'at'>;

/** Members that came with the judging of faces are absent where nothing was judged: older records keep their bytes. */
function photoBody({ id, hash, bytes, judged, why }: Body<'photo'>): Body<'photo'> {
  return { id, hash, bytes, ...(judged && { judged }), ...(why && { why }) };
}

function livenessBody({ id, result, frames }: Body<'liveness'>): Body<'liveness'> {
  return { id, result, ...(frames && { frames }) };
}

/** The bytes to store. @throws TypeError when a batch or a conflict comes without its raw text. */
export function encodeRecord(record: SessionRecord, extras: RecordExtras = {}): Uint8Array {
  const text = extras.text;
  switch (record.kind) {
    case 'open': {
      const { seed, ...facts } = record.facts;
      return Buffer.from(canonicalJson({ ...facts, seedHash: seedCommitment(seed) }));
    }
    case 'batch':
      if (text === undefined) throw new TypeError('encodeRecord: expected the text of the batch');
      return Buffer.from(text);
    case 'conflict':
      if (text === undefined) throw new TypeError('encodeRecord: expected the text of the second batch');
      return Buffer.from(canonicalJson({ seq: record.seq, hash: record.hash, text }));
    case 'delivered':
      return Buffer.from(canonicalJson({ directive: record.directive }));
    case 'photo':
      return Buffer.from(canonicalJson(photoBody(record)));
    case 'close':
      return Buffer.from(canonicalJson({ reason: record.reason, seed: extras.seed }));
    case 'liveness':
      return Buffer.from(canonicalJson(livenessBody(record)));
    case 'elsewhere': {
      const { session, from, to, credited } = record;
      return Buffer.from(canonicalJson({ session, from, to, credited }));
    }
    case 'content':
      return Buffer.from(canonicalJson({ lesson: record.lesson, position: record.position }));
    case 'connected':
    case 'disconnected':
    case 'tick':
      return Buffer.from('{}');
    default:
      return record satisfies never;
  }
}

/** Shipped packs with their hashes: what thousands of sittings have in common is kept once. */
const SHIPPED: ReadonlyMap<string, ShippedPack> = new Map(
  SHIPPED_PACKS.map((pack) => {
    const text = canonicalJson(pack);
    const packHash = hashText(text);
    return [packHash, { text, facts: { pack, packHash } }];
  }),
);

interface ShippedPack {
  /** Canonical JSON of the pack. */
  readonly text: string;
  readonly facts: { readonly pack: PolicyPack; readonly packHash: string };
}

/** The facts with the shipped pack instead of their own copy of it. */
function sharingPack(facts: SittingFacts): SittingFacts {
  const known = SHIPPED.get(facts.packHash);
  return known === undefined || canonicalJson(facts.pack) !== known.text
    ? facts
    : { ...facts, ...known.facts };
}

/** A stored record as the engine takes it in. @throws Error when the bytes are not of that kind: the store is damaged. */
export function decodeRecord(kind: RecordKind, at: number, bytes: Uint8Array, seed: string): SessionRecord {
  const text = decoder.decode(bytes);
  if (kind === 'batch') {
    const parsed = parseBatch(text, Math.min(bytes.length, BATCH_BYTES_MAX));
    if (!parsed.ok) throw new Error(`stored batch: expected a valid batch (${parsed.error.code})`);
    return { kind, at, batch: parsed.value };
  }
  // Written by encodeRecord above and protected by the chain, so the shapes are known.
  const body = JSON.parse(text) as Record<string, unknown>;
  switch (kind) {
    case 'open': {
      const { seedHash, ...facts } = body;
      if (seedHash !== seedCommitment(seed))
        throw new Error('stored open record: expected the committed seed');
      return { kind, at, facts: sharingPack({ ...facts, seed } as unknown as SittingFacts) };
    }
    case 'conflict':
      return { kind, at, seq: body.seq as number, hash: body.hash as string };
    case 'delivered':
      return { kind, at, directive: body.directive as string };
    case 'photo':
      return {
        kind,
        at,
        id: body.id as string,
        hash: body.hash as string,
        bytes: body.bytes as number,
        ...(body.judged === undefined ? {} : { judged: body.judged as PhotoResult }),
        ...(body.why === undefined ? {} : { why: body.why as CaptureProblem }),
      };
    case 'close':
      return { kind, at, reason: body.reason as EndReason };
    case 'liveness':
      return {
        kind,
        at,
        id: body.id as string,
        result: body.result as LivenessResult,
        ...(body.frames === undefined ? {} : { frames: body.frames as readonly string[] }),
      };
    case 'elsewhere':
      return {
        kind,
        at,
        session: body.session as string,
        from: body.from as number,
        to: body.to as number,
        credited: body.credited as boolean,
      };
    case 'content':
      return { kind, at, lesson: body.lesson as string, position: body.position as number };
    case 'connected':
    case 'disconnected':
    case 'tick':
      return { kind, at };
    default:
      return kind satisfies never;
  }
}
