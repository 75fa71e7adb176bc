/**
 * The face engine: a bounded pool of worker processes. What cannot be read now is answered `later`, and the caller still has the
 * bytes; a worker that takes too long is killed with its task, and another one takes its place. Whatever native code does there, the
 * gateway goes on.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FaceEngine, FaceReadOptions } from '../../app/ports.ts';
import type { FaceReading } from '../../core/identity/reading.ts';
import { MODELS_FOLDER, ModelError, readManifest, verifyModels } from './manifest.ts';
import type { FaceDriver } from './nets/open-nets.ts';
import { type ReaderOutcome, type ReaderProcess, startReader } from './reader-process.ts';

/** Images that may wait per worker: about a second of work. */
export const QUEUED_PER_WORKER_MAX = 64;

/** Milliseconds that one image may take once a worker has it (waiting does not count), several times the slowest honest one. */
export const READ_MS_MAX = 10_000;

/** Milliseconds after which a refused image may be offered again. */
export const RETRY_MS = 2_000;

/** Milliseconds that a worker may take to load and test its networks, on a machine that is busy. */
export const START_MS_MAX = 120_000;

/** Milliseconds before another worker is started in place of one that did not come up. */
export const RESTART_MS = 5_000;

/** Milliseconds that running reads still have when the engine closes. */
export const CLOSE_MS_MAX = 3_000;

/** Megabytes of resident memory after a read beyond which a worker is replaced. */
export const WORKER_RSS_MB_MAX = 1_536;

/** How an engine is opened. */
export interface FaceEngineOptions {
  readonly driver?: FaceDriver;
  /** Processes; one per core, since each keeps one core busy. */
  readonly workers?: number;
  readonly queuedPerWorkerMax?: number;
  readonly readMsMax?: number;
  readonly closeMsMax?: number;
  readonly rssMbMax?: number;
  /** Folder of `manifest.json` and `golden.json`. */
  readonly modelsFolder?: string;
  /** The compiled worker; needed when this file itself is not compiled. */
  readonly workerFile?: string;
}

/** A read that waits for a worker. */
interface Job {
  readonly bytes: Uint8Array;
  readonly options: FaceReadOptions;
  readonly settle: (outcome: ReaderOutcome) => void;
}

const later = (reason: (FaceReading & { status: 'later' })['reason']): FaceReading => ({
  status: 'later',
  reason,
  retryMs: RETRY_MS,
});

/** What the end of a step means for the caller. @throws Error when it is a fault of ours. */
function answerFor(outcome: ReaderOutcome, closed: boolean): FaceReading {
  if (outcome.kind === 'answer' && outcome.reading !== null) return outcome.reading;
  if (outcome.kind === 'fault') throw new Error(outcome.message);
  if (closed) return later('closed');
  return later(outcome.kind === 'too-slow' ? 'too-slow' : 'worker-lost');
}

function unfit(driver: FaceDriver, outcome: ReaderOutcome): ModelError {
  const message = outcome.kind === 'fault' ? outcome.message : `it does not start (${outcome.kind})`;
  return new ModelError('model-unfit', 'models/golden.json', `driver ${driver}: ${message}`);
}

/** Waits, but not longer than until `wake` resolves. */
async function pause(ms: number, wake: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([over, wake]);
  clearTimeout(timer);
}

/** Jobs in order of arrival; whoever takes one waits until there is one, or until the line is closed. */
class Line {
  readonly #jobs: Job[] = [];
  readonly #takers: ((job: Job | null) => void)[] = [];
  #closed = false;

