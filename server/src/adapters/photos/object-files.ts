/** Where ciphertexts lie: a local folder here, an object store elsewhere. Names are ours; contents are never readable here. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewId } from '../../app/ports.ts';

const FILE_MODE = 0o600;
const DIR_MODE = 0o700;

/** Files of folders, one folder per subject. */
export interface ObjectFiles {
  /** Stores or replaces; resolves when it is durable. */
  put(folder: string, name: string, bytes: Uint8Array): Promise<void>;
  get(folder: string, name: string): Promise<Uint8Array | null>;
  names(folder: string): Promise<readonly string[]>;
  remove(folder: string, name: string): Promise<void>;
}

/** Whether an error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';
}

/** Makes renames and removals in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a file that must not be there yet, and waits for the disk. */
export async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', FILE_MODE);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder for the operator's account only, durably. */
export async function makeFolder(parent: string, folder: string): Promise<void> {
  if ((await mkdir(folder, { recursive: true, mode: DIR_MODE })) !== undefined) await syncFolder(parent);
}

/** Objects as files `<root>/<folder>/<name>`. */
export function localFiles(root: string, newId: NewId): ObjectFiles {
  return {
    async put(folder, name, bytes) {
      const home = join(root, folder);
      await makeFolder(root, home);
      const temporary = join(home, `${name}.${newId()}`);
      try {
        await writeSynced(temporary, bytes);
        await rename(temporary, join(home, name));
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      await syncFolder(home);
    },
    async get(folder, name) {
      try {
        return await readFile(join(root, folder, name));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async names(folder) {
      try {
        return (await readdir(join(root, folder))).sort();
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    remove: (folder, name) => rm(join(root, folder, name), { force: true }),
  };
}
