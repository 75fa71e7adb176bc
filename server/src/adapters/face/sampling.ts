/** Cuts squares out of decoded pixels: scaled, turned, mirrored; bilinear, black outside. */
import type { Pixels } from './image.ts';

/** Maps a pixel (u, v) of the square to the image: x = a·u − b·v + x0, y = b·u + a·v + y0. */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly x0: number;
  readonly y0: number;
}

/** A point. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** A point of the square in the image. */
export function toImage({ a, b, x0, y0 }: Similarity, { x, y }: Spot): Spot {
  return { x: a * x - b * y + x0, y: b * x + a * y + y0 };
}

/** The square of `side` image pixels round a centre, turned by `angle` (radians), as `target × target` pixels. */
export function squareAt(centre: Spot, side: number, angle: number, target: number): Similarity {
  const a = (side / target) * Math.cos(angle);
  const b = (side / target) * Math.sin(angle);
  // Pixel centres: the middle of the square lies between its pixels.
  const middle = (target - 1) / 2;
  return { a, b, x0: centre.x - a * middle + b * middle, y0: centre.y - b * middle - a * middle };
}

/** Least squares similarity that takes the points `from` (of the square) to the points `to` (of the image). */
export function fitSimilarity(from: readonly Spot[], to: readonly Spot[]): Similarity {
  const mean = (points: readonly Spot[]): Spot => ({
    x: points.reduce((sum, point) => sum + point.x, 0) / points.length,
    y: points.reduce((sum, point) => sum + point.y, 0) / points.length,
  });
  const source = mean(from);
  const goal = mean(to);
  let dot = 0;
  let cross = 0;
  let square = 0;
  for (const [i, point] of from.entries()) {
    const other = to[i] ?? goal;
    const [u, v] = [point.x - source.x, point.y - source.y];
    const [x, y] = [other.x - goal.x, other.y - goal.y];
    dot += u * x + v * y;
    cross += u * y - v * x;
    square += u * u + v * v;
  }
  const a = dot / square;
  const b = cross / square;
  return { a, b, x0: goal.x - a * source.x + b * source.y, y0: goal.y - b * source.x - a * source.y };
}

/** Samples `side × side` RGB pixels, 0–255, row by row. */
export function sample(pixels: Pixels, { a, b, x0, y0 }: Similarity, side: number): Float32Array {
  const { data, width, height } = pixels;
  const out = new Float32Array(side * side * 3);
  let at = 0;
  for (let v = 0; v < side; v += 1) {
    for (let u = 0; u < side; u += 1, at += 3) {
      const x = a * u - b * v + x0;
      const y = b * u + a * v + y0;
      const left = Math.floor(x);
      const top = Math.floor(y);
      if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) continue;
      const fx = x - left;
      const fy = y - top;
      const nw = (1 - fx) * (1 - fy);
      const ne = fx * (1 - fy);
      const sw = (1 - fx) * fy;
      const se = fx * fy;
      const i = (top * width + left) * 3;
      const j = i + width * 3;
      for (let c = 0; c < 3; c += 1) {
        out[at + c] =
          (data[i + c] as number) * nw +
          (data[i + c + 3] as number) * ne +
          (data[j + c] as number) * sw +
          (data[j + c + 3] as number) * se;
      }
    }
  }
  return out;
}

/** The same square, left and right exchanged. */
export function mirrored(square: Float32Array, side: number): Float32Array {
  const out = new Float32Array(square.length);
  let to = 0;
  for (let row = 0; row < side; row += 1) {
    for (let from = ((row + 1) * side - 1) * 3; to < (row + 1) * side * 3; from -= 3, to += 3) {
      out[to] = square[from] as number;
      out[to + 1] = square[from + 1] as number;
      out[to + 2] = square[from + 2] as number;
    }
  }
  return out;
}

/** The whole image at the top left of a square, black to the right or below; and how many image pixels one of it is. */
export function fitted(pixels: Pixels, side: number): { square: Float32Array; scale: number } {
  const scale = Math.max(pixels.width, pixels.height) / side;
  const columns = Math.min(side, Math.round(pixels.width / scale));
  const rows = Math.min(side, Math.round(pixels.height / scale));
  const square = new Float32Array(side * side * 3);
  const taps = columnTaps(columns, scale, pixels.width);
  for (let row = 0; row < rows; row += 1) fitRow(pixels, square, row, side, scale, taps);
  return { square, scale };
}

interface Taps {
  readonly left: Int32Array;
  readonly share: Float32Array;
}

function columnTaps(columns: number, scale: number, width: number): Taps {
  const left = new Int32Array(columns);
  const share = new Float32Array(columns);
  for (let column = 0; column < columns; column += 1) {
    const x = Math.min(width - 1, Math.max(0, (column + 0.5) * scale - 0.5));
    left[column] = Math.min(width - 2, Math.floor(x));
    share[column] = x - (left[column] ?? 0);
  }
  return { left, share };
}

function fitRow(
  { data, width, height }: Pixels,
  square: Float32Array,
  row: number,
  side: number,
  scale: number,
  { left, share }: Taps,
): void {
  const y = Math.min(height - 1, Math.max(0, (row + 0.5) * scale - 0.5));
  const top = Math.min(height - 2, Math.floor(y));
  const fy = y - top;
  const stride = width * 3;
  let at = row * side * 3;
  for (let column = 0; column < left.length; column += 1) {
    const fx = share[column] as number;
    const i = top * stride + (left[column] as number) * 3;
    for (let c = i; c < i + 3; c += 1, at += 1) {
      const above = (data[c] as number) * (1 - fx) + (data[c + 3] as number) * fx;
      const below = (data[c + stride] as number) * (1 - fx) + (data[c + stride + 3] as number) * fx;
      square[at] = above * (1 - fy) + below * fy;
    }
  }
}
