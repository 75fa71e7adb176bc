/** SHA-256 from the platform, in the shapes that records and messages use. */
import { createHash, hash as hashOnce } from 'node:crypto';
import type { Sha256 } from '@zhenxue/evidence';

/** Bytes of a SHA-256. */
const DIGEST_BYTES = 32;

/** Bytes that are rather copied than hashed by parts. */
const ONE_CALL_BYTES_MAX = 4_096;

/** Native SHA-256 over the concatenation of its parts. */
export const sha256: Sha256 = (...parts) => {
  // One call over one buffer costs half of a hash object for what is small; large content is not copied.
  let bytes = 0;
  for (const part of parts) bytes += part.length;
  if (bytes <= ONE_CALL_BYTES_MAX) return digestOf(joined(parts, bytes));
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The parts one after the other, for a moment: the memory is of the pool. */
function joined(parts: readonly Uint8Array[], bytes: number): Buffer {
  const all = Buffer.allocUnsafe(bytes);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/**
 * A digest is kept as long as its sitting, so it must be neither a slice of a pool that it would keep alive nor a buffer outside
 * the heap, which costs twice the hash to make and again to collect.
 */
function digestOf(data: Buffer): Uint8Array {
  const text = hashOnce('sha256', data, 'binary');
  const digest = new Uint8Array(DIGEST_BYTES);
  for (let i = 0; i < DIGEST_BYTES; i += 1) digest[i] = text.charCodeAt(i);
  return digest;
}

/** Base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

/** SHA-256 of bytes or UTF-8 text in base64url: how batches refer to the batch before them. */
export function hashText(data: Uint8Array | string): string {
  return hashOnce('sha256', data, 'base64url');
}
