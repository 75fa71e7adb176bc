/** Numbers about pixels: light, sharpness, a perceptual hash, and how far the eyes are open. */
import type { Pixels } from './image.ts';
import { type FaceNets, NET_SIDES } from './nets/nets.ts';
import { mirrored, type Spot, sample, squareAt } from './sampling.ts';

/** Light and sharpness of one face. */
export interface FaceLight {
  /** Mean luma, 0–255. */
  readonly brightness: number;
  readonly burntShare: number;
  /** Variance of the Laplacian of the luma. */
  readonly sharpness: number;
}

/** Luma from which a pixel is burnt out. */
const BURNT_LUMA = 250;
/** Side of the eye's square ÷ the distance of its corners, as the net was trained. */
const EYE_SCALE = 2.3;
/** Every so many pixels of an image are looked at for its brightness. */
const BRIGHTNESS_STEP = 7;
/** Every so many rows and columns are looked at for the hash. */
const CELL_STEP = 4;

const lumaAt = (data: ArrayLike<number>, i: number): number =>
  0.299 * (data[i] ?? 0) + 0.587 * (data[i + 1] ?? 0) + 0.114 * (data[i + 2] ?? 0);

/** Looks at the middle of an aligned face of `side` px, where there is face and nothing else. */
export function lightOf(square: Float32Array, side: number): FaceLight {
  const from = Math.round(side * 0.2);
  const to = side - from;
  const luma = new Float32Array(side * side);
  for (let i = 0; i < luma.length; i += 1) luma[i] = lumaAt(square, i * 3);
  const at = (row: number, column: number) => luma[row * side + column] ?? 0;
  let sum = 0;
  let burnt = 0;
  let edges = 0;
  let edgeSquares = 0;
  const count = (to - from) ** 2;
  for (let row = from; row < to; row += 1) {
    for (let column = from; column < to; column += 1) {
      const value = at(row, column);
      sum += value;
      if (value >= BURNT_LUMA) burnt += 1;
      const around = at(row - 1, column) + at(row + 1, column) + at(row, column - 1) + at(row, column + 1);
      const edge = around - 4 * value;
      edges += edge;
      edgeSquares += edge * edge;
    }
  }
  return {
    brightness: sum / count,
    burntShare: burnt / count,
    sharpness: edgeSquares / count - (edges / count) ** 2,
  };
}

/** Mean luma of an image, 0–255, from a sample of its pixels. */
export function brightnessOf({ data }: Pixels): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < data.length; i += 3 * BRIGHTNESS_STEP) {
    sum += lumaAt(data, i);
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

/** Mean luma of `columns × rows` equal cells. */
function cells({ data, width, height }: Pixels, columns: number, rows: number): number[] {
  return Array.from({ length: columns * rows }, (_, n) => {
    const left = Math.floor(((n % columns) * width) / columns);
    const right = Math.floor((((n % columns) + 1) * width) / columns);
    const top = Math.floor((Math.floor(n / columns) * height) / rows);
    const bottom = Math.floor(((Math.floor(n / columns) + 1) * height) / rows);
    let sum = 0;
    let count = 0;
    for (let y = top; y < bottom; y += CELL_STEP) {
      for (let x = left; x < right; x += CELL_STEP) {
        sum += lumaAt(data, (y * width + x) * 3);
        count += 1;
      }
    }
    return count === 0 ? 0 : sum / count;
  });
}

/** Difference hash: is each of 8 × 8 cells darker than its right neighbour? 16 hex digits. */
export function differenceHash(pixels: Pixels): string {
  const luma = cells(pixels, 9, 8);
  let digits = '';
  for (let row = 0; row < 8; row += 1) {
    let byte = 0;
    for (let column = 0; column < 8; column += 1) {
      const i = row * 9 + column;
      byte = byte * 2 + ((luma[i] ?? 0) < (luma[i + 1] ?? 0) ? 1 : 0);
    }
    digits += byte.toString(16).padStart(2, '0');
  }
  return digits;
}

/** Opening ÷ width from the contour: 0 and 8 are the corners, 3–5 lie on the lower lid, 11–13 opposite on the upper one. */
function openness(out: Float32Array): number {
  const at = (i: number): Spot => ({ x: out[i * 3] ?? Number.NaN, y: out[i * 3 + 1] ?? Number.NaN });
  const gap = (i: number, j: number) => Math.hypot(at(i).x - at(j).x, at(i).y - at(j).y);
  return (gap(3, 11) + gap(4, 12) + gap(5, 13)) / 3 / gap(0, 8);
}

async function eyeAt(
  nets: FaceNets,
  pixels: Pixels,
  left: Spot,
  right: Spot,
  flip: boolean,
): Promise<number> {
  const side = NET_SIDES.iris;
  const centre = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  const angle = Math.atan2(right.y - left.y, right.x - left.x);
  const width = Math.hypot(right.x - left.x, right.y - left.y) * EYE_SCALE;
  const square = sample(pixels, squareAt(centre, width, angle, side), side);
  // The net knows the image-left eye; the other one is shown to it mirrored.
  return openness(await nets.iris(flip ? mirrored(square, side) : square));
}

/** Openness of the image-left and image-right eye. */
export async function eyesOf(
  nets: FaceNets,
  pixels: Pixels,
  landmarks: readonly Spot[],
): Promise<readonly [number, number]> {
  const at = (i: number): Spot => landmarks[i] ?? { x: 0, y: 0 };
  return [await eyeAt(nets, pixels, at(36), at(39), false), await eyeAt(nets, pixels, at(42), at(45), true)];
}
