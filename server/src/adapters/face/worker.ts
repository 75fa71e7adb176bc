/** One worker thread of the pool: loads a driver, tests it, then reads one image after the other. */
import { Piscina } from 'piscina';
import sharp from 'sharp';
import type { FaceReadOptions } from '../../app/ports.ts';
import type { FaceReading } from '../../core/identity/reading.ts';
import { readManifest } from './manifest.ts';
import type { FaceNets } from './nets/nets.ts';
import { type FaceDriver, openNets } from './nets/open-nets.ts';
import { readImage } from './pipeline.ts';
import { selfTest } from './self-test.ts';

/** What the pool gives each worker when it starts. */
export interface FaceWorkerData {
  readonly driver: FaceDriver;
  readonly modelsFolder: string;
}

/** One task. `warm` only waits until the networks are loaded and tested. */
export type FaceTask =
  | { readonly kind: 'warm' }
  | { readonly kind: 'read'; readonly bytes: Uint8Array; readonly options: FaceReadOptions };

async function load(): Promise<FaceNets> {
  sharp.cache(false);
  sharp.concurrency(1);
  const { driver, modelsFolder } = Piscina.workerData as FaceWorkerData;
  const nets = await openNets(driver, readManifest(modelsFolder));
  await selfTest(nets, modelsFolder);
  return nets;
}

const loading: Promise<FaceNets> = load();
// A failed start is told to every task; it must not end the process as an unhandled rejection.
loading.catch(() => undefined);

/** Entry point of the pool. */
export async function runTask(task: FaceTask): Promise<FaceReading | null> {
  const nets = await loading;
  if (task.kind === 'warm') return null;
  return await readImage(nets, task.bytes, task.options);
}
