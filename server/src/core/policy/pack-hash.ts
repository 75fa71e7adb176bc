/**
 * The identity of a policy pack: SHA-256 of its canonical bytes, which every verdict carries. Canonical is JSON in the sense
 * of RFC 8785: members sorted, no white space, integer numbers only, so that no question of float notation arises.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { PolicyPack } from './pack.ts';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Depth of a document: packs have three levels. */
const DEPTH_MAX = 8;

function canonical(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return JSON.stringify(value);
  if (typeof value !== 'object' || Array.isArray(value) || depth >= DEPTH_MAX)
    throw new TypeError('pack: expected objects of texts, booleans, null and whole numbers');
  const object = value as Readonly<Record<string, unknown>>;
  // RFC 8785 §3.2.3: members sorted by UTF-16 code units, which is what the default sort does.
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(object[key], depth + 1)}`);
  return `{${members.join(',')}}`;
}

/** Base64url without padding (RFC 4648 §5). */
function base64url(bytes: Uint8Array): string {
  let result = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const bits = (a << 16) | (b << 8) | c;
    const digits = Math.min(bytes.length - i, 3) + 1;
    for (let d = 0; d < digits; d += 1) result += BASE64URL[(bits >> (18 - 6 * d)) & 63] ?? '';
  }
  return result;
}

/** The canonical bytes of a pack, UTF-8. @throws TypeError on what is no pack. */
export function packBytes(pack: PolicyPack): Uint8Array {
  return utf8ToBytes(canonical(pack, 0));
}

/** SHA-256 of {@link packBytes}, base64url: 43 characters. @throws TypeError on what is no pack. */
export function packHash(pack: PolicyPack): string {
  return base64url(sha256(packBytes(pack)));
}
