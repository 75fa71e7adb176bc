/**
 * The golden self-test: every network gets a fixed pattern and must give the numbers that were recorded when the models were
 * pinned. It finds a runtime that computes wrongly on this machine before the first person is judged by it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODELS_FOLDER, ModelError } from './manifest.ts';
import { type FaceNets, NET_SIDES } from './nets/nets.ts';

/** Recorded sums of one output. */
export interface Golden {
  /** Euclidean norm of all numbers. */
  readonly norm: number;
  /** The first eight. */
  readonly head: readonly number[];
}

/** Network and output → what was recorded. */
export type GoldenSet = Readonly<Record<string, Golden>>;

const HEAD_LENGTH = 8;
/** Largest difference ÷ norm; drivers differ by less than 1e-5. */
const TOLERANCE = 1e-3;

/** Pixels of a fixed pattern: smooth waves, so that every layer has something to do. */
export function patternOf(side: number): Float32Array {
  const pixels = new Float32Array(side * side * 3);
  for (let i = 0; i < pixels.length; i += 1) {
    const column = Math.floor(i / 3) % side;
    const row = Math.floor(i / (side * 3));
    pixels[i] = 127.5 + 120 * Math.sin(column / 7 + (i % 3)) * Math.cos(row / 11);
  }
  return pixels;
}

function goldenOf(out: Float32Array): Golden {
  return { norm: Math.hypot(...out), head: Array.from(out.subarray(0, HEAD_LENGTH)) };
}

/** Runs every network on its pattern. */
export async function measureGolden(nets: FaceNets): Promise<GoldenSet> {
  const ssd = await nets.ssd(patternOf(NET_SIDES.ssd));
  return {
    tiny: goldenOf(await nets.tiny(patternOf(NET_SIDES.tiny), NET_SIDES.tiny)),
    ssdBoxes: goldenOf(ssd.boxes),
    ssdScores: goldenOf(ssd.scores),
    landmarks: goldenOf(await nets.landmarks(patternOf(NET_SIDES.landmarks))),
    descriptor: goldenOf(await nets.descriptor(patternOf(NET_SIDES.descriptor))),
    iris: goldenOf(await nets.iris(patternOf(NET_SIDES.iris))),
  };
}

/** Names of the outputs that differ from what was recorded; empty when all agree. */
export function differences(recorded: GoldenSet, measured: GoldenSet): readonly string[] {
  return Object.entries(measured)
    .filter(([name, { norm, head }]) => {
      const golden = recorded[name];
      if (golden === undefined || golden.head.length !== head.length) return true;
      const off = Math.max(
        Math.abs(norm - golden.norm),
        ...head.map((value, i) => Math.abs(value - (golden.head[i] ?? Number.NaN))),
      );
      // Written so that NaN counts as a difference.
      return !(off <= TOLERANCE * golden.norm);
    })
    .map(([name]) => name);
}

/** @throws ModelError when a network's numbers are not the recorded ones. */
export async function selfTest(nets: FaceNets, folder: string = MODELS_FOLDER): Promise<void> {
  const recorded = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as GoldenSet;
  const wrong = differences(recorded, await measureGolden(nets));
  if (wrong.length > 0) {
    const outputs = wrong.join(', ');
    throw new ModelError(
      'model-unfit',
      'models/golden.json',
      `expected the recorded numbers from ${outputs} (driver ${nets.name}); do not judge anyone on this machine`,
    );
  }
}
