/** Seeded chance: everything that a simulated world does at random comes from one seed. */

/** A stream of random numbers. */
export interface Chance {
  /** In [0, 1). */
  unit(): number;
  /** An integer in `low..high`. */
  int(low: number, high: number): number;
  /** True with the given probability. */
  happens(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  bytes(count: number): Uint8Array;
  /** An independent stream: what one learner draws does not move what another draws. */
  fork(label: number): Chance;
}

const GOLDEN = 0x9e3779b9;

/** One step of a 32-bit mix (murmur3's finaliser). */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** sfc32, seeded by mixing. @param seed any integer. */
export function createChance(seed: number): Chance {
  let a = mix(seed);
  let b = mix(seed + GOLDEN);
  let c = mix(seed ^ GOLDEN);
  let counter = 1;

  function next(): number {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  }
  for (let i = 0; i < 12; i += 1) next();

  const chance: Chance = {
    unit: () => next() / 4_294_967_296,
    int: (low, high) => low + Math.floor((next() / 4_294_967_296) * (high - low + 1)),
    happens: (probability) => next() / 4_294_967_296 < probability,
    pick<T>(items: readonly T[]): T {
      const item = items[chance.int(0, items.length - 1)];
      if (item === undefined) throw new RangeError('pick: expected at least one item');
      return item;
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
    fork: (label) => createChance(mix(next() ^ mix(label))),
  };
  return chance;
}
