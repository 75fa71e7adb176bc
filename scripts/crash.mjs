/**
 * `npm run crash -- --cycles N [--mode kill|powerloss|ioerror] [--seed S] [--prefill EVENTS]`: a real server under load dies again and again;
 * after every death it starts on what is left, and everything it had acknowledged must be there, once. N cycles of every
 * mode, or of the one named; with `--prefill` over a store that holds so many events already. `--server FILE` runs another
 * script in the place of the server: a careless one, to see that this suite notices. Ends with one line of JSON; exit code 1 when anything acknowledged is lost or doubled.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fillStore } from './bench/filled-store.mjs';
import { createWorld, pause, planOf, removeWorld } from './crash/faults.mjs';
import { Learner } from './crash/learner.mjs';
import { countAcked, countPhotos } from './crash/ledger.mjs';
import { startServer } from './crash/server.mjs';
import { readVerdicts, verifyStore } from './crash/verify.mjs';
import { ensureBuilt } from './steps/ensure-built.mjs';
import { PlainError, runMain } from './steps/project.mjs';

const MODES = ['kill', 'powerloss', 'ioerror'];
const CYCLES_DEFAULT = 20;
const CYCLES_MAX = 10_000;
const LEARNERS = 16;
/** Sittings of a store that is filled beforehand: their batches, and when they open. */
const PREFILL_BATCHES = 500;
const EVENTS_PER_BATCH = 10;
const PREFILL_OPENED_AT = Date.UTC(2100, 0, 1);
const PREFILL_MAX = 100_000_000;
/** Milliseconds to wait for the first acknowledgement of a cycle, and between two looks. */
const LOAD_WAIT_MAX_MS = 10_000;
const LOAD_GAP_MS = 20;
/** Tries to start a server with a fault in it: a start may hit the fault, too. */
const STARTS_MAX = 20;

/** Seeded integers (mulberry32). @param {number} seed */
function chance(seed) {
  let state = seed >>> 0;
  return (/** @type {number} */ low, /** @type {number} */ high) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x = (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ x;
    return low + (((x ^ (x >>> 14)) >>> 0) % (high - low + 1));
  };
}

