/** SHA-256 from the platform, in the shapes that records and messages use. */
import { hash } from 'node:crypto';
import type { Sha256 } from '@zhenxue/evidence';

/** Native SHA-256 over the concatenation of its parts. One call into the library is half the price of four. */
export const sha256: Sha256 = (...parts) => hash('sha256', Buffer.concat(parts), 'buffer');

/** Base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

/** SHA-256 of bytes or UTF-8 text in base64url: how batches refer to the batch before them. */
export function hashText(data: Uint8Array | string): string {
  return hash('sha256', data, 'base64url');
}
