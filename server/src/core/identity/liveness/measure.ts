/** Geometry of one face: how far it is turned, how far the mouth is open. All in units of the face itself. */
import { LANDMARK_COUNT, type Point } from '../reading.ts';

/** Landmarks that are none. */
export class LandmarkError extends Error {
  override readonly name: string = 'LandmarkError';
}

/** @throws LandmarkError unless there are 68 finite points. */
export function checkLandmarks(points: readonly Point[]): void {
  const good = points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (points.length !== LANDMARK_COUNT || !good)
    throw new LandmarkError(`expected ${LANDMARK_COUNT} finite points`);
}

/** A landmark. Only for checked landmarks. */
function at(points: readonly Point[], i: number): Point {
  const point = points[i];
  if (point === undefined) throw new LandmarkError(`expected a landmark ${i}`);
  return point;
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

function meanOf(points: readonly Point[], from: number, to: number): Point {
  const part = points.slice(from, to);
  return {
    x: part.reduce((sum, { x }) => sum + x, 0) / part.length,
    y: part.reduce((sum, { y }) => sum + y, 0) / part.length,
  };
}

/** Centres of the image-left and the image-right eye. */
export function eyeCentres(points: readonly Point[]): readonly [Point, Point] {
  return [meanOf(points, 36, 42), meanOf(points, 42, 48)];
}

/** Distance of the eyes, px. */
export function eyeDistance(points: readonly Point[]): number {
  const [left, right] = eyeCentres(points);
  return distance(left, right);
}

/**
 * Yaw proxy: how far the nose tip lies beside the middle of the face's axis, in half eye distances; positive when the learner
 * looks to their own left (unmirrored picture). 0 is straight ahead; the axis runs from between the eyes to the middle of the mouth,
 * so that a nod or a rolled head changes nothing.
 */
export function yawOf(points: readonly Point[]): number {
  const [left, right] = eyeCentres(points);
  const eyes = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  const mouth = meanOf(points, 48, 68);
  const nose = at(points, 30);
  // Where the axis passes at the height of the nose tip, heights measured across the line of the eyes.
  const along = {
    x: (right.x - left.x) / distance(left, right),
    y: (right.y - left.y) / distance(left, right),
  };
  const height = (p: Point) => (p.y - eyes.y) * along.x - (p.x - eyes.x) * along.y;
  const share = height(nose) / height(mouth);
  const axis = { x: eyes.x + (mouth.x - eyes.x) * share, y: eyes.y + (mouth.y - eyes.y) * share };
  const beside = (nose.x - axis.x) * along.x + (nose.y - axis.y) * along.y;
  return beside / (distance(left, right) / 2);
}

/** Opening of the lips ÷ width of the mouth, inner contour. About 0 when closed, 0.5 when open. */
export function mouthOpening(points: readonly Point[]): number {
  const gap = (i: number, j: number) => distance(at(points, i), at(points, j));
  return (gap(61, 67) + gap(62, 66) + gap(63, 65)) / 3 / gap(60, 64);
}

/** Eye distance ÷ distance from the eyes to the mouth: falls when a face, or a photo of one, turns away. */
export function broadness(points: readonly Point[]): number {
  const [left, right] = eyeCentres(points);
  const eyes = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  return distance(left, right) / distance(eyes, meanOf(points, 48, 68));
}
