/** The manifest of model files, and the only way to read one: a file whose hash differs is never used. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file of a model, inside its package. */
export interface ModelFile {
  readonly file: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** One model of `models/manifest.json`; the descriptive members are for people. */
export interface ModelEntry {
  readonly id: string;
  readonly package: string;
  readonly packageVersion: string;
  readonly licence: string;
  readonly files: readonly ModelFile[];
}

/** The parts of `models/manifest.json` that the engines read. */
export interface ModelManifest {
  readonly version: number;
  readonly models: readonly ModelEntry[];
}

/** A model that must not be used. The message names the file and the remedy. */
export class ModelError extends Error {
  override readonly name: string = 'ModelError';
  readonly code: 'model-missing' | 'model-changed' | 'model-unfit';
  readonly file: string;

  constructor(code: ModelError['code'], file: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.file = file;
  }
}

const REMEDY = 'run "npm ci" to install the pinned packages again';

/** Where `models/` is: four folders above this one, in sources and in the build alike. */
export const MODELS_FOLDER: string = fileURLToPath(new URL('../../../../models', import.meta.url));

/** @throws ModelError when the manifest is not there. */
export function readManifest(folder: string = MODELS_FOLDER): ModelManifest {
  const file = join(folder, 'manifest.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ModelManifest;
  } catch (cause) {
    throw new ModelError('model-missing', 'models/manifest.json', 'expected models/manifest.json', cause);
  }
}

/** Reads installed packages. */
export type ReadPackageFile = (packageName: string, file: string) => Uint8Array;

/** The real reader: looks in the folders where Node would look, also for files that a package does not export. */
export const readInstalled: ReadPackageFile = (packageName, file) => {
  const folders = createRequire(import.meta.url).resolve.paths(packageName) ?? [];
  const folder = folders.find((one) => existsSync(join(one, packageName)));
  if (folder === undefined) throw new Error(`expected the package ${packageName} to be installed`);
  return readFileSync(join(folder, packageName, file));
};

/**
 * The verified bytes of a model's file that ends in `suffix`.
 * @throws ModelError `model-missing` or `model-changed`.
 */
export function readModelFile(
  entry: ModelEntry,
  suffix: string,
  read: ReadPackageFile = readInstalled,
): Uint8Array {
  const pinned = entry.files.find(({ file }) => file.endsWith(suffix));
  if (pinned === undefined) {
    throw new ModelError(
      'model-missing',
      suffix,
      `expected a file …${suffix} of ${entry.id} in the manifest`,
    );
  }
  const name = `${entry.package}/${pinned.file}`;
  let bytes: Uint8Array;
  try {
    bytes = read(entry.package, pinned.file);
  } catch (cause) {
    throw new ModelError('model-missing', name, `expected the model file ${name}; ${REMEDY}`, cause);
  }
  const same =
    bytes.length === pinned.bytes && createHash('sha256').update(bytes).digest('hex') === pinned.sha256;
  if (!same) {
    throw new ModelError(
      'model-changed',
      name,
      `expected ${name} with the SHA-256 of models/manifest.json; ${REMEDY}`,
    );
  }
  return bytes;
}

/** The entry of a model. @throws ModelError when the manifest has none. */
export function modelEntry(manifest: ModelManifest, id: string): ModelEntry {
  const entry = manifest.models.find((model) => model.id === id);
  if (entry === undefined)
    throw new ModelError('model-missing', id, `expected ${id} in models/manifest.json`);
  return entry;
}

/** Checks every file of the manifest. @returns model id → SHA-256 of its weights. @throws ModelError */
export function verifyModels(manifest: ModelManifest, read: ReadPackageFile = readInstalled): ModelHashes {
  const hashes: Record<string, string> = {};
  for (const entry of manifest.models) {
    for (const { file } of entry.files) readModelFile(entry, file, read);
    hashes[entry.id] = entry.files.find(({ file }) => file.endsWith('.bin'))?.sha256 ?? '';
  }
  return hashes;
}

/** Model id → SHA-256 of its weights, lower-case hex. */
export type ModelHashes = Readonly<Record<string, string>>;
