/**
 * Class hours of a training and their share on line (items 20(1) and 21). A complete lesson counts with the whole length of
 * its video, since the coverage that completes it already allows for frames at the edges; the sum is then cut to whole
 * class hours once, so that short lessons are not lost one by one.
 */
import type { PolicyPack } from '../policy/pack.ts';

function needCount(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name}: expected a whole number from 0 on`);
  return value;
}

/** Whole class hours in the videos of complete lessons, ms each. @throws RangeError when a length is none. */
export function classHoursIn(videosMs: readonly number[], classHourMs: number): number {
  return Math.floor(videosMs.reduce((sum, ms) => sum + needCount(ms, 'videoMs'), 0) / classHourMs);
}

/** How much of the on-line class hours may be counted. */
export interface OnlineShare {
  /** Most class hours that may be on line. */
  readonly capHours: number;
  /** What counts: the smaller of both. */
  readonly countedHours: number;
  readonly withinCap: boolean;
}

/**
 * The share on line: at most `onlineShareMaxPermille` of the programme's class hours, whole hours only.
 * @throws RangeError when a number of hours is none.
 */
export function onlineShare(
  onlineHours: number,
  programmeHours: number,
  duties: Pick<PolicyPack['duties'], 'onlineShareMaxPermille'>,
): OnlineShare {
  needCount(onlineHours, 'onlineHours');
  const capHours = Math.floor(
    (needCount(programmeHours, 'programmeHours') * duties.onlineShareMaxPermille) / 1_000,
  );
  return { capHours, countedHours: Math.min(onlineHours, capHours), withinCap: onlineHours <= capHours };
}
