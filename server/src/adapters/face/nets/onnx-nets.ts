/** Driver `onnx`: onnxruntime-node on the weights of face-api and Human, converted in memory. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  type ModelManifest,
  modelEntry,
  type ReadPackageFile,
  readInstalled,
  readModelFile,
} from '../manifest.ts';
import { descriptorGraph, landmarkGraph, ssdGraph, tinyDetectorGraph } from './face-api-graphs.ts';
import { irisGraph } from './iris-graph.ts';
import { type FaceNets, NET_SIDES, type SsdOutput } from './nets.ts';
import { type OnnxGraph, writeOnnx } from './onnx-file.ts';
import { readWeights, specsOf, type Weights } from './weights.ts';

/** One thread: the pool runs one worker per core, and two threads made a whole check slower. */
const OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
};

interface Loaded {
  readonly document: unknown;
  readonly weights: Weights;
}

/** Reads and verifies a model. @throws ModelError */
export function loadModel(
  manifest: ModelManifest,
  id: string,
  read: ReadPackageFile = readInstalled,
): Loaded {
  const entry = modelEntry(manifest, id);
  const document: unknown = JSON.parse(Buffer.from(readModelFile(entry, '.json', read)).toString('utf8'));
  return { document, weights: readWeights(specsOf(document), readModelFile(entry, '.bin', read)) };
}

async function sessionOf(graph: OnnxGraph): Promise<InferenceSession> {
  return await InferenceSession.create(writeOnnx(graph), OPTIONS);
}

async function run(session: InferenceSession, pixels: Float32Array, side: number): Promise<Float32Array[]> {
  const outputs = await session.run({ pixels: new Tensor('float32', pixels, [1, side, side, 3]) });
  return session.outputNames.map((name) => {
    const data = outputs[name]?.data;
    if (!(data instanceof Float32Array)) throw new Error(`expected numbers from the output ${name}`);
    return data;
  });
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Box encodings and anchors → boxes and scores, as face-api's output layer does. */
function decodeSsd(encodings: Float32Array, classes: Float32Array, anchors: Float32Array): SsdOutput {
  const count = anchors.length / 4;
  const boxes = new Float32Array(anchors.length);
  const scores = new Float32Array(count);
  const at = (data: Float32Array, i: number) => data[i] ?? Number.NaN;
  for (let n = 0; n < count; n += 1) {
    for (let axis = 0; axis < 2; axis += 1) {
      const low = at(anchors, n * 4 + axis);
      const size = at(anchors, n * 4 + axis + 2) - low;
      const centre = (at(encodings, n * 4 + axis) / 10) * size + low + size / 2;
      const half = (Math.exp(at(encodings, n * 4 + axis + 2) / 5) * size) / 2;
      boxes[n * 4 + axis] = centre - half;
      boxes[n * 4 + axis + 2] = centre + half;
    }
    scores[n] = sigmoid(at(classes, n * 3 + 1));
  }
  return { boxes, scores };
}

async function only(session: InferenceSession, pixels: Float32Array, side: number): Promise<Float32Array> {
  const [first] = await run(session, pixels, side);
  if (first === undefined) throw new Error('expected one output');
  return first;
}

/** Converts and loads the networks. @throws ModelError when a model file is missing or changed. */
export async function openOnnxNets(
  manifest: ModelManifest,
  read: ReadPackageFile = readInstalled,
): Promise<FaceNets> {
  const load = (id: string) => loadModel(manifest, id, read);
  const ssdModel = load('ssd-mobilenet-v1');
  const iris = load('iris');
  const anchors = ssdModel.weights('Output/extra_dim').data;
  const sessions = await Promise.all([
    sessionOf(tinyDetectorGraph(load('tiny-face-detector').weights)),
    sessionOf(ssdGraph(ssdModel.weights)),
    sessionOf(landmarkGraph(load('face-landmark-68').weights)),
    sessionOf(descriptorGraph(load('face-recognition').weights)),
    sessionOf(irisGraph(iris.document, iris.weights)),
  ]);
  const [tiny, ssd, landmarks, descriptor, eyes] = sessions;
  return {
    name: 'onnx',
    tiny: (pixels, side) => only(tiny, pixels, side),
    async ssd(pixels) {
      const [encodings, classes] = await run(ssd, pixels, NET_SIDES.ssd);
      if (encodings === undefined || classes === undefined) throw new Error('expected two outputs');
      return decodeSsd(encodings, classes, anchors);
    },
    landmarks: (pixels) => only(landmarks, pixels, NET_SIDES.landmarks),
    descriptor: (pixels) => only(descriptor, pixels, NET_SIDES.descriptor),
    iris: (pixels) => only(eyes, pixels, NET_SIDES.iris),
    async close() {
      await Promise.all(sessions.map((session) => session.release()));
    },
  };
}
