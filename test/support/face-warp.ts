/**
 * A sample photo that moves: pixels of the head are given depth, turned in space and projected again; lips are drawn apart, lids
 * drawn down. Made from the photo's own landmarks, for challenges with the real networks.
 */
import sharp from 'sharp';
import type { Point } from '../../server/src/core/identity/reading.ts';

/** What the face does. */
export interface Warp {
  /** Degrees to the person's own left. */
  readonly turn?: number;
  /** Lips apart, eye distances. */
  readonly mouth?: number;
  /** 0 = as photographed, 1 = closed. */
  readonly lids?: number;
}

/** Distance of the camera, eye distances. */
const CAMERA = 9;

/** Steps in which the source of a pixel is looked for. */
const ITERATIONS = 8;

const middle = (points: readonly Point[], from: number, to: number): Point => {
  const part = points.slice(from, to);
  return {
    x: part.reduce((sum, { x }) => sum + x, 0) / part.length,
    y: part.reduce((sum, { y }) => sum + y, 0) / part.length,
  };
};

/** Depth of the head at a place in face coordinates: smooth, so that every pixel has one source. */
function depthAt(x: number, y: number): number {
  const egg = Math.max(0, 1 - (x / 1.75) ** 2 - ((y - 0.35) / 2.3) ** 2);
  const nose = Math.exp(-((x / 0.24) ** 2)) * Math.max(0, 1 - (Math.abs(y - 0.55) / 0.65) ** 2);
  return 1.15 * egg + 0.42 * nose;
}

interface Face {
  readonly eyes: Point;
  /** px of one eye distance. */
  readonly unit: number;
  /** Direction from the image-left to the image-right eye. */
  readonly along: Point;
  readonly points: readonly Point[];
}

function faceOf(points: readonly Point[]): Face {
  const [left, right] = [middle(points, 36, 42), middle(points, 42, 48)];
  const unit = Math.hypot(right.x - left.x, right.y - left.y);
  const eyes = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  return { eyes, unit, along: { x: (right.x - left.x) / unit, y: (right.y - left.y) / unit }, points };
}

/** Where a point of the face is drawn, face coordinates. */
function turned(x: number, y: number, degrees: number): Point {
  const angle = (degrees * Math.PI) / 180;
  const z = depthAt(x, y);
  const weight = Math.min(1, 1.4 * Math.max(0, 1 - (x / 1.9) ** 2 - ((y - 0.35) / 2.5) ** 2));
  const near = CAMERA / (CAMERA - (z * Math.cos(angle) - x * Math.sin(angle)));
  const still = CAMERA / (CAMERA - z);
  const to = { x: ((x * Math.cos(angle) + z * Math.sin(angle)) * near) / still, y: (y * near) / still };
  return { x: x + weight * (to.x - x), y: y + weight * (to.y - y) };
}

/** The place that is drawn at (x, y) when the head is turned. */
function sourceOf(x: number, y: number, degrees: number): Point {
  let at = { x, y };
  for (let i = 0; i < ITERATIONS; i += 1) {
    const to = turned(at.x, at.y, degrees);
    at = { x: at.x + (x - to.x) * 0.8, y: at.y + (y - to.y) * 0.8 };
  }
  return at;
}

interface Local {
  readonly x: number;
  readonly y: number;
}

function localOf({ eyes, unit, along }: Face, { x, y }: Point): Local {
  const [dx, dy] = [(x - eyes.x) / unit, (y - eyes.y) / unit];
  return { x: dx * along.x + dy * along.y, y: dy * along.x - dx * along.y };
}

/** Lips drawn apart: null = the dark between them. */
function apart(face: Face, at: Local, gap: number): Local | null {
  if (gap === 0) return at;
  const lips = middle(face.points, 60, 68);
  const line = localOf(face, lips);
  const half = Math.hypot(
    (face.points[54]?.x ?? 0) - (face.points[48]?.x ?? 0),
    (face.points[54]?.y ?? 0) - (face.points[48]?.y ?? 0),
  );
  const width = half / 2 / face.unit;
  const shape = 1 - ((at.x - line.x) / (width * 1.05)) ** 2;
  if (shape <= 0) return at;
  const open = gap * Math.sqrt(shape);
  const below = at.y - line.y;
  if (below < 0) return at;
  if (below < open) return null;
  const fade = Math.max(0, 1 - (below - open) / 0.9);
  return { x: at.x, y: at.y - open * fade };
}

/** Lids drawn down: the skin above an eye is stretched over it. */
function lidded(face: Face, at: Local, lids: number): Local {
  if (lids === 0) return at;
  for (const from of [36, 42]) {
    const eye = face.points.slice(from, from + 6).map((point) => localOf(face, point));
    const xs = eye.map(({ x }) => x);
    const ys = eye.map(({ y }) => y);
    const [left, right] = [Math.min(...xs) - 0.08, Math.max(...xs) + 0.08];
    const [top, bottom] = [Math.min(...ys) - 0.03, Math.max(...ys) + 0.04];
    if (at.x < left || at.x > right) continue;
    const start = top - 0.16;
    const edge = top + (bottom - top) * lids;
    if (at.y <= start || at.y >= edge) continue;
    return { x: at.x, y: start + ((at.y - start) * (top - start)) / (edge - start) };
  }
  return at;
}

/** A photo that can be made to move. */
export interface MovingFace {
  frame(warp?: Warp): Promise<Uint8Array>;
}

/** @param photo an image with one face. @param landmarks its 68 points, px. */
export async function movingFace(photo: Uint8Array, landmarks: readonly Point[]): Promise<MovingFace> {
  const { data, info } = await sharp(photo).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const face = faceOf(landmarks);
  const pixel = (source: Point, out: Buffer, to: number): void => {
    const x = Math.min(width - 2, Math.max(0, source.x));
    const y = Math.min(height - 2, Math.max(0, source.y));
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - x0, y - y0];
    for (let c = 0; c < 3; c += 1) {
      const at = (dx: number, dy: number) => data[((y0 + dy) * width + x0 + dx) * 3 + c] ?? 0;
      const upper = at(0, 0) * (1 - fx) + at(1, 0) * fx;
      const lower = at(0, 1) * (1 - fx) + at(1, 1) * fx;
      out[to + c] = upper * (1 - fy) + lower * fy;
    }
  };
  const render = ({ turn = 0, mouth = 0, lids = 0 }: Warp): Promise<Uint8Array> => {
    const out = Buffer.alloc(width * height * 3);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const to = (y * width + x) * 3;
        const local = localOf(face, { x, y });
        const near = Math.abs(local.x) < 2.2 && Math.abs(local.y - 0.35) < 2.8;
        const still = near && turn !== 0 ? sourceOf(local.x, local.y, turn) : local;
        const source = near ? apart(face, lidded(face, still, lids), mouth) : still;
        if (source === null) {
          out.fill(28, to, to + 3);
          continue;
        }
        const { eyes, unit, along } = face;
        const px = eyes.x + unit * (source.x * along.x - source.y * along.y);
        const py = eyes.y + unit * (source.x * along.y + source.y * along.x);
        pixel({ x: px, y: py }, out, to);
      }
    }
    return sharp(out, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 88 })
      .toBuffer();
  };
  const made = new Map<string, Promise<Uint8Array>>();
  return {
    frame(warp = {}) {
      const key = JSON.stringify(warp);
      const known = made.get(key) ?? render(warp);
      made.set(key, known);
      return known;
    },
  };
}
