/**
 * Data keys: one small file per subject, `iv (12) ‖ wrapped key (32) ‖ tag (16)`, wrapped by the key-encryption key. They always lie
 * on a local disk and never in the database, so that destroying one is overwriting sixty bytes and waiting for the disk.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { link, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewId, RandomBytes } from '../../app/ports.ts';
import { isMissing, makeFolder, syncFolder, writeSynced } from './object-files.ts';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const KEY_FILE = 'key';

/** What data keys need. */
export interface DataKeyOptions {
  /** Folder of all subjects' folders. */
  readonly folder: string;
  /** Key-encryption key, 32 bytes. */
  readonly kek: Uint8Array;
  /** Earlier key-encryption keys: what they wrapped is wrapped anew when it is next used. */
  readonly retiredKeks?: readonly Uint8Array[];
  readonly randomBytes: RandomBytes;
  readonly newId: NewId;
}

/** AES-256-GCM with a random nonce in front and the tag behind. */
export function seal(key: Uint8Array, iv: Uint8Array, context: string, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(context));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when key, context or bytes are not those of {@link seal}. */
export function unseal(key: Uint8Array, context: string, sealed: Uint8Array): Buffer {
  const iv = sealed.subarray(0, IV_BYTES);
  const tag = sealed.subarray(sealed.length - TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(tag);
  const body = sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES);
  return Buffer.concat([decipher.update(body), decipher.final()]);
}

/** A fresh 96-bit nonce. */
export function nonce(randomBytes: RandomBytes): Uint8Array {
  return randomBytes(IV_BYTES);
}

const contextOf = (name: string): string => `zhenxue/data-key/1/${name}`;

async function unwrap(options: DataKeyOptions, name: string, wrapped: Uint8Array): Promise<Buffer> {
  const context = contextOf(name);
  try {
    return unseal(options.kek, context, wrapped);
  } catch (error) {
    for (const old of options.retiredKeks ?? []) {
      const key = tryUnseal(old, context, wrapped);
      if (key === null) continue;
      await rewrap(options, name, key);
      return key;
    }
    throw error;
  }
}

function tryUnseal(kek: Uint8Array, context: string, wrapped: Uint8Array): Buffer | null {
  try {
    return unseal(kek, context, wrapped);
  } catch {
    return null;
  }
}

/** In place: an old wrapping that stayed in a free block could still be opened with the retired key. */
async function rewrap(options: DataKeyOptions, name: string, key: Uint8Array): Promise<void> {
  const bytes = seal(options.kek, nonce(options.randomBytes), contextOf(name), key);
  await overwrite(join(options.folder, name, KEY_FILE), bytes);
}

async function overwrite(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The data key of a subject's folder; null when there is none. */
export async function findDataKey(options: DataKeyOptions, name: string): Promise<Buffer | null> {
  try {
    return await unwrap(options, name, await readFile(join(options.folder, name, KEY_FILE)));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** The data key of a folder, made when it is first needed; of two makers at once, the first wins. */
export async function dataKey(options: DataKeyOptions, name: string): Promise<Buffer> {
  const there = await findDataKey(options, name);
  if (there !== null) return there;
  const home = join(options.folder, name);
  await makeFolder(options.folder, home);
  const file = join(home, KEY_FILE);
  const temporary = `${file}.${options.newId()}`;
  const key = options.randomBytes(KEY_BYTES);
  await writeSynced(temporary, seal(options.kek, nonce(options.randomBytes), contextOf(name), key));
  try {
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(home);
  const made = await findDataKey(options, name);
  if (made === null) throw new Error('data key: expected the key that was just made');
  return made;
}

/** Overwrites the key and whatever half-made ones a crash left, waits for the disk, and removes them. */
export async function destroyDataKey(options: DataKeyOptions, name: string): Promise<void> {
  const home = join(options.folder, name);
  const files = await readdir(home).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const file of files.filter((one) => one === KEY_FILE || one.startsWith(`${KEY_FILE}.`))) {
    const path = join(home, file);
    await overwrite(path, options.randomBytes(IV_BYTES + KEY_BYTES + TAG_BYTES));
    await unlink(path);
  }
  if (files.length > 0) await syncFolder(home);
}
