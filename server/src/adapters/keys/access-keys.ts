/** Access keys: 256 random bits with a prefix that says what they are. Only their hash is stored. */

/** Bytes of chance in a key. */
export const ACCESS_KEY_BYTES = 32;

/** The text of a key. @param secret {@link ACCESS_KEY_BYTES} unpredictable bytes. */
export function accessKey(mode: 'live' | 'test', secret: Uint8Array): string {
  if (secret.length !== ACCESS_KEY_BYTES)
    throw new RangeError(`accessKey: expected ${ACCESS_KEY_BYTES} bytes`);
  return `zx_${mode}_${Buffer.from(secret).toString('base64url')}`;
}