  put(job: Job): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#jobs.push(job);
    else taker(job);
  }

  putBack(job: Job): void {
    if (this.#closed) job.settle({ kind: 'lost' });
    else this.#jobs.unshift(job);
  }

  take(): Promise<Job | null> {
    if (this.#closed) return Promise.resolve(null);
    const job = this.#jobs.shift();
    if (job !== undefined) return Promise.resolve(job);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Everything that waits is told that its worker is lost. */
  loseAll(): void {
    for (const job of this.#jobs.splice(0)) job.settle({ kind: 'lost' });
  }

  close(): void {
    this.#closed = true;
    this.loseAll();
    for (const taker of this.#takers.splice(0)) taker(null);
  }
}

/** Gives a worker one job after the other, until it is lost, too slow or too large, or the line is closed. */
async function serve(reader: ReaderProcess, line: Line, readMsMax: number, rssMbMax: number): Promise<void> {
  for (let job = await line.take(); job !== null; job = await line.take()) {
    // Gone while it was idle: the job is for its successor.
    if (reader.isGone()) return line.putBack(job);
    const outcome = await reader.read(job.bytes, job.options, readMsMax);
    job.settle(outcome);
    if (outcome.kind === 'lost' || outcome.kind === 'too-slow') return;
    if (outcome.kind === 'answer' && outcome.rssBytes > rssMbMax * 1_048_576) return;
  }
}

/** The processes behind the line. */
interface Pool {
  /** The first outcome that is not a start, or null: all are up. */
  readonly opened: Promise<ReaderOutcome | null>;
  close(): Promise<void>;
}

function openPool(options: FaceEngineOptions, workers: number, driver: FaceDriver, line: Line): Pool {
  const data = { driver, modelsFolder: options.modelsFolder ?? MODELS_FOLDER };
  const file = options.workerFile ?? fileURLToPath(new URL('./worker.js', import.meta.url));
  const alive = new Set<ReaderProcess>();
  let closed = false;
  let tellClosed = (): void => undefined;
  const closing = new Promise<void>((resolve) => {
    tellClosed = resolve;
  });
  const start = (): ReaderProcess => {
    const reader = startReader({ file, data, startMsMax: START_MS_MAX });
    alive.add(reader);
    void reader.gone.then(() => alive.delete(reader));
    return reader;
  };
  const keep = async (first: ReaderProcess): Promise<void> => {
    for (let reader = first; ; reader = start()) {
      const up = (await reader.started).kind === 'answer';
      if (up)
        await serve(reader, line, options.readMsMax ?? READ_MS_MAX, options.rssMbMax ?? WORKER_RSS_MB_MAX);
      reader.kill();
      // Two in one place would be one more than the bound.
      await reader.gone;
      if (!up && !closed) {
        line.loseAll();
        await pause(RESTART_MS, closing);
      }
      if (closed) return;
    }
  };
  const firsts = Array.from({ length: workers }, start);
  const kept = Promise.all(firsts.map(keep));
  return {
    opened: Promise.all(firsts.map(({ started }) => started)).then(
      (outcomes) => outcomes.find(({ kind }) => kind !== 'answer') ?? null,
    ),
    async close() {
      closed = true;
      tellClosed();
      line.close();
      await pause(options.closeMsMax ?? CLOSE_MS_MAX, kept);
      for (const reader of alive) reader.kill();
      await kept;
    },
  };
}

/**
 * Verifies the models, starts the workers and lets each one test itself.
 * @throws ModelError when a model file is missing or changed, or the golden self-test fails: nothing is running then.
 */
export async function openFaceEngine(options: FaceEngineOptions = {}): Promise<FaceEngine> {
  const driver = options.driver ?? 'onnx';
  const models = verifyModels(readManifest(options.modelsFolder));
  const workers = options.workers ?? availableParallelism();
  const takenMax = workers * (1 + (options.queuedPerWorkerMax ?? QUEUED_PER_WORKER_MAX));
  const line = new Line();
  const pool = openPool(options, workers, driver, line);
  let taken = 0;
  let closed = false;
  const problem = await pool.opened;
  if (problem !== null) {
    await pool.close();
    throw unfit(driver, problem);
  }
  return {
    name: { driver, models },
    async read(bytes: Uint8Array, wanted: FaceReadOptions): Promise<FaceReading> {
      if (closed) return later('closed');
      if (taken >= takenMax) return later('queue-full');
      taken += 1;
      const outcome = await new Promise<ReaderOutcome>((settle) => {
        line.put({ bytes, options: wanted, settle });
      });
      taken -= 1;
      return answerFor(outcome, closed);
    },
    async close(): Promise<void> {
      closed = true;
      await pool.close();
    },
  };
}
