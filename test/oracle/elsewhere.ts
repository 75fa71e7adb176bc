/** One learner, one place: credited server time never overlaps, and a second sitting that plays is a violation. */
import type { SessionRecord } from '../../server/src/core/session/records.ts';
import { type Piece, sizeInside, tidy } from './media-set.ts';
import { type Found, find, lastOf, type Move, type Sample, type Story } from './story.ts';

/**
 * Stretches of server time that are remembered: beyond, the two oldest become one with what lies between. This bound is the only
 * thing that the oracle shares with the engine here; it withholds more and never less.
 */
const REMEMBERED_MAX = 4;

/** What is known of the learner's other sittings, and of what both had. */
export interface Elsewhere {
  /** Server times in which another sitting was credited. */
  credited: Piece[];
  /** Server times in which media advanced in another sitting. */
  played: Piece[];
  /** Server times in which media advanced here, credited or not, since another sitting was heard of: the newest few. */
  here: Piece[];
  sharedMs: number;
  fromAt: number | null;
  found: Found | null;
}

/** The newest stretches; the oldest joined. */
export function remembered(pieces: readonly Piece[]): Piece[] {
  const sorted = tidy(pieces);
  while (sorted.length > REMEMBERED_MAX) {
    const [first, second] = sorted.splice(0, 2);
    if (first !== undefined && second !== undefined) sorted.unshift([first[0], second[1]]);
  }
  return sorted;
}

/** Nothing is credited for a move in whose time another sitting was. */
export function takenElsewhere(story: Story, move: Move): boolean {
  return sizeInside(story.elsewhere.credited, move.from.at, move.to.at) > 0;
}

function shared(story: Story, ms: number, fromAt: number, to: Sample | null): void {
  const { elsewhere } = story;
  if (ms === 0) return;
  elsewhere.sharedMs += ms;
  elsewhere.fromAt ??= fromAt;
  if (elsewhere.sharedMs <= story.facts.pack.multiWindow.secondSittingGraceMs) return;
  const toAt = to?.at ?? story.openedAt;
  elsewhere.found ??= find(story, 'multi-window', 'second-sitting', 'violation', elsewhere.fromAt, toAt);
  elsewhere.found.toAt = toAt;
}

/** Hears of another sitting: what this one played in that time is shared, as far as it was not counted before. */
export function hearOf(story: Story, record: Extract<SessionRecord, { kind: 'elsewhere' }>): void {
  const { elsewhere } = story;
  const own = tidy([...story.creditedAt, ...elsewhere.here]);
  if (!(record.to > record.from)) return;
  const to = Math.min(record.to, story.at);
  const last = lastOf(story);
  if (record.credited) elsewhere.credited = [...elsewhere.credited, [record.from, to]];
  const known = elsewhere.played.map(([a, b]): Piece => [Math.max(a, record.from), Math.min(b, to)]);
  const inside = sizeInside(own, record.from, to);
  const before = known.reduce((total, [a, b]) => total + sizeInside(own, a, b), 0);
  elsewhere.played = remembered([...elsewhere.played, [record.from, to]]);
  const fromAt = Math.min(last?.at ?? story.openedAt, Math.max(record.from, story.openedAt));
  shared(story, inside - before, fromAt, last);
}

/** Media advances here while it did elsewhere. */
export function lookElsewhere(story: Story, move: Move): void {
  const { elsewhere } = story;
  if (move.played === 0 || elsewhere.played.length === 0) return;
  elsewhere.here = tidy([...elsewhere.here, [move.from.at, move.to.at]]).slice(-REMEMBERED_MAX);
  shared(story, sizeInside(elsewhere.played, move.from.at, move.to.at), move.from.at, move.to);
}

/** Notes the server time of a move that was credited. */
export function noteCredited(story: Story, move: Move): void {
  const newest = story.creditedAt[story.creditedAt.length - 1];
  // Stretches are counted as they are opened: one more beyond those remembered joins the oldest.
  if (newest !== undefined && move.from.at >= newest[0] && move.from.at <= newest[1]) {
    story.creditedAt[story.creditedAt.length - 1] = [newest[0], Math.max(newest[1], move.to.at)];
    return;
  }
  story.creditedAt = [...remembered(story.creditedAt), [move.from.at, move.to.at]];
}
