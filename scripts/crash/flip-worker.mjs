/**
 * Flips bits of a store file one after the other, and asks fsck about each: the working process of `flip.mjs`. A damaged file
 * may end this process inside the driver's native code, so every position is noted on the disk before it is tried.
 */
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { checkData } from '../../server/dist/upkeep.js';

/** @typedef {{ from: number, to: number, step: number }} Range bytes `from`, `from + step`, … below `to` */
/** @typedef {{ flips: number, detected: number, harmless: number, unnoticed: number[] }} Tally */

const [folder = '', note = ''] = process.argv.slice(2);
const file = join(folder, 'zhenxue.db');

/** Everything that can be read back. */
function dump() {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    const rows = /** @type {{ name: string }[]} */ (tables).map(({ name }) =>
      db
        .prepare(`SELECT * FROM ${name}`)
        .all()
        .map((row) => JSON.stringify(row)),
    );
    return JSON.stringify(rows);
  } finally {
    db.close();
  }
}

/** @param {number} at @param {number} byte */
function put(at, byte) {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.of(byte), 0, 1, at);
  fsyncSync(handle);
  closeSync(handle);
  for (const end of ['-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
}

/** @param {Range} range @param {string} whole what can be read of the whole file @returns {Promise<Tally>} */
async function flip({ from, to, step }, whole) {
  const bytes = readFileSync(file);
  const progress = openSync(note, 'w');
  /** @type {Tally} */
  const tally = { flips: 0, detected: 0, harmless: 0, unnoticed: [] };
  for (let at = from; at < to; at += step) {
    writeSync(progress, `${at}`.padEnd(16), 0);
    const byte = bytes[at] ?? 0;
    put(at, byte ^ (1 << (at % 8)));
    tally.flips += 1;
    if ((await checkData(folder)).problems.length > 0) tally.detected += 1;
    else if (dump() === whole) tally.harmless += 1;
    else tally.unnoticed.push(at);
    put(at, byte);
  }
  closeSync(progress);
  return tally;
}

process.on('message', async (/** @type {Range} */ range) => {
  const { problems } = await checkData(folder);
  if (problems.length > 0) throw new Error(`expected a sound store to begin with: ${problems[0]}`);
  process.send?.(await flip(range, dump()), () => process.exit(0));
});
