/**
 * Ban dates (rules §4; item 20(3)): from the local date of the violation, for whole calendar years, until 24:00 of the last
 * day. Whether a ban is in force is computed from dates, never stored.
 */
import { Temporal } from 'temporal-polyfill';

/** First and last day of a ban, local dates `YYYY-MM-DD`, both included. */
export interface BanTerm {
  readonly startsOn: string;
  readonly endsOn: string;
}

/** The local date of an instant. @param at epoch ms. @param zone IANA zone, such as `Asia/Shanghai`. */
export function localDate(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();
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
  const next = Temporal.PlainDate.from(term.endsOn).add({ days: 1 });
  return next.toZonedDateTime(zone).epochMilliseconds;
}
