/**
 * Whether two sets of landmarks can be two views of something flat. Views of a plane are related by a homography; what a
 * homography cannot explain is depth. (Hartley and Zisserman, Multiple View Geometry, 2nd ed., 4.1.)
 */
import type { Point } from '../reading.ts';
import { checkLandmarks, eyeDistance } from './measure.ts';

/** Numbers of a homography, its last one being 1. */
const UNKNOWNS = 8;

interface Normalised {
  readonly points: readonly Point[];
  readonly scale: number;
}

/** Centre at 0 and mean distance √2: without it the equations are badly conditioned. */
function normalise(points: readonly Point[]): Normalised {
  const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
  const y = points.reduce((sum, point) => sum + point.y, 0) / points.length;
  const mean = points.reduce((sum, point) => sum + Math.hypot(point.x - x, point.y - y), 0) / points.length;
  const scale = Math.SQRT2 / mean;
  return { points: points.map((point) => ({ x: (point.x - x) * scale, y: (point.y - y) * scale })), scale };
}

/** Solves a symmetric system by elimination with pivots; null when it is singular. */
function solve(matrix: number[][], right: number[]): number[] | null {
  const rows = matrix.map((row, i) => [...row, right[i] ?? Number.NaN]);
  for (let column = 0; column < UNKNOWNS; column += 1) {
    const below = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const best = column + below.indexOf(Math.max(...below));
    const pivot = rows[best];
    if (pivot === undefined || !(Math.abs(pivot[column] ?? 0) > 1e-12)) return null;
    rows[best] = rows[column] ?? pivot;
    rows[column] = pivot;
    for (const [i, row] of rows.entries()) {
      if (i === column) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let k = column; k <= UNKNOWNS; k += 1) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return rows.map((row, i) => (row[UNKNOWNS] ?? Number.NaN) / (row[i] ?? Number.NaN));
}

/** The two linear equations that a pair of points gives: coefficients and right side. */
function equations({ x, y }: Point, { x: u, y: v }: Point): readonly (readonly [number[], number])[] {
  return [
    [[x, y, 1, 0, 0, 0, -u * x, -u * y], u],
    [[0, 0, 0, x, y, 1, -v * x, -v * y], v],
  ];
}

function fitHomography(from: readonly Point[], to: readonly Point[]): number[] | null {
  const matrix = Array.from({ length: UNKNOWNS }, () => new Array<number>(UNKNOWNS).fill(0));
  const right = new Array<number>(UNKNOWNS).fill(0);
  for (const [n, point] of from.entries()) {
    for (const [row, value] of equations(point, to[n] ?? point)) {
      for (let i = 0; i < UNKNOWNS; i += 1) {
        right[i] = (right[i] ?? 0) + (row[i] ?? 0) * value;
        const line = matrix[i] ?? [];
        for (let k = 0; k < UNKNOWNS; k += 1) line[k] = (line[k] ?? 0) + (row[i] ?? 0) * (row[k] ?? 0);
      }
    }
  }
  return solve(matrix, right);
}

/**
 * Root mean square of what the best homography leaves over, in eye distances of `to`. Turns of 30° leave 0.06
 * to 0.17; a flat photo leaves 0.02 to 0.09, because the landmark net straightens what it sees (docs/identity.md).
 * @throws LandmarkError unless both are 68 finite points.
 * @returns NaN when the points do not determine a homography.
 */
export function planarityResidual(from: readonly Point[], to: readonly Point[]): number {
  checkLandmarks(from);
  checkLandmarks(to);
  const source = normalise(from);
  const goal = normalise(to);
  const h = fitHomography(source.points, goal.points);
  if (h === null) return Number.NaN;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, i = 0] = h;
  const squares = source.points.map(({ x, y }, n) => {
    const w = g * x + i * y + 1;
    const target = goal.points[n] ?? { x: Number.NaN, y: Number.NaN };
    return ((a * x + b * y + c) / w - target.x) ** 2 + ((d * x + e * y + f) / w - target.y) ** 2;
  });
  const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
  return Math.sqrt(mean) / goal.scale / eyeDistance(to);
}
