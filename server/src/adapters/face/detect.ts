/** Boxes round faces: decoding of both detectors' outputs and non-maximum suppression. */
import type { Pixels } from './image.ts';
import { type FaceNets, NET_SIDES } from './nets/nets.ts';
import { fitted } from './sampling.ts';

/** A box in px of the image. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
}

/** Score from which a box counts, both detectors. */
const SCORE_MIN = 0.5;
/** Score from which the tiny detector has a suspicion: enough to ask the better one, not enough to count. */
const SUSPICION_MIN = 0.25;
/** Overlap from which two boxes are the same face. */
const OVERLAP_MAX = 0.4;
/** Faces that are told apart; more are counted as this many. */
export const FACES_MAX = 16;
/** Shortest side of a box worth counting ÷ the image's longer side: a poster far behind is not a second person. */
const SIDE_SHARE_MIN = 0.03;

/** Anchors of the tiny detector, cells. */
const ANCHORS: readonly (readonly [number, number])[] = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
];
const NUMBERS_PER_ANCHOR = 5;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/** Keeps the best of overlapping boxes, largest face first. */
export function distinct(boxes: readonly Box[], sideMinPx: number): Box[] {
  const kept: Box[] = [];
  for (const box of boxes.toSorted((a, b) => b.score - a.score)) {
    if (Math.min(box.width, box.height) < sideMinPx || kept.length >= FACES_MAX) continue;
    if (kept.every((other) => overlap(box, other) <= OVERLAP_MAX)) kept.push(box);
  }
  return kept.sort((a, b) => b.width * b.height - a.width * a.height);
}

/** Boxes of the tiny detector, suspicions included, px of the square of `side`. */
export function decodeTiny(out: Float32Array, side: number): Box[] {
  const cells = Math.round(Math.sqrt(out.length / (ANCHORS.length * NUMBERS_PER_ANCHOR)));
  const cell = side / cells;
  const boxes: Box[] = [];
  for (let n = 0; n * NUMBERS_PER_ANCHOR < out.length; n += 1) {
    const [x = 0, y = 0, w = 0, h = 0, s = 0] = out.subarray(n * NUMBERS_PER_ANCHOR);
    const score = sigmoid(s);
    if (score <= SUSPICION_MIN) continue;
    const place = Math.floor(n / ANCHORS.length);
    const [anchorX, anchorY] = ANCHORS[n % ANCHORS.length] ?? [1, 1];
    const width = Math.exp(w) * anchorX * cell;
    const height = Math.exp(h) * anchorY * cell;
    const centreX = ((place % cells) + sigmoid(x)) * cell;
    const centreY = (Math.floor(place / cells) + sigmoid(y)) * cell;
    boxes.push({ x: centreX - width / 2, y: centreY - height / 2, width, height, score });
  }
  return boxes;
}

function scaled(boxes: readonly Box[], scale: number): Box[] {
  return boxes.map(({ x, y, width, height, score }) => ({
    x: x * scale,
    y: y * scale,
    width: width * scale,
    height: height * scale,
    score,
  }));
}

async function withTiny(nets: FaceNets, pixels: Pixels, side: number): Promise<Box[]> {
  const { square, scale } = fitted(pixels, side);
  return scaled(decodeTiny(await nets.tiny(square, side), side), scale);
}

async function withSsd(nets: FaceNets, pixels: Pixels): Promise<Box[]> {
  const { square, scale } = fitted(pixels, NET_SIDES.ssd);
  const { boxes, scores } = await nets.ssd(square);
  const found: Box[] = [];
  for (const [n, score] of scores.entries()) {
    if (score <= SCORE_MIN) continue;
    const [top = 0, left = 0, bottom = 0, right = 0] = boxes.subarray(n * 4);
    const px = NET_SIDES.ssd;
    found.push({ x: left * px, y: top * px, width: (right - left) * px, height: (bottom - top) * px, score });
  }
  return scaled(found, scale);
}

const certain = (boxes: readonly Box[]): Box[] => boxes.filter(({ score }) => score > SCORE_MIN);

/**
 * The faces of an image, largest first. The tiny detector answers when it sees exactly one face and has no suspicion of another,
 * unless `sure`; otherwise the SSD counts, and where it sees nothing a finer pass of the tiny one has the last word.
 */
export async function detectFaces(nets: FaceNets, pixels: Pixels, sure: boolean): Promise<readonly Box[]> {
  const sideMinPx = Math.max(pixels.width, pixels.height) * SIDE_SHARE_MIN;
  const quick = distinct(await withTiny(nets, pixels, NET_SIDES.tiny), sideMinPx);
  const seen = certain(quick);
  if (quick.length === 1 && seen.length === 1 && !sure) return seen;
  const counted = distinct(await withSsd(nets, pixels), sideMinPx);
  if (counted.length > 0) return counted;
  if (seen.length > 0) return seen;
  return certain(distinct(await withTiny(nets, pixels, NET_SIDES.tinyFine), sideMinPx));
}
