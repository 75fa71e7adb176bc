/** Class hours of a lesson in credited time (rules §1; item 20(1)). */

/** One class hour, `[fromMs, toMs)` of credited time. */
export interface ClassHour {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Divides a lesson into class hours. There is at least one; a remainder shorter than a quarter of a class hour belongs to
 * the hour before it, a longer one is an hour of its own.
 */
export function classHoursOf(videoMs: number, classHourMs: number): readonly ClassHour[] {
  const whole = Math.floor(videoMs / classHourMs);
  const remainder = videoMs - whole * classHourMs;
  const count = Math.max(1, remainder * 4 < classHourMs ? whole : whole + 1);
  return Array.from({ length: count }, (_, i) => ({
    fromMs: i * classHourMs,
    toMs: i === count - 1 ? videoMs : (i + 1) * classHourMs,
  }));
}
