/** What an operator does with the stored data as a whole: check it, back it up, bring it back. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createArchiveCodec } from './adapters/archive/codec.ts';
import { readBackup, writeBackup } from './adapters/backup/backup-folder.ts';
import { storedPhotoHash } from './adapters/photos/photo-vault.ts';
import {
  copyDatabase,
  type InspectedSitting,
  type Inspection,
  inspectDatabase,
} from './adapters/sqlite/inspect.ts';
import { checkSitting, type StoredSitting } from './app/check-sitting.ts';
import { RULE_ENGINE } from './app/engine.ts';
import type { Tombstone } from './app/ports.ts';
import { hashOfRest } from './app/retention.ts';
import type { Config } from './config/config.ts';
import { DATABASE_FILE } from './main.ts';
import { UsageError } from './operator.ts';

/** Problems that are named; the first one matters, a few more help. */
const PROBLEMS_MAX = 20;

/** What a check of the whole store found. */
export interface FsckReport {
  /** In words, the first ones; empty when everything agrees. */
  readonly problems: readonly string[];
  readonly sittings: number;
  /** Sittings among them whose records are packed. */
  readonly archived: number;
  readonly records: number;
  readonly photos: number;
  /** Photos whose data key was destroyed on purpose. */
  readonly destroyed: number;
}

/** The answer of a command, and how the process ends. */
export interface UpkeepAnswer {
  readonly text: string;
  readonly exitCode: number;
}

/** A command over a data folder. */
export type Upkeep = (config: Pick<Config, 'dataDir'>) => Promise<UpkeepAnswer>;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function checkPhotos(
  dataDir: string,
  { row }: StoredSitting,
  photos: readonly { readonly id: string; readonly hash: string }[],
): Promise<{ problem: string | null; destroyed: number }> {
  let destroyed = 0;
  for (const { id, hash } of photos) {
    const found = await storedPhotoHash(join(dataDir, 'photos'), { ...row, id });
    if (found === 'destroyed') destroyed += 1;
    else if (found === null) return { problem: `photo ${id}: expected its file`, destroyed };
    else if (found !== hash)
      return { problem: `photo ${id}: expected the bytes that were recorded`, destroyed };
  }
  return { problem: null, destroyed };
}

/** The sitting with its records unpacked. @throws Error when the block was changed. */
async function unpacked(stored: InspectedSitting): Promise<StoredSitting> {
  if (stored.archived === null) return stored;
  return { ...stored, records: await createArchiveCodec().unpack(stored.archived) };
}

/** A sitting whose records were deleted on purpose: what is left is what the tombstone says to be left. */
function checkRest({ row, records, archived, seed, findings, tombstones }: InspectedSitting): string | null {
  if (records.length > 0 || archived !== null || seed !== null) return 'expected its records to be gone';
  const found = findings.map(({ finding }) => finding);
  const left = tombstones.at(-1)?.left ?? new Uint8Array();
  const same = Buffer.compare(hashOfRest(row, found), left) === 0;
  return same ? null : 'expected what was left when its records were deleted';
}

async function checkOne(
  dataDir: string,
  inspected: InspectedSitting,
): Promise<{ problem: string | null; records: number; photos: number; destroyed: number }> {
  const { tombstones } = inspected;
  const gone = (kind: Tombstone['kind']) => tombstones.some((stone) => stone.kind === kind);
  if (gone('records')) return { problem: checkRest(inspected), records: 0, photos: 0, destroyed: 0 };
  let stored: StoredSitting;
  try {
    stored = await unpacked(inspected);
  } catch (error) {
    return { problem: messageOf(error), records: 0, photos: 0, destroyed: 0 };
  }
  const { problem, photos } = checkSitting(RULE_ENGINE, stored);
  if (gone('photos'))
    return { problem, records: stored.records.length, photos: photos.length, destroyed: photos.length };
  const seen = await checkPhotos(dataDir, stored, photos);
  const counts = { records: stored.records.length, photos: photos.length, destroyed: seen.destroyed };
  return { problem: problem ?? seen.problem, ...counts };
}

async function checkAll(dataDir: string, inspection: Inspection): Promise<FsckReport> {
  const problems = [...inspection.problems()];
  const sum = { sittings: 0, archived: 0, records: 0, photos: 0, destroyed: 0 };
  // Rows of a file with broken pages say nothing.
  if (problems.length > 0) return { problems, ...sum };
  for (const stored of inspection.sittings()) {
    const found = await checkOne(dataDir, stored);
    if (found.problem !== null) problems.push(`sitting ${stored.row.session}: ${found.problem}`);
    sum.sittings += 1;
    sum.archived += stored.archived === null ? 0 : 1;
    sum.records += found.records;
    sum.photos += found.photos;
    sum.destroyed += found.destroyed;
    if (problems.length >= PROBLEMS_MAX) break;
  }
  return { problems, ...sum };
}

/** Checks pages, indexes, chains, derived rows, sums and photos. Changes nothing; never throws. */
export async function checkData(dataDir: string): Promise<FsckReport> {
  const nothing = { sittings: 0, archived: 0, records: 0, photos: 0, destroyed: 0 };
  const file = join(dataDir, DATABASE_FILE);
  if (!existsSync(file)) return { problems: [`${file}: expected the database`], ...nothing };
  let inspection: Inspection | null = null;
  try {
    inspection = inspectDatabase(file);
    return await checkAll(dataDir, inspection);
  } catch (error) {
    return { problems: [`${file}: cannot be read: ${messageOf(error)}`], ...nothing };
  } finally {
    inspection?.close();
  }
}

async function fsck(dataDir: string): Promise<UpkeepAnswer> {
  const { problems, ...sum } = await checkData(dataDir);
  const counts = JSON.stringify({ ok: problems.length === 0, ...sum });
  const remedy =
    'Stop the server, keep this folder for the inquiry, and restore the newest backup: cli.js restore <folder>';
  const text = problems.length === 0 ? counts : [...problems, remedy, counts].join('\n');
  return { text, exitCode: problems.length === 0 ? 0 : 1 };
}

async function backup(dataDir: string, target: string): Promise<UpkeepAnswer> {
  const { files, photos } = writeBackup(dataDir, DATABASE_FILE, target, copyDatabase);
  return { text: `${target}: ${files} files, ${photos} of them photos`, exitCode: 0 };
}

async function restore(dataDir: string, source: string): Promise<UpkeepAnswer> {
  const { files, photos } = readBackup(source, dataDir);
  const checked = await fsck(dataDir);
  return { ...checked, text: `${dataDir}: ${files} files, ${photos} of them photos\n${checked.text}` };
}

/** How to call the commands of this file. */
export const UPKEEP_USAGE: string = `  cli.js fsck                                     check everything that is stored; names the first bad record
  cli.js backup <folder>                          copy everything, also while a server is running
  cli.js restore <folder>                         bring a backup back into an empty data folder, and check it`;

/** Reads a command line. @returns null when it names none of these commands. @throws UsageError */
export function readUpkeep(args: readonly string[]): Upkeep | null {
  const [name, path, ...rest] = args;
  if (name === 'fsck' && path === undefined) return ({ dataDir }) => fsck(dataDir);
  if (name !== 'fsck' && name !== 'backup' && name !== 'restore') return null;
  if (name === 'fsck' || path === undefined || rest.length > 0)
    throw new UsageError(`Usage:\n${UPKEEP_USAGE}`);
  return ({ dataDir }) => (name === 'backup' ? backup(dataDir, path) : restore(dataDir, path));
}
