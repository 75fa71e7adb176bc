/**
 * The per-session hash chain over stored records (design §5). Each link commits to everything before it:
 *
 *     chain(0) = SHA-256( "zhenxue/chain/1" ‖ session id )
 *     chain(n) = SHA-256( chain(n-1) ‖ kind (1 byte) ‖ at (8 bytes, big endian, epoch ms) ‖ length (4 bytes, big endian) ‖ bytes )
 *
 * Kind, time and length are of fixed width, so no two different records share an encoding.
 */
import { sha256 } from '@noble/hashes/sha2.js';

/** Hash function over the concatenation of its parts. The default is pure JavaScript; a server passes a native one. */
export type Sha256 = (...parts: readonly Uint8Array[]) => Uint8Array;

/** Kinds of record in a session's chain, by their byte. Values are part of the format: never reuse one. */
export const RECORD_KINDS = {
  open: 1,
  batch: 2,
  connected: 3,
  disconnected: 4,
  delivered: 5,
  photo: 6,
  conflict: 7,
  tick: 8,
  close: 9,
  liveness: 10,
  elsewhere: 11,
  content: 12,
} as const;

/** Name of a record's kind. */
export type RecordKind = keyof typeof RECORD_KINDS;

/** What the chain commits to. */
export interface ChainedRecord {
  readonly kind: RecordKind;
  /** Server time of receipt, epoch ms. */
  readonly at: number;
  /** For a batch the raw bytes as received; else the canonical bytes of the record. */
  readonly bytes: Uint8Array;
}

const PREFIX = asciiBytes('zhenxue/chain/1');
const HEADER_BYTES = 13;

function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) throw new RangeError('asciiBytes: expected ASCII text');
    bytes[i] = code;
  }
  return bytes;
}

/** SHA-256 in pure JavaScript, for browsers and for verifiers that trust no runtime. */
export const pureSha256: Sha256 = (...parts) => {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The value before a session's first record. @param session ASCII session id. */
export function chainStart(session: string, hash: Sha256 = pureSha256): Uint8Array {
  return hash(PREFIX, asciiBytes(session));
}

/**
 * The chain value after one more record.
 * @param previous 32 bytes. @throws RangeError when `previous` or the record's time cannot be part of a chain.
 */
export function chainNext(
  previous: Uint8Array,
  record: ChainedRecord,
  hash: Sha256 = pureSha256,
): Uint8Array {
  if (previous.length !== 32)
    throw new RangeError(`chainNext: expected 32 bytes before, got ${previous.length}`);
  if (!Number.isSafeInteger(record.at) || record.at < 0)
    throw new RangeError('chainNext: expected at in epoch ms');
  return hash(previous, headerOf(record), record.bytes);
}

/** Kind, time and length, big endian. By hand: this runs once per record, and a time below 2^53 needs no BigInt. */
function headerOf(record: ChainedRecord): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header[0] = RECORD_KINDS[record.kind];
  writeUint32(header, 1, Math.floor(record.at / 0x1_0000_0000));
  writeUint32(header, 5, record.at);
  writeUint32(header, 9, record.bytes.length);
  return header;
}

/** Writes the low 32 bits of a non-negative integer, big endian. */
function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

/** Where a chain first fails, or that it holds. `index` counts records from 0. */
export type ChainCheck =
  | { readonly ok: true; readonly head: Uint8Array }
  | { readonly ok: false; readonly index: number };

/** Re-derives a session's chain from its records and compares every stored link. */
export function checkChain(
  session: string,
  records: Iterable<ChainedRecord & { readonly chain: Uint8Array }>,
  hash: Sha256 = pureSha256,
): ChainCheck {
  let head = chainStart(session, hash);
  let index = 0;
  for (const record of records) {
    head = chainNext(head, record, hash);
    if (!sameBytes(head, record.chain)) return { ok: false, index };
    index += 1;
  }
  return { ok: true, head };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
