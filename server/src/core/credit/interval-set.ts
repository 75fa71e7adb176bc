/** Sets of media intervals: sorted, disjoint, half-open `[from, to)`, in ms. Arrays are never changed in place. */

/** `[from, to)` in ms of media time. */
export type Interval = readonly [number, number];

/** Sorted, disjoint intervals. */
export type IntervalSet = readonly Interval[];

/** The union of a set and one interval. An empty interval changes nothing. */
export function addInterval(set: IntervalSet, from: number, to: number): IntervalSet {
  if (!(to > from)) return set;
  const result: Interval[] = [];
  let low = from;
  let high = to;
  let placed = false;
  for (const interval of set) {
    if (interval[1] < low) result.push(interval);
    else if (interval[0] > high) {
      if (!placed) result.push([low, high]);
      placed = true;
      result.push(interval);
    } else {
      low = Math.min(low, interval[0]);
      high = Math.max(high, interval[1]);
    }
  }
  if (!placed) result.push([low, high]);
  return result;
}

/** The union of two sets. */
export function unite(a: IntervalSet, b: IntervalSet): IntervalSet {
  let result = a;
  for (const [from, to] of b) result = addInterval(result, from, to);
  return result;
}

/** Total length in ms. */
export function measure(set: IntervalSet): number {
  let total = 0;
  for (const [from, to] of set) total += to - from;
  return total;
}

/** How much of `[from, to)` the set covers, in ms. */
export function overlap(set: IntervalSet, from: number, to: number): number {
  let total = 0;
  for (const interval of set) {
    if (interval[0] >= to) break;
    total += Math.max(0, Math.min(to, interval[1]) - Math.max(from, interval[0]));
  }
  return total;
}

/** End of the last interval; 0 for an empty set. */
export function furthest(set: IntervalSet): number {
  return set[set.length - 1]?.[1] ?? 0;
}
