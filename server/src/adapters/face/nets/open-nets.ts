/** Drivers by name. Each is loaded only when it is chosen. */
import type { ModelManifest } from '../manifest.ts';
import type { FaceNets } from './nets.ts';

/** `tfjs` is `tfjs-node` where that loads, else `tfjs-wasm`. */
export type FaceDriver = 'onnx' | 'tfjs' | 'tfjs-node' | 'tfjs-wasm';

/** Opens a driver's networks. @throws ModelError on a bad model file, Error when the driver does not load. */
export async function openNets(driver: FaceDriver, manifest: ModelManifest): Promise<FaceNets> {
  if (driver === 'onnx') return await (await import('./onnx-nets.ts')).openOnnxNets(manifest);
  const { openTfjsNets, tfjsNodeProblem } = await import('./tfjs-nets.ts');
  if (driver !== 'tfjs') return await openTfjsNets(manifest, driver);
  return await openTfjsNets(manifest, tfjsNodeProblem() === null ? 'tfjs-node' : 'tfjs-wasm');
}
