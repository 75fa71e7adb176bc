/** Why a server did not start, for the person who has to do something about it. */
import { statfsSync } from 'node:fs';

/** What is found in an error's code or message, and the remedy. The first that fits counts. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/another server/, 'stop it first, or choose another folder with ZHENXUE_DATA_DIR'],
  [/EADDRINUSE/, 'stop the program that uses the port, or choose another with ZHENXUE_PORT'],
  [/EADDRNOTAVAIL|ENOTFOUND/, 'set ZHENXUE_HOST to an address of this machine'],
  [/newer program/, 'install that newer version, or restore a backup made by this one into an empty folder'],
  [/ENOSPC|EDQUOT|disk is full/, 'free space on the disk, then start again; nothing acknowledged is lost'],
  [/ENOTDIR|EEXIST/, 'set ZHENXUE_DATA_DIR to a folder, not to a file'],
  [
    /EACCES|EPERM|EROFS|readonly|unable to open|authorization/,
    "give this program's account read and write permission in the data folder, or choose another with ZHENXUE_DATA_DIR",
  ],
  [/EMFILE|ENFILE/, 'raise the limit of open files (ulimit -n), then start again'],
  [
    /not a database|malformed|expected 32 bytes|migration/,
    'keep this folder, look with cli.js fsck, and restore the newest backup into an empty one: cli.js restore <folder>',
  ],
  [/EIO|disk I\/O/, 'check the disk and its cables, then start again; nothing acknowledged is lost'],
  [/locked/, 'end the program that holds the database file, then start again'],
];

function chainOf(error: unknown): readonly string[] {
  const texts: string[] = [];
  for (let at: unknown = error; at instanceof Error && texts.length < 8; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    texts.push(code === undefined || at.message.includes(code) ? at.message : `${code}: ${at.message}`);
  }
  return texts.length > 0 ? texts : [String(error)];
}

/** Bytes: with less a store cannot work, and what SQLite says of it may be no more than "disk I/O error". */
const FREE_BYTES_MIN = 1_048_576;

function freeBytesOf(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    // A folder that cannot be asked says nothing about room.
    return Number.POSITIVE_INFINITY;
  }
}

/**
 * One or two lines: what happened with its causes, and the remedy where one is known.
 * @param freeBytes room on the disk of a folder.
 */
export function explainFailure(
  error: unknown,
  dataDir: string,
  freeBytes: (folder: string) => number = freeBytesOf,
): string {
  const texts = chainOf(error);
  const vague = texts.some((text) => /disk I\/O/.test(text)) && freeBytes(dataDir) < FREE_BYTES_MIN;
  const what = [...texts, ...(vague ? ['the disk is full'] : [])].join('; because of: ');
  const named = what.includes(dataDir) ? what : `${dataDir}: ${what}`;
  const remedy = REMEDIES.find(([sign]) => sign.test(what))?.[1];
  return remedy === undefined ? what : `${named}\n→ ${remedy}`;
}
