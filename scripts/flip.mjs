/**
 * `node scripts/flip.mjs <data folder> [--step N] [--workers N] [--from BYTE] [--to BYTE]`: flips one bit of every byte of a copy of a store, one at a
 * time, and runs fsck each time. A flip is detected, or it is harmless: nothing that can be read back has changed. Any other is
 * unnoticed, and ends this with exit code 1. Prints one line of JSON with the counts.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PlainError, runMain } from './steps/project.mjs';

/** Flips in one process: the driver does not survive many damaged files. */
const FLIPS_PER_PROCESS = 250;
const WORKERS_DEFAULT = 2;
const WORKERS_MAX = 16;
/** A folder in memory, where there is one: a flip is two synced writes. */
const MEMORY_FOLDER = '/dev/shm';

/** @typedef {import('./crash/flip-worker.mjs').Tally} Tally */

/**
 * One stretch in a process of its own. A process that ends inside the driver has noticed the damage in its own way: that flip
 * counts as crashed, and the stretch goes on behind it.
 * @param {string} folder @param {number} from @param {number} to @param {number} step
 * @returns {Promise<Tally & { crashed: number[] }>}
 */
async function stretch(folder, from, to, step, pristine = readFileSync(join(folder, 'zhenxue.db'))) {
  const note = join(folder, 'flip.note');
  const worker = fork(join(import.meta.dirname, 'crash', 'flip-worker.mjs'), [folder, note], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  worker.stderr?.on('data', (part) => {
    said += part;
  });
  worker.send({ from, to, step });
  const ended = once(worker, 'exit');
  const first = await Promise.race([once(worker, 'message'), ended.then(() => null)]);
  await ended;
  if (first !== null) return { .../** @type {Tally} */ (first[0]), crashed: [] };
  const at = existsSync(note) ? Number(readFileSync(note, 'utf8')) : Number.NaN;
  if (worker.exitCode !== null || !(at >= from))
    throw new Error(`expected the working process to go on: ${said}`);
  return crashedAt(folder, from, at, to, step, pristine);
}

/** What came before the crash is done again, for its counts, and what comes behind it goes on. @param {string} folder @param {number} from @param {number} at @param {number} to @param {number} step @param {Buffer<ArrayBuffer>} pristine @returns {ReturnType<typeof stretch>} */
async function crashedAt(folder, from, at, to, step, pristine) {
  const { writeFileSync } = await import('node:fs');
  const parts = [];
  for (const [low, high] of /** @type {const} */ ([
    [from, at],
    [at + step, to],
  ])) {
    for (const end of ['-wal', '-shm', '-journal']) rmSync(join(folder, `zhenxue.db${end}`), { force: true });
    writeFileSync(join(folder, 'zhenxue.db'), pristine);
    if (low < high) parts.push(await stretch(folder, low, high, step, pristine));
  }
  return add([...parts, { flips: 1, detected: 0, harmless: 0, unnoticed: [], crashed: [at] }]);
}

/** @param {readonly (Tally & { crashed: number[] })[]} parts */
function add(parts) {
  return {
    flips: parts.reduce((sum, part) => sum + part.flips, 0),
    detected: parts.reduce((sum, part) => sum + part.detected, 0),
    harmless: parts.reduce((sum, part) => sum + part.harmless, 0),
    crashed: parts.flatMap(({ crashed }) => crashed),
    unnoticed: parts.flatMap(({ unnoticed }) => unnoticed),
  };
}

/** @param {string} source @param {{ step: number, workers: number, from: number, to: number }} range */
async function flipAll(source, { step, workers, from: first, to }) {
  const { size: bytes } = statSync(join(source, 'zhenxue.db'));
  const size = Math.min(bytes, to);
  const root = mkdtempSync(join(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), 'zhenxue-flip-'));
  const span = step * FLIPS_PER_PROCESS;
  let next = first;
  /** @type {Awaited<ReturnType<typeof stretch>>[]} */
  const parts = [];
  try {
    await Promise.all(
      Array.from({ length: workers }, async (_, i) => {
        const folder = join(root, `${i}`);
        cpSync(source, folder, { recursive: true });
        while (next < size) {
          const from = next;
          next += span;
          parts.push(await stretch(folder, from, Math.min(size, from + span), step));
          if (parts.length % 20 === 0) process.stderr.write(`${Math.min(next, size)} of ${size} bytes\n`);
        }
      }),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return { bytes, step, ...add(parts) };
}

/** @param {string | undefined} text @param {number} fallback @param {number} max @param {string} name */
function readCount(text, fallback, max, name) {
  const value = Number(text ?? fallback);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new PlainError(
    `--${name} must be a whole number from 1 to ${max}`,
    `node scripts/flip.mjs ./data --${name} 1`,
  );
}

await runMain(async () => {
  const string = /** @type {const} */ ({ type: 'string' });
  const { values, positionals } = parseArgs({
    options: { step: string, workers: string, from: string, to: string },
    allowPositionals: true,
  });
  const [folder] = positionals;
  if (folder === undefined || !existsSync(join(folder, 'zhenxue.db')))
    throw new PlainError('expected a data folder with zhenxue.db', 'node scripts/flip.mjs ./data');
  const step = readCount(values.step, 1, 1_000_000, 'step');
  const workers = readCount(values.workers, WORKERS_DEFAULT, WORKERS_MAX, 'workers');
  const from = values.from === undefined ? 0 : readCount(values.from, 0, Number.MAX_SAFE_INTEGER, 'from');
  const to = readCount(values.to, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'to');
  const range = { step, workers, from, to };
  const { unnoticed, crashed, ...sum } = await flipAll(folder, range);
  const closing = { ...sum, crashed: crashed.length, unnoticed: unnoticed.length };
  process.stdout.write(
    `${JSON.stringify({ ...closing, crashedAt: crashed.slice(0, 20), unnoticedAt: unnoticed.slice(0, 20) })}\n`,
  );
  return unnoticed.length > 0 ? 1 : 0;
});
