/**
 * Photos and templates, encrypted. One data key per learner and course, wrapped by the key-encryption key, so that destroying
 * that one file makes all of a learner's photos of a course unreadable while every proof stays intact (design §5).
 *
 * Layout under `<data>/photos/<folder>/` with folder = SHA-256 of platform, learner and course:
 * `key` (data-keys.ts) and `<name>.bin` = version (1) ‖ iv (12) ‖ ciphertext ‖ tag (16).
 */
import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Access, AccessRow, Subject, SubjectVault } from '../../app/identity-ports.ts';
import type { Clock, PhotoVault } from '../../app/ports.ts';
import {
  type DataKeyOptions,
  dataKey,
  destroyDataKey,
  findDataKey,
  nonce,
  seal,
  unseal,
} from './data-keys.ts';
import { isMissing, localFiles, type ObjectFiles } from './object-files.ts';

/** First byte of every stored object: the layout above. */
const FORMAT_VERSION = 1;

const SUFFIX = '.bin';
const ERASED_SUFFIX = '.erased';

/** What the vault needs. */
export interface VaultOptions extends DataKeyOptions {
  readonly clock: Clock;
  /** Writes a decryption down; what it cannot write down is not decrypted. */
  readonly audit: (row: AccessRow) => Promise<void>;
  /** Where ciphertexts lie; default: beside the keys. */
  readonly files?: ObjectFiles;
}

/** Names may come from a client: never let one name a path. */
const SAFE_NAME = /^[A-Za-z0-9-]{1,64}(\.[A-Za-z0-9-]{1,64})?$/;

function folderOf({ platform, learner, course }: Subject): string {
  return createHash('sha256')
    .update(JSON.stringify([platform, learner, course]))
    .digest('hex');
}

function checked(name: string): string {
  if (!SAFE_NAME.test(name)) throw new RangeError('photo: expected ids of letters and digits');
  return name;
}

/** Binds a ciphertext to its name; the key binds it to its subject. */
const contextOf = (name: string): string => `zhenxue/photo/1/${name.replace('.', '/')}`;

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');

async function writeDown(
  { audit, clock, newId }: VaultOptions,
  subject: Subject,
  object: string,
  access: Access,
): Promise<void> {
  const { platform, learner, course } = subject;
  await audit({ ...access, id: newId(), at: clock.now(), subject: { platform, learner, course }, object });
}

async function openObject(
  options: VaultOptions,
  files: ObjectFiles,
  subject: Subject,
  name: string,
): Promise<Uint8Array | null> {
  const folder = folderOf(subject);
  const bytes = await files.get(folder, checked(name) + SUFFIX);
  if (bytes === null) return null;
  const key = await findDataKey(options, folder);
  if (key === null) return null;
  if (bytes[0] !== FORMAT_VERSION) throw new Error(`photo: expected format version ${FORMAT_VERSION}`);
  return unseal(key, contextOf(name), bytes.subarray(1));
}

/** The vault over a folder of keys and a place for ciphertexts. */
export function createPhotoVault(options: VaultOptions): PhotoVault & SubjectVault {
  const files = options.files ?? localFiles(options.folder, options.newId);
  const names = async (subject: Subject): Promise<readonly string[]> =>
    (await files.names(folderOf(subject)))
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length));
  const keep = async (subject: Subject, name: string, bytes: Uint8Array): Promise<string> => {
    const folder = folderOf(subject);
    checked(name);
    const key = await dataKey(options, folder);
    const sealed = seal(key, nonce(options.randomBytes), contextOf(name), bytes);
    const stored = Buffer.concat([Buffer.of(FORMAT_VERSION), sealed]);
    await files.put(folder, name + SUFFIX, stored);
    return hashOf(stored);
  };
  return {
    keep,
    names,
    put: async (photo) => keep(photo, photoName(photo.session, photo.id), photo.bytes),
    async open(subject, name, access) {
      await writeDown(options, subject, checked(name), access);
      return openObject(options, files, subject, name);
    },
    async remove(subject, name) {
      // A mark tells later checks of the folder that nothing was lost.
      await files.put(folderOf(subject), checked(name) + ERASED_SUFFIX, new Uint8Array(0));
      await files.remove(folderOf(subject), name + SUFFIX);
    },
    async destroy(subject) {
      // The key first: whatever happens from here on, nothing can be read.
      await destroyDataKey(options, folderOf(subject));
      for (const file of await files.names(folderOf(subject))) await files.remove(folderOf(subject), file);
    },
  };
}

/** Name of a sitting's photo. @throws RangeError when one of the ids could name a path. */
function photoName(session: string, id: string): string {
  if (session.includes('.') || id.includes('.'))
    throw new RangeError('photo: expected ids of letters and digits');
  return checked(`${session}.${id}`);
}

/**
 * SHA-256 (base64url) of a stored photo's file, for comparing it with the record.
 * @returns null when the file is not there; `destroyed` when its data key is gone, too: then it was deleted on purpose.
 */
export async function storedPhotoHash(
  photos: string,
  photo: Subject & { readonly session: string; readonly id: string },
): Promise<string | 'destroyed' | null> {
  const folder = join(photos, folderOf(photo));
  const name = photoName(photo.session, photo.id);
  try {
    return hashOf(await readFile(join(folder, name + SUFFIX)));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const there = (file: string) =>
    access(join(folder, file)).then(
      () => true,
      () => false,
    );
  return (await there(name + ERASED_SUFFIX)) || !(await there('key')) ? 'destroyed' : null;
}
