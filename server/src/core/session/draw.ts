/**
 * Every unpredictable instant and question of a sitting, derived from its seed (rules §2, scheduling; docs/spec/schedules.md):
 *
 *     mac(label, n)                  = HMAC-SHA-256( seed, label ‖ ":" ‖ n )
 *     draw(label, n, slot, low, high) = low + ( bytes 6·slot … 6·slot + 5 of mac(label, n), big endian ) mod (high − low + 1)
 *
 * The seed's SHA-256 is committed in the sitting's first record and the seed is revealed when it is sealed, so anyone can
 * check that the draws were fixed in advance. Spans stay below 2^31, so the bias of the modulus is below 2^-17.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';

const SEED_HEX = /^[0-9a-f]{64}$/;

/** Bytes per slot; five slots fit into one HMAC. */
const SLOT_BYTES = 6;
/** Slots of one HMAC. */
const SLOTS = 5;

function hexBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i += 1)
    bytes[i] = 16 * digitOf(hex.charCodeAt(2 * i)) + digitOf(hex.charCodeAt(2 * i + 1));
  return bytes;
}

/** Value of a hexadecimal digit in lower case, by its character code. */
function digitOf(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x61 + 10;
}

function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** What a draw is for. The names are part of the documented derivation. */
export type DrawLabel = 'popup' | 'photo' | 'liveness';

/** Draws of one HMAC: `slot` 0..4, an integer in `low..high`. */
export type Draws = (slot: number, low: number, high: number) => number;

/**
 * The n-th set of draws under a label.
 * @throws RangeError when the seed is not 64 hex digits, or a slot or range is empty: a draw must never be guessable.
 */
export function draws(seed: string, label: DrawLabel, n: number): Draws {
  if (!SEED_HEX.test(seed)) throw new RangeError('draws: expected a seed of 64 hex digits');
  const mac = hmac(sha256, hexBytes(seed), asciiBytes(`${label}:${n}`));
  return (slot, low, high) => {
    if (!(high >= low)) throw new RangeError('draws: expected low <= high');
    if (!(slot >= 0 && slot < SLOTS)) throw new RangeError(`draws: expected a slot in 0..${SLOTS - 1}`);
    let value = 0;
    for (let i = 0; i < SLOT_BYTES; i += 1) value = value * 256 + (mac[SLOT_BYTES * slot + i] ?? 0);
    // `| 0`: a small integer again, which weighs nothing in a state.
    return low + ((value % (high - low + 1)) | 0);
  };
}
