/**
 * One worker process as its parent sees it. A process and not a thread: native code does not survive the end of its thread (it takes
 * the whole process with it), while a process can be killed at any moment and nobody else notices.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { FaceReadOptions } from '../../app/ports.ts';
import type { FaceReading } from '../../core/identity/reading.ts';
import type { FaceTask, FaceWorkerData, FaceWorkerMessage } from './worker.ts';

/** Megabytes of a worker's JavaScript heap; pixels and networks live outside of it. */
export const WORKER_HEAP_MB_MAX = 192;

/** What a worker may see of the environment: enough to start, and none of the gateway's secrets. */
const ENVIRONMENT_KEPT: readonly string[] = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'TMPDIR', 'TZ'];

/** How one step of a worker ended. */
export type ReaderOutcome =
  /** `reading` is null for the start; `rssBytes` is the worker's resident memory afterwards. */
  | { readonly kind: 'answer'; readonly reading: FaceReading | null; readonly rssBytes: number }
  | { readonly kind: 'fault'; readonly message: string }
  /** Killed, because its time was over. */
  | { readonly kind: 'too-slow' }
  /** The process is gone. */
  | { readonly kind: 'lost' };

/** A started worker. One step at a time; no step ever rejects. */
export interface ReaderProcess {
  /** The networks are loaded and tested. */
  readonly started: Promise<ReaderOutcome>;
  /** Resolves when the operating system has ended the process. */
  readonly gone: Promise<void>;
  isGone(): boolean;
  /** `msMax` counts from here: the worker is idle and begins at once. */
  read(bytes: Uint8Array, options: FaceReadOptions, msMax: number): Promise<ReaderOutcome>;
  kill(): void;
}

/** What is started. */
export interface ReaderSpec {
  readonly file: string;
  readonly data: FaceWorkerData;
  readonly startMsMax: number;
}

function forkWorker({ file, data }: ReaderSpec): ChildProcess {
  const kept = ENVIRONMENT_KEPT.map((key) => [key, process.env[key]]);
  return fork(file, [JSON.stringify(data)], {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${WORKER_HEAP_MB_MAX}`],
    env: Object.fromEntries(kept.filter(([, value]) => value !== undefined)) as NodeJS.ProcessEnv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** In place of a process that the operating system did not give. */
const NO_PROCESS: ReaderProcess = {
  started: Promise.resolve({ kind: 'lost' }),
  gone: Promise.resolve(),
  isGone: () => true,
  read: () => Promise.resolve({ kind: 'lost' }),
  kill: () => undefined,
};

/** Starts a worker process and waits for its first word. Never throws: a process that cannot be had is a lost one. */
export function startReader(spec: ReaderSpec): ReaderProcess {
  try {
    return watch(forkWorker(spec), spec.startMsMax);
  } catch {
    return NO_PROCESS;
  }
}

function watch(child: ChildProcess, startMsMax: number): ReaderProcess {
  let over = false;
  let settle: ((outcome: ReaderOutcome) => void) | null = null;
  const kill = (): void => void child.kill('SIGKILL');
  const step = (msMax: number): Promise<ReaderOutcome> =>
    new Promise((resolve) => {
      const end = (outcome: ReaderOutcome): void => {
        clearTimeout(timer);
        settle = null;
        resolve(outcome);
      };
      const timer = setTimeout(() => {
        kill();
        end({ kind: 'too-slow' });
      }, msMax);
      settle = end;
      if (over) end({ kind: 'lost' });
    });
  const gone = new Promise<void>((resolve) => {
    const ended = (): void => {
      over = true;
      settle?.({ kind: 'lost' });
      resolve();
    };
    child.once('exit', ended);
    // Could not be started, or a message could not be sent: of no use either way.
    child.on('error', () => {
      kill();
      if (child.pid === undefined) ended();
    });
  });
  child.on('message', (message) => settle?.(message as FaceWorkerMessage));
  return {
    started: step(startMsMax),
    gone,
    isGone: () => over,
    read(bytes, options, msMax) {
      const outcome = step(msMax);
      const task: FaceTask = { bytes, options };
      const unsent = (error: unknown): void => {
        if (error !== null) kill();
      };
      // What cannot be sent is told by the end of the process.
      if (!over) child.send(task, unsent);
      return outcome;
    },
    kill,
  };
}
