/**
 * Photos on disk, encrypted. One data key per learner and course, wrapped by the key-encryption key, so that destroying
 * that one file makes all of a learner's photos of a course unreadable while every proof stays intact (design §5).
 *
 * Layout under `<data>/photos/<folder>/` with folder = SHA-256 of platform, learner and course:
 * `key` = iv (12) ‖ wrapped data key (32) ‖ tag (16); `<session>.<id>.bin` = version (1) ‖ iv (12) ‖ ciphertext ‖ tag (16).
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { access, link, mkdir, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewId, PhotoVault, RandomBytes } from '../../app/ports.ts';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** First byte of every stored photo: the layout above. */
const FORMAT_VERSION = 1;
const FILE_MODE = 0o600;
const DIR_MODE = 0o700;

/** What the vault needs. */
export interface VaultOptions {
  /** Folder of all photos. */
  readonly folder: string;
  /** 32 bytes. */
  readonly kek: Uint8Array;
  readonly randomBytes: RandomBytes;
  readonly newId: NewId;
}

function seal(key: Uint8Array, iv: Uint8Array, context: string, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(context));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function unseal(key: Uint8Array, context: string, sealed: Uint8Array): Buffer {
  const iv = sealed.subarray(0, IV_BYTES);
  const tag = sealed.subarray(sealed.length - TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(context)).setAuthTag(tag);
  return Buffer.concat([
    decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES)),
    decipher.final(),
  ]);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', FILE_MODE);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Identifiers of a directive are ours, but they travelled through a client: never let one name a path. */
const SAFE_NAME = /^[A-Za-z0-9-]{1,64}$/;

function photoFile(folder: string, session: string, id: string): string {
  if (!SAFE_NAME.test(session) || !SAFE_NAME.test(id))
    throw new RangeError('photo: expected ids of letters and digits');
  return join(folder, `${session}.${id}.bin`);
}

/** The data key of a folder, made when it is first needed; of two makers at once, the first wins. */
async function dataKey(options: VaultOptions, folder: string, name: string): Promise<Buffer> {
  const file = join(folder, 'key');
  const context = `zhenxue/data-key/1/${name}`;
  try {
    return unseal(options.kek, context, await readFile(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = options.randomBytes(KEY_BYTES);
  const temporary = `${file}.${options.newId()}`;
  await writeSynced(temporary, seal(options.kek, options.randomBytes(IV_BYTES), context, key));
  try {
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
  return unseal(options.kek, context, await readFile(file));
}

/** The vault over a folder. */
export function createPhotoVault(options: VaultOptions): PhotoVault {
  return {
    async put(photo): Promise<string> {
      const owner = JSON.stringify([photo.platform, photo.learner, photo.course]);
      const name = createHash('sha256').update(owner).digest('hex');
      const folder = join(options.folder, name);
      const file = photoFile(folder, photo.session, photo.id);
      if ((await mkdir(folder, { recursive: true, mode: DIR_MODE })) !== undefined)
        await syncFolder(options.folder);
      const key = await dataKey(options, folder, name);
      const context = `zhenxue/photo/1/${photo.session}/${photo.id}`;
      const sealed = seal(key, options.randomBytes(IV_BYTES), context, photo.bytes);
      const bytes = Buffer.concat([Buffer.of(FORMAT_VERSION), sealed]);
      const temporary = `${file}.${options.newId()}`;
      try {
        await writeSynced(temporary, bytes);
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      await syncFolder(folder);
      return createHash('sha256').update(bytes).digest('base64url');
    },
  };
}

/**
 * SHA-256 (base64url) of a stored photo's file, for comparing it with the record.
 * @returns null when the file is not there; `destroyed` when its data key is gone, too: then it was deleted on purpose.
 */
export async function storedPhotoHash(
  photos: string,
  photo: { platform: string; learner: string; course: string; session: string; id: string },
): Promise<string | 'destroyed' | null> {
  const owner = JSON.stringify([photo.platform, photo.learner, photo.course]);
  const folder = join(photos, createHash('sha256').update(owner).digest('hex'));
  try {
    const bytes = await readFile(photoFile(folder, photo.session, photo.id));
    return createHash('sha256').update(bytes).digest('base64url');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return access(join(folder, 'key')).then(
    () => null,
    () => 'destroyed',
  );
}

/**
 * Opens one stored photo again; for the audited reader only, which writes who, why and case before it calls this.
 * @throws Error when the file was changed or belongs to another sitting.
 */
export async function openPhotoUnaudited(
  options: Pick<VaultOptions, 'folder' | 'kek'>,
  photo: { platform: string; learner: string; course: string; session: string; id: string },
): Promise<Uint8Array> {
  const owner = JSON.stringify([photo.platform, photo.learner, photo.course]);
  const name = createHash('sha256').update(owner).digest('hex');
  const folder = join(options.folder, name);
  const key = unseal(options.kek, `zhenxue/data-key/1/${name}`, await readFile(join(folder, 'key')));
  const bytes = await readFile(photoFile(folder, photo.session, photo.id));
  if (bytes[0] !== FORMAT_VERSION) throw new Error(`photo: expected format version ${FORMAT_VERSION}`);
  return unseal(key, `zhenxue/photo/1/${photo.session}/${photo.id}`, bytes.subarray(1));
}
