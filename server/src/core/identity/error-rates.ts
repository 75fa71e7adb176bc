/** Error rates of thresholds on labelled distances, with Wilson score intervals (E. B. Wilson, JASA 22, 1927). */

/** z of a two-sided 95 % interval. */
const Z_95 = 1.959964;

/** A share with its 95 % interval. */
export interface Rate {
  readonly hits: number;
  readonly of: number;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** @throws RangeError unless 0 ≤ hits ≤ of and of > 0. */
export function wilson(hits: number, of: number): Rate {
  if (!(Number.isInteger(hits) && Number.isInteger(of) && hits >= 0 && of > 0 && hits <= of))
    throw new RangeError('wilson: expected whole numbers with 0 ≤ hits ≤ of and of > 0');
  const rate = hits / of;
  const squared = Z_95 * Z_95;
  const centre = rate + squared / (2 * of);
  const spread = Z_95 * Math.sqrt((rate * (1 - rate)) / of + squared / (4 * of * of));
  const scale = 1 + squared / of;
  return {
    hits,
    of,
    rate,
    low: Math.max(0, (centre - spread) / scale),
    high: Math.min(1, (centre + spread) / scale),
  };
}

/** One row of the table: how a threshold does. */
export interface ThresholdRow {
  readonly threshold: number;
  /** True accepts: distances of the same person at or below the threshold. */
  readonly accepted: Rate;
  /** False accepts. */
  readonly falselyAccepted: Rate;
}

/** @throws RangeError when one of the lists is empty or holds what is no distance. */
export function rateThresholds(
  genuine: readonly number[],
  impostor: readonly number[],
  thresholds: readonly number[],
): readonly ThresholdRow[] {
  if (![...genuine, ...impostor].every((distance) => Number.isFinite(distance) && distance >= 0))
    throw new RangeError('expected distances: finite numbers from 0');
  const within = (distances: readonly number[], limit: number) =>
    wilson(distances.filter((distance) => distance <= limit).length, distances.length);
  return thresholds.map((threshold) => ({
    threshold,
    accepted: within(genuine, threshold),
    falselyAccepted: within(impostor, threshold),
  }));
}

/**
 * The largest threshold whose false accepts stay within the goal on this data; null when there is none. Says nothing about
 * other data: read it with its interval.
 */
export function suggestThreshold(rows: readonly ThresholdRow[], falseAcceptMax: number): number | null {
  const fit = rows.filter((row) => row.falselyAccepted.rate <= falseAcceptMax);
  return fit.length === 0 ? null : Math.max(...fit.map((row) => row.threshold));
}
