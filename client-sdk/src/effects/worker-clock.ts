/**
 * The evidence clock: `performance.now()` of a dedicated Worker. Pages that speed up the main thread's clocks and timers do not
 * reach it (docs: what the browser can witness). It also ticks, because the main thread's timers can be hooked or throttled.
 */
import type { Schedule } from '../core/effects.ts';
import { MonitorError } from '../core/errors.ts';
import { TICK_MS } from './clock-pace.ts';

/** Milliseconds in which the Worker must answer for the first time. */
const CLOCK_START_MS = 5_000;

const SOURCE = `onmessage=e=>postMessage([e.data,performance.now()]);setInterval(()=>postMessage([0,performance.now()]),${TICK_MS})`;

/** A clock on another thread. */
export interface EvidenceClock {
  /** Asks for the time; answers arrive in the order of the questions. */
  ask(answer: (now: number) => void): void;
  /** The latest time that is known here. Never goes back. */
  last(): number;
  /** Calls back at every tick with the Worker's time. Returns its stop. */
  onTick(tick: (now: number) => void): () => void;
  stop(): void;
}

/** Makes the clock's Worker from a `blob:` URL. A page whose policy forbids those passes its own Worker: `zhenxue-clock.js`. */
export function blobWorker(): Worker {
  const url = URL.createObjectURL(new Blob([SOURCE], { type: 'text/javascript' }));
  const worker = new Worker(url);
  URL.revokeObjectURL(url);
  return worker;
}

/** Starts the clock; resolves after its first answer. @throws MonitorError `clock-unavailable`. */
export function startWorkerClock(createWorker: () => Worker, schedule: Schedule): Promise<EvidenceClock> {
  return new Promise((resolve, reject) => {
    let worker: Worker;
    try {
      worker = createWorker();
    } catch (cause) {
      reject(new MonitorError('clock-unavailable', cause));
      return;
    }
    let last = 0;
    let asked = 0;
    const answers = new Map<number, (now: number) => void>();
    const ticks = new Set<(now: number) => void>();
    const stop = (): void => {
      worker.terminate();
      answers.clear();
      ticks.clear();
    };
    const clock: EvidenceClock = {
      ask(answer) {
        asked += 1;
        answers.set(asked, answer);
        worker.postMessage(asked);
      },
      last: () => last,
      onTick(tick) {
        ticks.add(tick);
        return () => ticks.delete(tick);
      },
      stop,
    };
    const refuse = (): void => {
      stop();
      reject(new MonitorError('clock-unavailable'));
    };
    const stopTimer = schedule(CLOCK_START_MS, refuse);
    worker.onerror = refuse;
    worker.onmessage = ({ data }: MessageEvent<[number, number]>) => {
      const [id, now] = data;
      last = Math.max(last, now);
      const answer = answers.get(id);
      answers.delete(id);
      answer?.(now);
      if (id === 0) for (const tick of [...ticks]) tick(now);
    };
    clock.ask(() => {
      stopTimer();
      resolve(clock);
    });
  });
}
