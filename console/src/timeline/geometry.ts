/** Where things stand on the timeline: server time across, media position up. Pure numbers; drawing is elsewhere. */
import type { Timeline } from '@zhenxue/protocol';

/** Shortest server time across the plot, ms: a sitting of two seconds must not fill it. */
export const TIME_SPAN_MIN_MS = 10_000;

/** Shortest media axis, ms. */
const MEDIA_SPAN_MIN_MS = 5_000;

/** Faint lines of slope 1 across the plot. */
const REFERENCE_LINES = 7;

/** The drawing area in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Maps server time (epoch ms) and media position (ms) to pixels, and pixels back to server time. */
export interface Scales {
  readonly box: Box;
  readonly fromAt: number;
  readonly toAt: number;
  readonly mediaMs: number;
  x(at: number): number;
  y(m: number): number;
  atOf(x: number): number;
}

/** A line in pixels. */
export interface Line {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** A run of playback points of one kind, as an SVG path. */
export interface Run {
  readonly playing: boolean;
  readonly d: string;
}

/** What the playback did at one instant. */
export interface Reading {
  readonly at: number;
  readonly m: number;
  readonly playing: boolean;
  /** Slope of the surrounding stretch in thousandths. */
  readonly ratePermille: number;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Last server time (epoch ms) that the timeline speaks of. */
export function lastAt(timeline: Timeline): number {
  const times = [
    timeline.openedAt,
    timeline.endedAt ?? 0,
    timeline.points.at(-1)?.[0] ?? 0,
    ...[...timeline.hidden, ...timeline.unfocused, ...timeline.offline].map(([, to]) => to),
    ...timeline.findings.map((finding) => finding.span.toAt),
    ...timeline.popups.map((popup) => popup.answeredAt ?? popup.shownAt ?? popup.issuedAt),
    ...timeline.photos.map((photo) => photo.storedAt ?? photo.requestedAt),
  ];
  return times.reduce((latest, at) => Math.max(latest, at), 0);
}

/** Scales for one timeline in one box. Positions outside the axes are clamped to the box. */
export function makeScales(timeline: Timeline, box: Box): Scales {
  const fromAt = timeline.points.reduce((first, [at]) => Math.min(first, at), timeline.openedAt);
  const toAt = Math.max(lastAt(timeline), fromAt + TIME_SPAN_MIN_MS);
  const reached = timeline.points.reduce((most, [, m]) => Math.max(most, m), 0);
  const mediaMs = Math.max(timeline.videoMs, reached, MEDIA_SPAN_MIN_MS);
  return {
    box,
    fromAt,
    toAt,
    mediaMs,
    x: (at) => box.left + (clamp(at - fromAt, 0, toAt - fromAt) / (toAt - fromAt)) * box.width,
    y: (m) => box.top + box.height - (clamp(m, 0, mediaMs) / mediaMs) * box.height,
    atOf: (x) => fromAt + (clamp(x - box.left, 0, box.width) / box.width) * (toAt - fromAt),
  };
}

/** The playback line, cut where playing and standing still alternate. A point's flag rules the stretch after it. */
export function playbackRuns(timeline: Timeline, scales: Scales): Run[] {
  const runs: { playing: boolean; d: string }[] = [];
  const place = (at: number, m: number): string => `${scales.x(at).toFixed(1)} ${scales.y(m).toFixed(1)}`;
  for (const [index, [at, m, playing]] of timeline.points.entries()) {
    const current = runs.at(-1);
    if (current !== undefined) current.d += `L${place(at, m)}`;
    const last = index === timeline.points.length - 1;
    if (!last && current?.playing !== playing) runs.push({ playing, d: `M${place(at, m)}` });
  }
  return runs;
}

/** Faint lines of slope 1, evenly spread, clipped to the box: playback parallel to them ran at normal speed. */
export function referenceLines(scales: Scales): Line[] {
  const timeMs = scales.toAt - scales.fromAt;
  const step = (timeMs + scales.mediaMs) / (REFERENCE_LINES + 1);
  const lines: Line[] = [];
  for (let k = 1; k <= REFERENCE_LINES; k++) {
    // m = (at − fromAt) + c, for c from −timeMs to +mediaMs.
    const c = -timeMs + k * step;
    const startMs = Math.max(0, -c);
    const endMs = Math.min(timeMs, scales.mediaMs - c);
    if (endMs <= startMs) continue;
    lines.push({
      x1: scales.x(scales.fromAt + startMs),
      y1: scales.y(startMs + c),
      x2: scales.x(scales.fromAt + endMs),
      y2: scales.y(endMs + c),
    });
  }
  return lines;
}

/** The line that playback at normal speed without a pause would have drawn from its first sample; null without samples. */
export function honestLine(timeline: Timeline, scales: Scales): Line | null {
  const first = timeline.points.find(([, , playing]) => playing);
  if (first === undefined) return null;
  const [at, m] = first;
  const lengthMs = Math.min(scales.toAt - at, scales.mediaMs - m);
  return { x1: scales.x(at), y1: scales.y(m), x2: scales.x(at + lengthMs), y2: scales.y(m + lengthMs) };
}

/** Left edge and width in pixels of a server-time stretch; exact, so it may be narrower than a pixel. */
export function stretch(scales: Scales, fromAt: number, toAt: number): { x: number; width: number } {
  const x = scales.x(fromAt);
  return { x, width: Math.max(0, scales.x(Math.max(fromAt, toAt)) - x) };
}

/**
 * Moves marks apart to the right until they are at least `gap` pixels from each other, then back from the right edge.
 * Order and ids are kept; with more marks than room they overlap at the left edge.
 */
export function spread(
  marks: readonly { readonly id: string; readonly x: number }[],
  gap: number,
  low: number,
  high: number,
): { id: string; x: number }[] {
  const placed = marks.map((mark) => ({ ...mark })).sort((a, b) => a.x - b.x);
  let least = low;
  for (const mark of placed) {
    mark.x = Math.max(mark.x, least);
    least = mark.x + gap;
  }
  let most = high;
  for (const mark of placed.reverse()) {
    mark.x = Math.max(low, Math.min(mark.x, most));
    most = mark.x - gap;
  }
  return placed.reverse();
}

/** Position and slope at an instant, read off the points; null outside them. */
export function readingAt(timeline: Timeline, at: number): Reading | null {
  const next = timeline.points.findIndex(([pointAt]) => pointAt > at);
  const after = timeline.points[next];
  const before = timeline.points[next - 1];
  if (after === undefined || before === undefined) return null;
  const elapsed = after[0] - before[0];
  const share = (at - before[0]) / elapsed;
  return {
    at,
    m: before[1] + (after[1] - before[1]) * share,
    playing: before[2],
    ratePermille: Math.round(((after[1] - before[1]) / elapsed) * 1_000),
  };
}
