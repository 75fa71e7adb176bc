/** Sets of media intervals, kept as lists of pieces and put in order whenever somebody asks. */

/** `[from, to)`, ms. */
export type Piece = readonly [number, number];

/** The same set as sorted, disjoint pieces. */
export function tidy(pieces: readonly Piece[]): Piece[] {
  const sorted = pieces.filter(([from, to]) => to > from).sort((a, b) => a[0] - b[0]);
  const result: Piece[] = [];
  for (const [from, to] of sorted) {
    const last = result[result.length - 1];
    if (last !== undefined && from <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], to)];
    else result.push([from, to]);
  }
  return result;
}

/** Length of the union, ms. */
export function sizeOf(pieces: readonly Piece[]): number {
  return tidy(pieces).reduce((total, [from, to]) => total + to - from, 0);
}

/** Length of the union inside `[low, high)`, ms. */
export function sizeInside(pieces: readonly Piece[], low: number, high: number): number {
  return sizeOf(pieces.map(([from, to]): Piece => [Math.max(from, low), Math.min(to, high)]));
}

/** End of the last piece; 0 when there is none. */
export function endOf(pieces: readonly Piece[]): number {
  return pieces.reduce((end, [from, to]) => (to > from ? Math.max(end, to) : end), 0);
}
