/** Sets of intervals: sorted, disjoint, half-open `[from, to)`, in ms of one clock. Arrays are never changed in place. */

/** `[from, to)` in ms. */
export type Interval = readonly [number, number];

/** Sorted, disjoint intervals. */
export type IntervalSet = readonly Interval[];

/** The empty set: one for all, because most sets of a sitting stay empty. */
export const NOTHING: IntervalSet = [];

/** The empty list of numbers: one for all. */
export const NO_NUMBERS: readonly number[] = [];

/** A set as plain numbers, `from, to, from, to, …`: a third of the memory, for what is kept and seldom read. */
export function flattened(set: IntervalSet): readonly number[] {
  const [first, ...rest] = set;
  if (first === undefined) return NO_NUMBERS;
  // Exactly the right size: an array that is pushed to keeps room that nobody uses.
  return rest.reduce<readonly number[]>((flat, interval) => flat.concat(interval), [first[0], first[1]]);
}

/** What {@link flattened} made flat. */
export function unflattened(flat: readonly number[]): IntervalSet {
  const set: Interval[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) set.push([flat[i] ?? 0, flat[i + 1] ?? 0]);
  return set;
}

/** The union of a set and one interval. An empty interval changes nothing. */
export function addInterval(set: IntervalSet, from: number, to: number): IntervalSet {
  if (!(to > from)) return set;
  const last = set[set.length - 1];
  if (last === undefined) return [[from, to]];
  // Nearly always the newest interval grows a little.
  if (from >= last[0] && from <= last[1]) {
    if (to <= last[1]) return set;
    const grown: Interval = [last[0], to];
    return set.length === 1 ? [grown] : [...set.slice(0, -1), grown];
  }
  return merge(set, from, to);
}

function merge(set: IntervalSet, from: number, to: number): IntervalSet {
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

/**
 * At most `max` intervals: beyond, the first two become one, with what lies between them. For sets in which too much is the
 * safe side.
 */
export function bounded(set: IntervalSet, max: number): IntervalSet {
  const [first, second, ...rest] = set;
  if (set.length <= max || first === undefined || second === undefined) return set;
  return [[first[0], second[1]], ...rest];
}

/** Total length in ms. */
export function measure(set: IntervalSet): number {
  let total = 0;
  for (let i = 0; i < set.length; i += 1) {
    const interval = set[i];
    if (interval !== undefined) total += interval[1] - interval[0];
  }
  return total;
}

/** How much of `[from, to)` the set covers, in ms. */
export function overlap(set: IntervalSet, from: number, to: number): number {
  let total = 0;
  // From the end: what is asked about is nearly always new.
  for (let i = set.length - 1; i >= 0; i -= 1) {
    const interval = set[i];
    if (interval === undefined || interval[1] <= from) break;
    const low = interval[0] > from ? interval[0] : from;
    const high = interval[1] < to ? interval[1] : to;
    if (high > low) total += high - low;
  }
  return total;
}

/** End of the last interval; 0 for an empty set. */
export function furthest(set: IntervalSet): number {
  return set[set.length - 1]?.[1] ?? 0;
}

/** What of `set` is not in `gone`. */
export function subtract(set: IntervalSet, gone: IntervalSet): IntervalSet {
  const left: Interval[] = [];
  for (const interval of set) {
    let from = interval[0];
    for (const hole of gone) {
      if (hole[1] <= from || hole[0] >= interval[1]) continue;
      if (hole[0] > from) left.push([from, hole[0]]);
      from = Math.max(from, hole[1]);
    }
    if (from < interval[1]) left.push([from, interval[1]]);
  }
  return left;
}
