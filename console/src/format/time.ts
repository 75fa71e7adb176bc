/** Times as a regulator reads them: local dates and times of Shanghai, durations in minutes and seconds. */

/** Zone of every displayed time; the rules count local dates here. */
export const ZONE = 'Asia/Shanghai';

const SECOND_MS = 1_000;
const MINUTE_S = 60;
const HOUR_S = 3_600;

function parts(at: number): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: ZONE,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
}

/** `YYYY-MM-DD` in Shanghai of an instant in epoch ms. */
export function localDate(at: number): string {
  const p = parts(at);
  return `${p.year}-${p.month}-${p.day}`;
}

/** `HH:mm:ss` in Shanghai of an instant in epoch ms. */
export function localTime(at: number): string {
  const p = parts(at);
  return `${p.hour}:${p.minute}:${p.second}`;
}

/** `HH:mm:ss.t` in Shanghai: for intervals shorter than a minute, tenths matter. */
export function localTimeTenths(at: number): string {
  return `${localTime(at)}.${Math.floor((at % SECOND_MS) / 100)}`;
}

/** `YYYY-MM-DD HH:mm:ss` in Shanghai of an instant in epoch ms. */
export function localDateTime(at: number): string {
  return `${localDate(at)} ${localTime(at)}`;
}

/** Position or length in ms as `m:ss` or `h:mm:ss`, rounded down; negative values count as 0. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / SECOND_MS));
  const hours = Math.floor(total / HOUR_S);
  const minutes = Math.floor((total % HOUR_S) / MINUTE_S);
  const seconds = String(total % MINUTE_S).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** Length in ms as seconds with one decimal below a minute, as {@link clock} above. */
export function span(ms: number): string {
  return Math.abs(ms) < MINUTE_S * SECOND_MS ? `${(ms / SECOND_MS).toFixed(1)} s` : clock(ms);
}

/** Thousandths of a rate as `1.25×`. */
export function rate(permille: number): string {
  return `${(permille / 1_000).toFixed(2)}×`;
}

/** Thousandths of a share as a percentage with at most one decimal; never rounds an incomplete share up to 100 %. */
export function percent(permille: number): string {
  const tenths = Math.floor(permille);
  return tenths % 10 === 0 ? `${tenths / 10}%` : `${(tenths / 10).toFixed(1)}%`;
}
