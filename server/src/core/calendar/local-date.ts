/**
 * Local dates as text `YYYY-MM-DD` (rules §4: sanctions and spacing are counted in local dates). ISO dates of four-digit
 * years sort as text, which is how they are compared.
 */
import { Temporal } from 'temporal-polyfill';

const DATE_SHAPE = /^\d{4}-\d{2}-\d{2}$/;

/** Days of local dates, both ends included; `to` null = open. */
export interface DateSpan {
  readonly from: string;
  readonly to: string | null;
}

/** Whether a text is an existing date in the form `YYYY-MM-DD`. */
export function isLocalDate(text: string): boolean {
  if (!DATE_SHAPE.test(text)) return false;
  try {
    return Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
}

/** Whether a name is a time zone that this runtime knows. */
export function isZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns a date unchanged.
 * @param name of the argument, for the message.
 * @throws RangeError when it is no date: a comparison of something else must never become an answer.
 */
export function needDate(date: string, name: string): string {
  if (!isLocalDate(date)) throw new RangeError(`${name}: expected a local date YYYY-MM-DD`);
  return date;
}

/** The local date of an instant. @param at epoch ms. @param zone IANA zone, such as `Asia/Shanghai`. */
export function localDate(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The date `days` later (earlier when negative). @throws RangeError when `date` is no date. */
export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(needDate(date, 'date')).add({ days }).toString();
}

/**
 * The corresponding day `months` later; a month without that day ends on its last one (31 January → 28 or 29 February).
 * @throws RangeError when `date` is no date.
 */
export function addMonths(date: string, months: number): string {
  return Temporal.PlainDate.from(needDate(date, 'date'))
    .add({ months }, { overflow: 'constrain' })
    .toString();
}

/** The first instant (epoch ms) of a local date. @throws RangeError when `date` is no date. */
export function dayStartsAt(date: string, zone: string): number {
  return Temporal.PlainDate.from(needDate(date, 'date')).toZonedDateTime(zone).epochMilliseconds;
}

/** Whether a span of days holds a date. */
export function holdsDate(span: DateSpan, date: string): boolean {
  return span.from <= date && (span.to === null || date <= span.to);
}
