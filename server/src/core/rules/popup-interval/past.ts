/**
 * Popups that are over, as numbers. Five times below 18 hours fit into three numbers of 53 bits; what does not fit, such as a
 * time after a server stood still for a day, stands in five numbers of its own.
 */

/** A popup that is over. Times in ms: credited time at the issue, then server times from the opening on. */
export interface PastPopup {
  readonly atCreditedMs: number;
  readonly issuedAt: number;
  /** Null = never. */
  readonly shownAt: number | null;
  readonly answeredAt: number;
  readonly deadlineAt: number;
}

/** Two numbers below this fit into one, ms. */
const RADIX = 2 ** 26;

/** Numbers of a packed popup, and of one that is not: its first number is negative. */
const PACKED = 3;
const WIDE = 5;

/** Appends a popup. */
export function withPast(past: readonly number[], popup: PastPopup): readonly number[] {
  const { atCreditedMs, issuedAt, answeredAt, deadlineAt } = popup;
  const shown = popup.shownAt === null ? 0 : popup.shownAt + 1;
  const all = [atCreditedMs, issuedAt, shown, answeredAt, deadlineAt];
  if (!all.every((ms) => ms >= 0 && ms < RADIX)) {
    return past.concat([-1 - atCreditedMs, issuedAt, shown, answeredAt, deadlineAt]);
  }
  return past.concat([atCreditedMs * RADIX + issuedAt, shown * RADIX + answeredAt, deadlineAt]);
}

/** All popups, oldest first. */
export function pastPopups(past: readonly number[]): readonly PastPopup[] {
  const all: PastPopup[] = [];
  for (let i = 0; i < past.length; ) {
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = past.slice(i, i + WIDE);
    const wide = first < 0;
    const shown = wide ? third : Math.floor(second / RADIX);
    all.push({
      atCreditedMs: wide ? -1 - first : Math.floor(first / RADIX),
      issuedAt: wide ? second : first % RADIX,
      shownAt: shown === 0 ? null : shown - 1,
      answeredAt: wide ? fourth : second % RADIX,
      deadlineAt: wide ? fifth : third,
    });
    i += wide ? WIDE : PACKED;
  }
  return all;
}
