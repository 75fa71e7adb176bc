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
    skip(
      `@tensorflow/tfjs-node is not installed here: its library comes from an install script, and ${problem}`,
    );
  });
}
