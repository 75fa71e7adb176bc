import { afterAll, beforeAll, describe, it } from 'vitest';
import { readManifest } from '../../../server/src/adapters/face/manifest.ts';
import type { FaceNets } from '../../../server/src/adapters/face/nets/nets.ts';
import { openNets } from '../../../server/src/adapters/face/nets/open-nets.ts';
import { tfjsNodeProblem } from '../../../server/src/adapters/face/nets/tfjs-nets.ts';
import { faceContract } from './face-contract.ts';

function given(nets: FaceNets | null): FaceNets {
  if (nets === null) throw new Error('expected open networks');
  return nets;
}

let onnx: FaceNets | null = null;
let wasm: FaceNets | null = null;

beforeAll(async () => {
  onnx = await openNets('onnx', readManifest());
  wasm = await openNets('tfjs-wasm', readManifest());
});
afterAll(async () => {
  await onnx?.close();
  await wasm?.close();
});

describe('driver onnx', () => {
  faceContract(
    () => given(onnx),
    () => given(wasm),
  );
});

describe('driver tfjs-wasm', () => {
  faceContract(
    () => given(wasm),
    () => given(onnx),
  );
});

const problem = tfjsNodeProblem();
if (problem === null) {
  let node: FaceNets | null = null;
  describe('driver tfjs-node', () => {
    beforeAll(async () => {
      node = await openNets('tfjs-node', readManifest());
    });
    afterAll(async () => {
      await node?.close();
    });
    faceContract(
      () => given(node),
      () => given(onnx),
    );
  });
} else {
  it('driver tfjs-node', ({ skip }) => {
    // Only the beginning of what the loader says: the rest is a path of this machine.
    const why = problem.split(' at path')[0];
    skip(`@tensorflow/tfjs-node does not load here: its library comes from an install script (${why})`);
  });
}
