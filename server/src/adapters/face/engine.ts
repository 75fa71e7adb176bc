/**
 * The face engine: a bounded pool of worker threads. What cannot be read now is answered `later`, and the caller still has the
 * bytes; a worker that takes too long is ended with its task, and another one takes its place.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { FaceEngine, FaceReadOptions } from '../../app/ports.ts';
import type { FaceReading } from '../../core/identity/reading.ts';
import { MODELS_FOLDER, ModelError, readManifest, verifyModels } from './manifest.ts';
import type { FaceDriver } from './nets/open-nets.ts';
import type { FaceTask, FaceWorkerData } from './worker.ts';

/** Images that may wait per worker: about a second of work. */
export const QUEUED_PER_WORKER_MAX = 64;

/** Milliseconds that one image may take once a worker has it, several times the slowest honest one. */
export const READ_MS_MAX = 10_000;

/** Milliseconds after which a refused image may be offered again. */
export const RETRY_MS = 2_000;

/** Megabytes of a worker's JavaScript heap; pixels and networks live outside of it and are bounded by the pixel cap. */
export const WORKER_HEAP_MB_MAX = 192;

/** Steps by which workers are nicer than the gateway. */
const WORKER_NICENESS = 10;

/** How an engine is opened. */
export interface FaceEngineOptions {
  readonly driver?: FaceDriver;
  /** Threads; one per core, since each keeps one core busy. */
  readonly workers?: number;
  readonly queuedPerWorkerMax?: number;
  readonly readMsMax?: number;
  /** Folder of `manifest.json` and `golden.json`. */
  readonly modelsFolder?: string;
  /** The compiled worker; needed when this file itself is not compiled. */
  readonly workerFile?: string;
}

const later = (reason: (FaceReading & { status: 'later' })['reason']): FaceReading => ({
  status: 'later',
  reason,
  retryMs: RETRY_MS,
});

/** What a pool's rejection means for the caller. @throws the error itself when it is a fault of ours. */
function answerFor(error: unknown, timedOut: boolean, closed: boolean): FaceReading {
  if (closed) return later('closed');
  if (timedOut) return later('too-slow');
  const message = error instanceof Error ? error.message : '';
  const code = (error as { code?: unknown } | null)?.code;
  const lost = code === 'ERR_WORKER_OUT_OF_MEMORY' || /worker (exited|thread)/i.test(message);
  if (lost) return later('worker-lost');
  throw error;
}

/** Errors lose their class on the way from a worker. */
function unfit(driver: FaceDriver, error: unknown): ModelError {
  const message = error instanceof Error ? error.message : 'it does not start';
  return new ModelError('model-unfit', 'models/golden.json', `driver ${driver}: ${message}`, error);
}

/** Ends a task, and with it its worker, when its time is over. */
async function withinTime<T>(readMsMax: number, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), readMsMax);
  try {
    return await task(control.signal);
  } finally {
    clearTimeout(timer);
  }
}

function openPool(options: FaceEngineOptions, workers: number, driver: FaceDriver): Piscina {
  const workerData: FaceWorkerData = { driver, modelsFolder: options.modelsFolder ?? MODELS_FOLDER };
  return new Piscina({
    filename: options.workerFile ?? fileURLToPath(new URL('./worker.js', import.meta.url)),
    name: 'runTask',
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    // A worker that sleeps in Atomics.wait cannot run the completion of a decoded image.
    atomics: 'disabled',
    // The gateway shares the cores: it goes first.
    niceIncrement: WORKER_NICENESS,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB_MAX },
    workerData,
  });
}

/**
 * Verifies the models, starts the workers and lets each one test itself.
 * @throws ModelError when a model file is missing or changed, or the golden self-test fails: nothing is running then.
 */
export async function openFaceEngine(options: FaceEngineOptions = {}): Promise<FaceEngine> {
  const driver = options.driver ?? 'onnx';
  const models = verifyModels(readManifest(options.modelsFolder));
  const workers = options.workers ?? availableParallelism();
  const readMsMax = options.readMsMax ?? READ_MS_MAX;
  const pool = openPool(options, workers, driver);
  const takenMax = workers * (1 + (options.queuedPerWorkerMax ?? QUEUED_PER_WORKER_MAX));
  let taken = 0;
  let closed = false;
  const close = async (): Promise<void> => {
    closed = true;
    await pool.destroy();
  };
  try {
    await Promise.all(Array.from({ length: workers }, () => pool.run({ kind: 'warm' } satisfies FaceTask)));
  } catch (error) {
    await close();
    throw unfit(driver, error);
  }
  return {
    name: { driver, models },
    async read(bytes: Uint8Array, wanted: FaceReadOptions): Promise<FaceReading> {
      if (closed) return later('closed');
      // Counted here: the pool's own limit counts what it has not yet handed to a worker, which is not the same.
      if (taken >= takenMax) return later('queue-full');
      let timedOut = false;
      taken += 1;
      try {
        return await withinTime(readMsMax, (signal) => {
          signal.addEventListener('abort', () => {
            timedOut = true;
          });
          const task: FaceTask = { kind: 'read', bytes, options: wanted };
          return pool.run(task, { signal }) as Promise<FaceReading>;
        });
      } catch (error) {
        return answerFor(error, timedOut, closed);
      } finally {
        taken -= 1;
      }
    },
    close,
  };
}
