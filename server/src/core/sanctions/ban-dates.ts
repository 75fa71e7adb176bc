/**
 * Ban dates (rules §4; item 20(3)): from the local date of the violation, for whole calendar years, until 24:00 of the last
 * day. Whether a ban is in force is computed from dates, never stored.
 */
import { Temporal } from 'temporal-polyfill';
import { addDays, dayStartsAt } from '../calendar/local-date.ts';

export { localDate } from '../calendar/local-date.ts';

/** First and last day of a ban, local dates `YYYY-MM-DD`, both included. */
export interface BanTerm {
  readonly startsOn: string;
  readonly endsOn: string;
}

/**
 * The term of a ban: its last day has the same month and day `years` later; 29 February becomes 28 February.
 * @throws RangeError when `violationDate` is not a date.
 */
export function banTerm(violationDate: string, years: number): BanTerm {
  const start = Temporal.PlainDate.from(violationDate);
  return { startsOn: start.toString(), endsOn: start.add({ years }, { overflow: 'constrain' }).toString() };
}

/** Whether a ban is in force on a local date. ISO dates sort as text. */
export function banInForce(term: BanTerm, date: string): boolean {
  return term.startsOn <= date && date <= term.endsOn;
}

/** The first instant (epoch ms) at which the ban is over: midnight after its last day. */
export function banOverAt(term: BanTerm, zone: string): number {
  return dayStartsAt(addDays(term.endsOn, 1), zone);
}
