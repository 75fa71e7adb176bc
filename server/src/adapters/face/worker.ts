/** One worker process: loads a driver, tests it, then reads one image after the other. */
import { getPriority, setPriority } from 'node:os';
import sharp from 'sharp';
import type { FaceReadOptions } from '../../app/ports.ts';
import type { FaceReading } from '../../core/identity/reading.ts';
import { readManifest } from './manifest.ts';
import type { FaceNets } from './nets/nets.ts';
import { type FaceDriver, openNets } from './nets/open-nets.ts';
import { readImage } from './pipeline.ts';
import { selfTest } from './self-test.ts';

/** Steps by which a worker is nicer than the gateway, which shares the cores and goes first; more starves on a loaded machine. */
const WORKER_NICENESS = 5;

/** The least urgent priority of POSIX. */
const NICENESS_MAX = 19;

/** What a worker is given when it starts: its one argument, as JSON. */
export interface FaceWorkerData {
  readonly driver: FaceDriver;
  readonly modelsFolder: string;
}

/** One task. The next one is sent when this one is answered. */
export interface FaceTask {
  readonly bytes: Uint8Array;
  readonly options: FaceReadOptions;
}

/** What a worker says: once when it has started (`reading` is null), and once for each task. */
export type FaceWorkerMessage =
  | { readonly kind: 'answer'; readonly reading: FaceReading | null; readonly rssBytes: number }
  | { readonly kind: 'fault'; readonly message: string };

const say = (message: FaceWorkerMessage): void => void process.send?.(message);

async function load(): Promise<FaceNets> {
  // Before the networks start their own threads, which inherit it.
  setPriority(Math.min(NICENESS_MAX, getPriority() + WORKER_NICENESS));
  sharp.cache(false);
  sharp.concurrency(1);
  const { driver, modelsFolder } = JSON.parse(process.argv[2] ?? '') as FaceWorkerData;
  const nets = await openNets(driver, readManifest(modelsFolder));
  await selfTest(nets, modelsFolder);
  return nets;
}

async function answer(work: () => Promise<FaceReading | null>): Promise<void> {
  try {
    const reading = await work();
    say({ kind: 'answer', reading, rssBytes: process.memoryUsage.rss() });
  } catch (error) {
    say({ kind: 'fault', message: error instanceof Error ? error.message : 'expected a reading' });
  }
}

const loading: Promise<FaceNets> = load();
// Signals for the whole group (Ctrl+C, a service manager) are the gateway's to obey: it closes when its reads are done, and without
// it there is nothing to do here.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit());
process.on('message', ({ bytes, options }: FaceTask) => {
  void answer(async () => readImage(await loading, bytes, options));
});
await answer(async () => {
  await loading;
  return null;
});
