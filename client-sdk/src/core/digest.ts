import { sha256 } from '@noble/hashes/sha2.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** base64url without padding (RFC 4648 §5). */
export function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const chars = left >= 3 ? 4 : left + 1;
    for (let k = 0; k < chars; k += 1) text += ALPHABET.charAt((word >> (18 - 6 * k)) & 63);
  }
  return text;
}

/** SHA-256 of bytes, base64url. */
export function hashBytes(bytes: Uint8Array): string {
  return base64url(sha256(bytes));
}

/** SHA-256 of a text's UTF-8 bytes, base64url: what `prev` of the next batch must be. */
export function hashText(text: string): string {
  return hashBytes(new TextEncoder().encode(text));
}
