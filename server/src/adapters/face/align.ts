/** Landmarks in two passes, and the upright square that the descriptor is computed from. */
import type { Box } from './detect.ts';
import type { Pixels } from './image.ts';
import { type FaceNets, NET_SIDES } from './nets/nets.ts';
import { fitSimilarity, type Similarity, type Spot, sample, squareAt, toImage } from './sampling.ts';

/** Side of the square of the second pass ÷ the longer side of the landmarks. */
const SECOND_PASS_SCALE = 1.15;

/**
 * Where eyes, nose and mouth corners lie in the 150 px square: the mean face of dlib's training, a quarter of its size as
 * padding on every side (dlib, `get_face_chip_details`).
 */
const TEMPLATE: readonly Spot[] = [
  [0.22549, 0.21599],
  [0.75476, 0.21599],
  [0.490127, 0.515625],
  [0.254149, 0.780233],
  [0.726104, 0.780233],
].map(([x = 0, y = 0]) => ({
  x: ((0.25 + x) / 1.5) * NET_SIDES.descriptor,
  y: ((0.25 + y) / 1.5) * NET_SIDES.descriptor,
}));

function centreOf(points: readonly Spot[]): Spot {
  return {
    x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
    y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
  };
}

/** Eyes, nose tip and mouth corners of the 68 points, image-left first. */
export function fivePoints(landmarks: readonly Spot[]): readonly Spot[] {
  const at = (i: number): Spot => landmarks[i] ?? { x: Number.NaN, y: Number.NaN };
  return [centreOf(landmarks.slice(36, 42)), centreOf(landmarks.slice(42, 48)), at(30), at(48), at(54)];
}

async function pass(nets: FaceNets, pixels: Pixels, square: Similarity): Promise<Spot[]> {
  const side = NET_SIDES.landmarks;
  const out = await nets.landmarks(sample(pixels, square, side));
  return Array.from({ length: out.length / 2 }, (_, i) =>
    // The net's unit square begins at the outer edge of the first pixel.
    toImage(square, { x: (out[i * 2] ?? 0) * side - 0.5, y: (out[i * 2 + 1] ?? 0) * side - 0.5 }),
  );
}

/** The box round points, in axes turned by `angle`: its centre in the image and its longer side. */
export function extentOf(points: readonly Spot[], angle: number): { centre: Spot; side: number } {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const us = points.map(({ x, y }) => x * cos + y * sin);
  const vs = points.map(({ x, y }) => y * cos - x * sin);
  const [left, right] = [Math.min(...us), Math.max(...us)];
  const [top, bottom] = [Math.min(...vs), Math.max(...vs)];
  const u = (left + right) / 2;
  const v = (top + bottom) / 2;
  return {
    centre: { x: u * cos - v * sin, y: u * sin + v * cos },
    side: Math.max(right - left, bottom - top),
  };
}

/** Angle by which a face is rolled, radians. */
function rollOf(landmarks: readonly Spot[]): number {
  const { a, b } = fitSimilarity(TEMPLATE, fivePoints(landmarks));
  return Math.atan2(b, a);
}

/** 68 points of the face in a box, px of the image; the second pass looks at the face upright. */
export async function findLandmarks(nets: FaceNets, pixels: Pixels, box: Box): Promise<readonly Spot[]> {
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const side = Math.max(box.width, box.height);
  const first = await pass(nets, pixels, squareAt(centre, side, 0, NET_SIDES.landmarks));
  const roll = rollOf(first);
  const extent = extentOf(first, roll);
  const square = squareAt(extent.centre, extent.side * SECOND_PASS_SCALE, roll, NET_SIDES.landmarks);
  return await pass(nets, pixels, square);
}

/** The upright square of a face, 150 px, RGB 0–255. */
export function faceSquare(pixels: Pixels, landmarks: readonly Spot[]): Float32Array {
  const similarity = fitSimilarity(TEMPLATE, fivePoints(landmarks));
  return sample(pixels, similarity, NET_SIDES.descriptor);
}
