/**
 * Every unpredictable instant and question of a sitting, derived from its seed (rules §2, scheduling):
 *
 *     draw(label, n, low, high) = low + ( first 6 bytes of HMAC-SHA-256(seed, label ‖ ":" ‖ n), big endian ) mod (high − low + 1)
 *
 * The seed's SHA-256 is committed in the sitting's first record and the seed is revealed when it is sealed, so anyone can
 * check that the draws were fixed in advance. Spans stay below 2^31, so the bias of the modulus is below 2^-17.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';

const SEED_HEX = /^[0-9a-f]{64}$/;

function hexBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** What a draw is for. The names are part of the documented derivation. */
export type DrawLabel =
  | 'popup-due'
  | 'popup-kind'
  | 'popup-x'
  | 'popup-y'
  | 'popup-a'
  | 'popup-b'
  | 'photo-due';

/**
 * The n-th draw under a label, an integer in `low..high`.
 * @throws RangeError when the seed is not 64 hex digits or the range is empty: a draw must never be guessable.
 */
export function draw(seed: string, label: DrawLabel, n: number, low: number, high: number): number {
  if (!SEED_HEX.test(seed)) throw new RangeError('draw: expected a seed of 64 hex digits');
  if (!(high >= low)) throw new RangeError('draw: expected low <= high');
  const mac = hmac(sha256, hexBytes(seed), asciiBytes(`${label}:${n}`));
  let value = 0;
  for (let i = 0; i < 6; i += 1) value = value * 256 + (mac[i] ?? 0);
  return low + (value % (high - low + 1));
}
