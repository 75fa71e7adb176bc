/** The server's own secrets under `<data>/keys`: the key-encryption key and the signing key. */
import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { NewId, RandomBytes } from '../../app/ports.ts';
import { readOrCreate } from './durable-file.ts';

const KEK_BYTES = 32;

/** Secrets of one installation. */
export interface KeyRing {
  /** Wraps the data keys of photos (AES-256). */
  readonly kek: Uint8Array;
  /** ES256 private key (P-256). */
  readonly signing: KeyObject;
  /** A secret derived from the key-encryption key for one named purpose: 32 bytes, the same at every start. */
  derive(purpose: string): Uint8Array;
}

/**
 * Reads the keys, creating them at the first start.
 * @throws Error when a key file is not what was written there.
 */
export function openKeyRing(dataDir: string, randomBytes: RandomBytes, newId: NewId): KeyRing {
  const folder = join(dataDir, 'keys');
  const kek = readOrCreate(join(folder, 'kek.bin'), newId(), () => randomBytes(KEK_BYTES));
  if (kek.length !== KEK_BYTES)
    throw new Error(`keys/kek.bin: expected ${KEK_BYTES} bytes, got ${kek.length}`);
  const pem = readOrCreate(join(folder, 'signing.pem'), newId(), () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  });
  const signing = createPrivateKey(Buffer.from(pem));
  if (signing.asymmetricKeyType !== 'ec') throw new Error('keys/signing.pem: expected an EC key');
  return { kek, signing, derive: (purpose) => createHmac('sha256', kek).update(purpose).digest() };
}
