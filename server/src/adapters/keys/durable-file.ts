/** Files that are there completely or not at all, also after a power loss. */
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Only the operator's account may read secrets. */
const SECRET_FILE_MODE = 0o600;
const SECRET_DIR_MODE = 0o700;

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function writeSynced(file: string, bytes: Uint8Array): void {
  const handle = openSync(file, 'wx', SECRET_FILE_MODE);
  try {
    writeSync(handle, bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function readIfThere(file: string): Uint8Array | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Reads a secret file, creating it with `make()` when it is not there. Two processes that start at once agree on one.
 * @param suffix distinguishes the temporary file of this call.
 */
export function readOrCreate(file: string, suffix: string, make: () => Uint8Array): Uint8Array {
  const there = readIfThere(file);
  if (there !== null) return there;
  mkdirSync(dirname(file), { recursive: true, mode: SECRET_DIR_MODE });
  const temporary = `${file}.${suffix}`;
  writeSynced(temporary, make());
  try {
    // A hard link fails when the name is taken: whoever links first has made the file.
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(temporary);
  }
  syncFolder(dirname(file));
  return readFileSync(file);
}
