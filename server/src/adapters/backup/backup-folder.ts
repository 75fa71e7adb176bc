/**
 * A backup is a folder: a consistent copy of the database, the keys, the encrypted photos, and `manifest.json`, written last,
 * with the SHA-256 of every file. It holds the installation's secrets: keep it where only the operator can read it.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

const MANIFEST = 'manifest.json';
const FORMAT = 'zhenxue/backup/1';
/** Folders of the data folder that are copied beside the database. */
const FOLDERS = ['keys', 'photos'] as const;
const FILE_MODE = 0o600;
const DIR_MODE = 0o700;

interface Manifest {
  readonly format: string;
  /** SHA-256 (hex) by path inside the folder. */
  readonly files: Readonly<Record<string, string>>;
}

/** What was copied. */
export interface Copied {
  readonly files: number;
  readonly photos: number;
}

function filesBelow(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

function countPhotos(files: readonly string[]): number {
  return files.filter((file) => file.startsWith('photos/') && file.endsWith('.bin')).length;
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function copy(from: string, to: string, file: string): void {
  mkdirSync(dirname(join(to, file)), { recursive: true, mode: DIR_MODE });
  copyFileSync(join(from, file), join(to, file), constants.COPYFILE_EXCL);
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Makes everything below `root` durable: files, then the folders that name them. */
function settle(root: string, files: readonly string[]): void {
  const folders = new Set([root]);
  for (const file of files) {
    chmodSync(join(root, file), FILE_MODE);
    sync(join(root, file));
    for (let path = dirname(join(root, file)); path.length > root.length; path = dirname(path))
      folders.add(path);
  }
  for (const folder of folders) sync(folder);
}

/**
 * Writes a backup while the server may be running.
 * @param copyDatabase writes a consistent copy of the first file to the second.
 * @throws Error when the target is there already.
 */
export function writeBackup(
  dataDir: string,
  database: string,
  target: string,
  copyDatabase: (file: string, target: string) => void,
): Copied {
  if (existsSync(target)) throw new Error(`${target}: expected a folder that does not exist yet`);
  if (!existsSync(join(dataDir, database)))
    throw new Error(`${dataDir}: expected a data folder with ${database}`);
  mkdirSync(target, { recursive: true, mode: DIR_MODE });
  // The database first: a photo is on disk before the record that names it, so the later copy holds all of them.
  copyDatabase(join(dataDir, database), join(target, database));
  const others = FOLDERS.flatMap((folder) => filesBelow(dataDir, folder));
  for (const file of others) copy(dataDir, target, file);
  const files = [database, ...others];
  settle(target, files);
  const hashes = Object.fromEntries(files.map((file) => [file, hashOf(join(target, file))]));
  const manifest: Manifest = { format: FORMAT, files: hashes };
  writeFileSync(join(target, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`, {
    mode: FILE_MODE,
    flag: 'wx',
  });
  settle(target, [MANIFEST]);
  return { files: files.length, photos: countPhotos(others) };
}

function readManifest(source: string): Manifest {
  const path = join(source, MANIFEST);
  if (!existsSync(path)) throw new Error(`${source}: expected a finished backup with ${MANIFEST}`);
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  if (manifest.format !== FORMAT) throw new Error(`${path}: expected the format ${FORMAT}`);
  return manifest;
}

/** Names of a manifest travelled: none may leave the folder. */
const SAFE_PATH = /^(?!.*\.\.)[\w.-]+(?:\/[\w.-]+)*$/;

/**
 * Copies a backup into an empty data folder, after every file was compared with the manifest.
 * @throws Error naming the first file that is missing or changed, or when the data folder is in use.
 */
export function readBackup(source: string, dataDir: string): Copied {
  const { files } = readManifest(source);
  const names = Object.keys(files);
  for (const name of names) {
    if (!SAFE_PATH.test(name)) throw new Error(`${MANIFEST}: expected paths inside of the backup`);
    if (!existsSync(join(source, name))) throw new Error(`${name}: expected the file in the backup`);
    if (hashOf(join(source, name)) !== files[name])
      throw new Error(`${name}: expected the bytes that were backed up; take another backup`);
  }
  mkdirSync(dataDir, { recursive: true, mode: DIR_MODE });
  if (readdirSync(dataDir).length > 0)
    throw new Error(`${dataDir}: expected an empty data folder; move the old one away first`);
  for (const name of names) copy(source, dataDir, name);
  settle(dataDir, names);
  return { files: names.length, photos: countPhotos(names) };
}
