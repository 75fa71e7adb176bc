/**
 * Spacing of trainings (rules §3; item 20(3)): the previous training must be assessed, and one calendar month must have
 * passed since the assessment ended.
 *
 * The month is counted as the Civil Code counts periods (articles 201 and 202): the day of the assessment itself is not
 * counted, the period ends with the corresponding day of the next month, or with that month's last day where there is
 * none. So after 15 March the last day of waiting is 15 April, after 31 January it is 28 or 29 February, and the first
 * admissible day is the one after. Bans count their last day in the same way.
 */
import { addDays, addMonths, needDate } from '../calendar/local-date.ts';
import type { PreviousTraining } from './facts.ts';

/** The waiting after one assessment. */
export interface Spacing {
  /** The period's last day; null = no waiting. */
  readonly waitsUntil: string | null;
  readonly firstAdmissible: string;
}

/**
 * The waiting after an assessment.
 * @param assessedOn local date on which it ended.
 * @param months whole months; 0 = the same day is admissible.
 * @throws RangeError when `assessedOn` is no date.
 */
export function spacingAfter(assessedOn: string, months: number): Spacing {
  if (months === 0) return { waitsUntil: null, firstAdmissible: needDate(assessedOn, 'assessedOn') };
  const waitsUntil = addMonths(assessedOn, months);
  return { waitsUntil, firstAdmissible: addDays(waitsUntil, 1) };
}

/** Whether a learner may begin the next subsidised training on a date, and else from when. */
export interface Admissibility {
  readonly admissible: boolean;
  /** First admissible date; null while a previous training is not assessed, since nobody can name it yet. */
  readonly firstAdmissible: string | null;
  /** The training that stands in the way, or null. */
  readonly because: PreviousTraining | null;
}

/**
 * Looks at all previous trainings; the one that lasts longest decides, and one without assessment before any other.
 * @throws RangeError when a date is none.
 */
export function admissibleOn(
  date: string,
  previous: readonly PreviousTraining[],
  months: number,
): Admissibility {
  needDate(date, 'date');
  if (months === 0) return { admissible: true, firstAdmissible: date, because: null };
  const open = previous.find((training) => training.assessedOn === null);
  if (open !== undefined) return { admissible: false, firstAdmissible: null, because: open };
  let latest: { readonly training: PreviousTraining; readonly from: string } | null = null;
  for (const training of previous) {
    if (training.assessedOn === null) continue;
    const from = spacingAfter(training.assessedOn, months).firstAdmissible;
    if (latest === null || from > latest.from) latest = { training, from };
  }
  if (latest === null || date >= latest.from)
    return { admissible: true, firstAdmissible: latest?.from ?? date, because: null };
  return { admissible: false, firstAdmissible: latest.from, because: latest.training };
}
