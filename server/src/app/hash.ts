/** SHA-256 from the platform, in the shapes that records and messages use. */
import { createHash } from 'node:crypto';
import type { Sha256 } from '@zhenxue/evidence';

/** Native SHA-256 over the concatenation of its parts. */
export const sha256: Sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

/** SHA-256 of bytes or UTF-8 text in base64url: how batches refer to the batch before them. */
export function hashText(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('base64url');
}
