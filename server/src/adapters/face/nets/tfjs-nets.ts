/**
 * Driver `tfjs`: face-api's own networks on TensorFlow.js. `tfjs-node` (libtensorflow) when it loads, else WebAssembly. Slow, but an
 * independent implementation: the contract suite holds the fast driver against it.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as FaceApi from '@vladmandic/face-api';
import { type ModelManifest, modelEntry, readModelFile } from '../manifest.ts';
import { type FaceNets, NET_SIDES } from './nets.ts';
import { specsOf } from './weights.ts';

/** The parts of TensorFlow.js that are used here; face-api bundles types of an own copy. */
interface Tf {
  tensor4d(data: Float32Array, shape: readonly number[]): Tensor;
  tidy<T>(task: () => T): T;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  div(x: Tensor, by: number): Tensor;
  io: {
    decodeWeights(buffer: ArrayBuffer, specs: unknown): Record<string, Tensor>;
    fromMemory(artefacts: unknown): unknown;
  };
  loadGraphModel(source: unknown): Promise<{ predict(x: Tensor): Tensor; dispose(): void }>;
}
interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}
interface Net {
  loadFromWeightMap(map: Record<string, Tensor>): void;
  forwardInput(input: unknown, size?: number): Tensor;
  dispose(): void;
}

/** Which TensorFlow.js is wanted. */
export type TfjsBackend = 'tfjs-node' | 'tfjs-wasm';

interface Libraries {
  readonly tf: Tf;
  readonly api: typeof FaceApi;
}

const require = createRequire(import.meta.url);

/** Loads libtensorflow. @throws Error when its binary was never downloaded, as with `ignore-scripts`. */
function loadNode(): Libraries {
  const tf = require('@tensorflow/tfjs-node') as Tf;
  return { tf, api: require('@vladmandic/face-api/dist/face-api.node.js') as typeof FaceApi };
}

async function loadWasm(): Promise<Libraries> {
  const tf = require('@tensorflow/tfjs') as Tf;
  const wasm = require('@tensorflow/tfjs-backend-wasm') as {
    setWasmPaths(folder: string): void;
    setThreadsCount(count: number): void;
  };
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  wasm.setWasmPaths(join(folder, 'wasm-out/'));
  wasm.setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  return { tf, api: require('@vladmandic/face-api/dist/face-api.node-wasm.js') as typeof FaceApi };
}

/** Why `tfjs-node` cannot be used here, null when it can. */
export function tfjsNodeProblem(): string | null {
  try {
    require('@tensorflow/tfjs-node');
    return null;
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split('\n')[0] ?? 'it does not load';
  }
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

function fill(tf: Tf, net: Net, manifest: ModelManifest, id: string): Net {
  const entry = modelEntry(manifest, id);
  const specs = specsOf(JSON.parse(Buffer.from(readModelFile(entry, '.json')).toString('utf8')));
  net.loadFromWeightMap(tf.io.decodeWeights(bufferOf(readModelFile(entry, '.bin')), specs));
  return net;
}

async function loadIris(tf: Tf, manifest: ModelManifest): ReturnType<Tf['loadGraphModel']> {
  const entry = modelEntry(manifest, 'iris');
  const document = JSON.parse(Buffer.from(readModelFile(entry, '.json')).toString('utf8'));
  const artefacts = {
    modelTopology: document.modelTopology,
    weightSpecs: specsOf(document),
    weightData: bufferOf(readModelFile(entry, '.bin')),
  };
  return await tf.loadGraphModel(tf.io.fromMemory(artefacts));
}

/** Loads the networks. @throws ModelError on a bad model file, Error when the backend does not load. */
export async function openTfjsNets(manifest: ModelManifest, backend: TfjsBackend): Promise<FaceNets> {
  const { tf, api } = backend === 'tfjs-node' ? loadNode() : await loadWasm();
  const wrap = (net: unknown, id: string) => fill(tf, net as Net, manifest, id);
  const tiny = wrap(new api.TinyFaceDetector(), 'tiny-face-detector');
  const ssd = wrap(new api.SsdMobilenetv1(), 'ssd-mobilenet-v1');
  const landmarks = wrap(new api.FaceLandmark68Net(), 'face-landmark-68');
  const descriptor = wrap(new api.FaceRecognitionNet(), 'face-recognition');
  const iris = await loadIris(tf, manifest);
  const NetInput = api.NetInput as unknown as new (inputs: readonly Tensor[]) => unknown;
  const read = (out: Tensor) => Float32Array.from(out.dataSync());
  const run = <T>(pixels: Float32Array, side: number, task: (x: Tensor) => T): T =>
    tf.tidy(() => task(tf.tensor4d(pixels, [1, side, side, 3])));
  const forward = (net: Net, pixels: Float32Array, side: number, size?: number) =>
    run(pixels, side, (x) => read(net.forwardInput(new NetInput([x]), size)));
  return {
    name: backend,
    tiny: async (pixels, side) => forward(tiny, pixels, side, side),
    ssd: async (pixels) =>
      run(pixels, NET_SIDES.ssd, (x) => {
        const out = ssd.forwardInput(new NetInput([x])) as unknown as Record<'boxes' | 'scores', Tensor[]>;
        const [boxes] = out.boxes;
        const [scores] = out.scores;
        if (boxes === undefined || scores === undefined) throw new Error('expected boxes and scores');
        return { boxes: read(boxes), scores: read(scores) };
      }),
    landmarks: async (pixels) => forward(landmarks, pixels, NET_SIDES.landmarks),
    descriptor: async (pixels) => forward(descriptor, pixels, NET_SIDES.descriptor),
    iris: async (pixels) => run(pixels, NET_SIDES.iris, (x) => read(iris.predict(tf.div(x, 255)))),
    async close() {
      for (const net of [tiny, ssd, landmarks, descriptor]) net.dispose();
      iris.dispose();
    },
  };
}