/** @param {number[]} sorted @param {number} share */
function quantile(sorted, share) {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

/** One mode's loop and what it found. */
class Loop {
  /** @param {string} mode @param {Options} options */
  constructor(mode, { seed, script }) {
    this.mode = mode;
    this.script = script;
    this.world = createWorld(mode, mkdtempSync(join(tmpdir(), 'zhenxue-crash-')), chance(seed));
    /** @type {import('./crash/ledger.mjs').Ledger} */
    this.ledger = new Map();
    this.learners = Array.from({ length: LEARNERS }, (_, i) => new Learner(`learner-${i}`, this.ledger));
    /** @type {number[]} */
    this.restarts = [];
    this.cycles = 0;
    this.prefilled = 0;
    this.lost = 0;
    this.duplicated = 0;
    this.chains = 0;
    /** Sittings found packed in the archive, at most at one look. */
    this.archived = 0;
    /** @type {string[]} */
    this.problems = [];
  }

  /** @param {import('./crash/server.mjs').Running} server @param {Iterable<string>} sessions */
  async verify(server, sessions) {
    const found = await verifyStore(this.world.data, this.ledger, sessions);
    this.lost += found.lost;
    this.duplicated += found.duplicated;
    this.chains += found.chains;
    this.archived = Math.max(this.archived, found.archived);
    const known = [...sessions].filter((session) => (this.ledger.get(session)?.acked.size ?? 0) > 0);
    this.problems.push(...found.problems, ...(await readVerdicts(server.url, known)));
  }

  /** Starts, with the fault if the start survives it. @param {import('./crash/faults.mjs').Plan | null} plan */
  async start(plan) {
    for (let i = 0; i < STARTS_MAX; i += 1) {
      const server = await startServer(this.world.data, { ...plan?.fault, ...this.script });
      if (server === null) continue;
      if (plan?.timed !== false && this.cycles > 0) this.restarts.push(server.readyMs);
      return server;
    }
    this.problems.push(`${this.mode}: the server did not start again`);
    return null;
  }

  /** @param {number} cycle @returns {Promise<boolean>} whether it can go on */
  async cycle(cycle) {
    const plan = planOf(this.world, cycle);
    if (plan === null) return false;
    const server = await this.start(plan);
    if (server === null) return false;
    const live = new Set(this.learners.map(({ session }) => session).filter((session) => session !== ''));
    try {
      await this.verify(server, live);
    } catch (error) {
      // A broken disk may end the server while it is being asked; the next cycle asks again.
      if (this.mode !== 'ioerror') throw error;
    }
    for (const learner of this.learners) learner.start(server.url);
    // Every other death comes under full load, however slow the machine is; the others at any instant.
    if (cycle % 2 === 0) await Promise.race([server.exited, this.underLoad()]);
    const problem = await plan.strike(server);
    if (problem !== null) this.problems.push(`cycle ${cycle + 1}: ${problem}`);
    for (const learner of this.learners) learner.stop();
    await pause(0);
    this.cycles += 1;
    return true;
  }

  /** Resolves when something more is acknowledged, or after a while. */
  async underLoad() {
    const before = countAcked(this.ledger);
    for (
      let waited = 0;
      waited < LOAD_WAIT_MAX_MS && countAcked(this.ledger) === before;
      waited += LOAD_GAP_MS
    )
      await pause(LOAD_GAP_MS);
  }

  /** At the end everything that was ever acknowledged is looked at once more. */
  async close() {
    const server = this.cycles === 0 ? null : await this.start(null);
    if (server !== null) {
      await this.verify(server, this.ledger.keys());
      server.kill('SIGTERM');
      if ((await server.exited) !== 0) this.problems.push('the last server did not stop gracefully');
    }
    this.problems.push(...this.learners.flatMap(({ broken }) => broken));
  }

  result() {
    const sorted = this.restarts.toSorted((a, b) => a - b);
    return {
      mode: this.mode,
      prefilledEvents: this.prefilled,
      cycles: this.cycles,
      acked: countAcked(this.ledger),
      photos: countPhotos(this.ledger),
      sessions: this.ledger.size,
      lost: this.lost,
      duplicated: this.duplicated,
      chainsVerified: this.chains,
      archived: this.archived,
      restartMs: { p50: quantile(sorted, 0.5), max: Math.round(sorted.at(-1) ?? 0) },
      unharmed: this.world.unharmed,
      problems: this.problems,
      missing: [...this.world.missing],
    };
  }
}

/** Sittings that lie in the store before the first death, ended far in the future, so that they stay as rows. @param {string} folder @param {number} events */
async function prefill(folder, events) {
  const sittings = Math.ceil(events / (PREFILL_BATCHES * EVENTS_PER_BATCH));
  await fillStore(folder, sittings, PREFILL_BATCHES, PREFILL_OPENED_AT);
  return sittings * PREFILL_BATCHES * EVENTS_PER_BATCH;
}

/** @param {string} mode @param {Options} options */
async function runMode(mode, options) {
  const { cycles } = options;
  const loop = new Loop(mode, options);
  try {
    if (options.prefill > 0) loop.prefilled = await prefill(loop.world.data, options.prefill);
    for (let i = 0; i < cycles; i += 1) {
      if (!(await loop.cycle(i))) break;
      if ((i + 1) % 10 === 0)
        process.stderr.write(
          `${mode}: ${i + 1} of ${cycles} cycles, ${countAcked(loop.ledger)} acknowledged\n`,
        );
    }
    await loop.close();
    return loop.result();
  } finally {
    for (const learner of loop.learners) learner.stop();
    removeWorld(loop.world);
  }
}

/** @param {string | undefined} text @param {number} fallback @param {string} name @param {number} [max] */
function readCount(text, fallback, name, max = CYCLES_MAX) {
  const value = Number(text ?? fallback);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new PlainError(`--${name} must be a whole number from 1 to ${max}`, `npm run crash -- --${name} 20`);
}

/** @typedef {{ cycles: number, seed: number, prefill: number, script: { script?: string } }} Options */

/** @returns {Options & { modes: string[] }} */
function readOptions() {
  const string = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    options: { cycles: string, mode: string, seed: string, prefill: string, server: string },
  });
  if (values.mode !== undefined && !MODES.includes(values.mode))
    throw new PlainError(`--mode must be one of ${MODES.join(', ')}`, 'npm run crash -- --mode kill');
  const cycles = readCount(values.cycles, CYCLES_DEFAULT, 'cycles');
  return {
    cycles,
    modes: values.mode === undefined ? MODES : [values.mode],
    seed: readCount(values.seed, 1, 'seed'),
    prefill: values.prefill === undefined ? 0 : readCount(values.prefill, 0, 'prefill', PREFILL_MAX),
    script: values.server === undefined ? {} : { script: values.server },
  };
}

await runMain(async () => {
  const { modes, ...options } = readOptions();
  await ensureBuilt((line) => process.stderr.write(`${line}\n`));
  /** @type {Awaited<ReturnType<typeof runMode>>[]} */
  const results = [];
  for (const mode of modes) results.push(await runMode(mode, options));
  const sum = (/** @type {'cycles' | 'acked' | 'photos' | 'lost' | 'duplicated' | 'chainsVerified'} */ key) =>
    results.reduce((total, result) => total + result[key], 0);
  const restartMs = {
    p50: Math.max(...results.map((result) => result.restartMs.p50)),
    max: Math.max(...results.map((result) => result.restartMs.max)),
  };
  const closing = {
    cycles: sum('cycles'),
    mode: modes.length === 1 ? modes[0] : 'all',
    acked: sum('acked'),
    photos: sum('photos'),
    lost: sum('lost'),
    duplicated: sum('duplicated'),
    chainsVerified: sum('chainsVerified'),
    restartMs,
    modes: results,
  };
  process.stdout.write(`${JSON.stringify(closing)}\n`);
  const bad = results.some(({ lost, duplicated, problems }) => lost + duplicated + problems.length > 0);
  return bad ? 1 : 0;
});
