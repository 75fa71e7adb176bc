/** Round steps for the two axes. */
import type { Scales } from './geometry.ts';

/** Steps in seconds at which a clock is easy to read. */
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];

/** Smallest step that leaves at most `most` intervals in `lengthMs`, in ms. */
export function niceStep(lengthMs: number, most: number): number {
  const wanted = lengthMs / Math.max(1, most);
  const found = STEPS_S.find((step) => step * 1_000 >= wanted);
  return (found ?? Math.ceil(wanted / 86_400_000) * 86_400) * 1_000;
}

/** Instants (epoch ms) of the time ticks, at full steps, about one per `spacingPx`. */
export function timeTicks(scales: Scales, spacingPx: number): number[] {
  const step = niceStep(scales.toAt - scales.fromAt, scales.box.width / spacingPx);
  const ticks: number[] = [];
  for (let at = Math.ceil(scales.fromAt / step) * step; at <= scales.toAt; at += step) ticks.push(at);
  return ticks;
}

/** Media positions (ms) of the media ticks, from 0, about one per `spacingPx`. */
export function mediaTicks(scales: Scales, spacingPx: number): number[] {
  const step = niceStep(scales.mediaMs, scales.box.height / spacingPx);
  const ticks: number[] = [];
  for (let m = 0; m <= scales.mediaMs; m += step) ticks.push(m);
  return ticks;
}
