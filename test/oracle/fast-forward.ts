/** `fast-forward`, by looking at everything again at every sample. */
import { STATE } from '@zhenxue/protocol';
import { endOf, sizeInside } from './media-set.ts';
import { find, is, lastOf, type Move, type Sample, type Story } from './story.ts';

/** A pause or a stall hides this much playing, ms. */
const PAUSE_SKEW_MS = 250;

/** The client's clock may be ahead by the slack, and by what it drifted: the slack once per refill time. */
export function lookAtClock(story: Story, sample: Sample): boolean {
  const { clock, originAt } = story;
  if (originAt === null) return false;
  const { slackMs, slackRefillMs } = story.facts.pack.credit;
  const ahead = sample.t - (sample.receivedAt - originAt);
  const beyond = ahead > clock.base + slackMs;
  if (ahead <= clock.base) clock.level = sample;
  clock.most = Math.max(clock.most, ahead);
  if (beyond) {
    const fromAt = clock.level?.at ?? originAt;
    clock.found ??= find(story, 'fast-forward', 'clock-ahead', 'violation', fromAt, sample.receivedAt);
    clock.found.toAt = sample.receivedAt;
  }
  if (sample.t - clock.refilledT >= slackRefillMs) {
    clock.base = Math.min(clock.most, clock.base + slackMs);
    clock.refilledT = sample.t;
  }
  return beyond;
}

/** A reported rate above 1 with more than a second of media. */
export function lookAtRate(story: Story, move: Move): void {
  if (move.from.r > 1_000) {
    story.rate ??= { from: move.from, ms: 0, found: null };
    story.rate.ms += move.played;
    const { rate } = story;
    if (rate.found !== null && move.played > 0) rate.found.toAt = move.to.at;
    if (rate.found === null && rate.ms > story.facts.pack.fastForward.advanceMaxMs)
      rate.found = find(story, 'fast-forward', 'rate-reported', 'violation', rate.from.at, move.to.at);
  }
  if (move.to.r <= 1_000) endRate(story, move.to);
}

/** The rate is 1 again, or the page is gone: what came to nothing was an attempt. */
export function endRate(story: Story, now: Sample): void {
  const { rate } = story;
  if (rate !== null && rate.found === null)
    find(story, 'fast-forward', 'rate-attempt', 'hint', rate.from.at, now.at);
  story.rate = null;
}

/** Every pair of samples with a window of playing between them. */
export function lookAtSlope(story: Story, move: Move): void {
  const { slope } = story;
  const { slopeMaxPermille, slopeWindowMs } = story.facts.pack.fastForward;
  if (move.played === 0) return;
  if (slope.prefixes.length === 0) slope.prefixes.push({ played: 0, excess: 0, sample: move.from });
  const before = slope.prefixes[slope.prefixes.length - 1];
  const gain = 1_000 * move.played - slopeMaxPermille * move.dt;
  const now = {
    played: (before?.played ?? 0) + move.dt,
    excess: (before?.excess ?? 0) + gain,
    sample: move.to,
  };
  slope.prefixes.push(now);
  if (slope.found !== null) {
    if (gain > 0) slope.found.toAt = fastUntil(story);
    else story.slope = { prefixes: [], found: null };
    return;
  }
  const steep = slope.prefixes.some(
    (old) => now.played - old.played >= slopeWindowMs && now.excess > old.excess,
  );
  if (!steep) return;
  const from = lowestOf(story).sample.at;
  slope.found = find(story, 'fast-forward', 'slope-measured', 'violation', from, fastUntil(story));
}

type Prefix = Story['slope']['prefixes'][number];

function lowestOf({ slope }: Story): Prefix {
  return slope.prefixes.reduce((low, prefix) => (prefix.excess <= low.excess ? prefix : low));
}

/** The window proves it; the fast playing inside of it ended where the excess was highest. */
function fastUntil(story: Story): number {
  const { prefixes } = story.slope;
  const later = prefixes.slice(prefixes.indexOf(lowestOf(story)) + 1);
  return later.reduce((high, prefix) => (prefix.excess >= high.excess ? prefix : high)).sample.at;
}

function furthest(story: Story): number {
  return Math.max(endOf(story.seen), endOf(story.facts.priorCovered));
}

/** Forward seeks past the furthest point: taken back they are attempts, played on they are violations. */
export function lookAtSeek(story: Story, move: Move): void {
  const { advanceMaxMs, resetWithinMs, seekSlackMs } = story.facts.pack.fastForward;
  const { seek } = story;
  if (seek !== null) {
    seek.ms += move.played;
    const late = seek.end !== null && move.to.t - seek.end.t > resetWithinMs;
    const back = move.jump !== null && move.jump <= furthest(story) + seekSlackMs;
    if (seek.ms > advanceMaxMs || late) accuseSeek(story, move.to);
    else if (back) {
      find(story, 'fast-forward', 'seek-attempt', 'hint', seek.fromAt, move.to.at);
      story.seek = null;
    }
  }
  if (move.jump === null || story.seek !== null) return;
  const left = move.from.m + move.played;
  if (move.to.m > Math.max(furthest(story), left) + seekSlackMs)
    story.seek = { fromAt: move.to.at, ms: 0, end: null };
}

function accuseSeek(story: Story, now: Sample): void {
  const { seek } = story;
  if (seek === null) return;
  const kind = seek.end === null ? 'seek-forward' : 'end-claimed';
  find(story, 'fast-forward', kind, 'violation', seek.fromAt, now.at);
  story.seek = null;
}

/** The page goes away or the sitting is over: a seek with its end claimed stays one, any other came to nothing. */
export function leaveSeek(story: Story, now: Sample): void {
  if (story.seek?.end != null) accuseSeek(story, now);
  story.seek = null;
}

/** An end claimed away from the video's end, or with parts of it never seen. */
export function lookAtEnd(story: Story, sample: Sample, mediaMs: number): void {
  if (sample.event.e !== 'ended') return;
  if (story.seek !== null) {
    story.seek.end ??= sample;
    return;
  }
  const { videoMs, pack, priorCovered } = story.facts;
  const endMs = is(sample.s, STATE.ended) ? Math.min(videoMs, mediaMs) : videoMs;
  const there = sample.m >= endMs - pack.fastForward.seekSlackMs;
  const before = lastOf(story);
  const start = story.startM ?? 0;
  const covered = [...story.seen, ...priorCovered, [before?.m ?? 0, videoMs] as const];
  const skipped =
    story.gaps > 0 || before === null || videoMs <= start
      ? 0
      : videoMs - start - sizeInside(covered, start, videoMs);
  const mayLack = (videoMs * (1_000 - pack.credit.coverageRequiredPermille)) / 1_000;
  if (there && skipped <= mayLack) return;
  if (story.found.some((found) => found.kind === 'end-claimed')) return;
  find(story, 'fast-forward', 'end-claimed', 'violation', sample.at, sample.at);
}

/** Notes where the media was: by playing, or within the time that a pause or a stall may hide. */
export function noteSeen(story: Story, move: Move): void {
  if (move.played > 0) story.seen.push([move.from.m, move.from.m + move.played]);
  else if (move.jump === null && move.to.m - move.from.m <= Math.max(move.dt, PAUSE_SKEW_MS))
    story.seen.push([move.from.m, move.to.m]);
}
