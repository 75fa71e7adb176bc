/** What the oracle knows of a sitting while it reads it, and how it writes findings down. */
import type { FindingKind, LearningEvent, Outcome, RuleId, Severity } from '@zhenxue/protocol';
import { STATE } from '@zhenxue/protocol';
import type { SittingFacts } from '../../server/src/core/session/records.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { Challenges } from './liveness.ts';
import type { Piece } from './media-set.ts';
import { sizeOf } from './media-set.ts';

/** One sample on both clocks. */
export interface Sample {
  readonly t: number;
  readonly m: number;
  readonly s: number;
  readonly r: number;
  readonly at: number;
  readonly event: LearningEvent;
  readonly receivedAt: number;
}

/** From one sample of a page to the next. */
export interface Move {
  readonly from: Sample;
  readonly to: Sample;
  readonly dt: number;
  /** Media played, ms. */
  readonly played: number;
  /** Where the position jumped to; null = it did not. */
  readonly jump: number | null;
}

/** A finding, as far as it is compared. */
export interface Found {
  readonly rule: RuleId;
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly fromAt: number;
  toAt: number;
}

/** A popup or a photo request that is not over. */
export interface Asked {
  readonly n: number;
  readonly issuedAt: number;
  reached: boolean;
  confirmed: boolean;
  deadlineAt: number;
  /** Media played past the deadline, and since when. */
  overFrom: Sample | null;
  overMs: number;
  /** The part of it that was played after a sample past the deadline. */
  overAliveMs: number;
  found: Found | null;
  /** The page says that the photo was taken. */
  taken: boolean;
}

/** Everything so far. */
export interface Story {
  readonly facts: SittingFacts;
  readonly openedAt: number;
  at: number;
  readonly samples: Sample[];
  upSince: number | null;
  downSince: number | null;
  originAt: number | null;
  /** `receipt − newest t` of every batch. */
  readonly offsets: number[];
  credited: Piece[];
  /** Server time in which something was credited. */
  creditedAt: Piece[];
  readonly elsewhere: Elsewhere;
  readonly challenges: Challenges | null;
  /** Kinds of interference that were noted. */
  readonly tampered: Set<string>;
  /** Where the media was seen. */
  seen: Piece[];
  /** Where the first page began. */
  startM: number | null;
  run: { excess: number; slack: number; refilledT: number };
  clock: { base: number; most: number; refilledT: number; level: Sample | null; found: Found | null };
  slope: { prefixes: { played: number; excess: number; sample: Sample }[]; found: Found | null };
  rate: { from: Sample; ms: number; found: Found | null } | null;
  seek: { fromAt: number; ms: number; end: Sample | null } | null;
  readonly away: Map<string, { from: Sample; ms: number; aliveMs: number; found: Found | null }>;
  popup: Asked | null;
  popupsIssued: number;
  popupDueMs: number;
  popupAnsweredMs: number;
  photo: Asked | null;
  photosIssued: number;
  photosDrawn: number;
  photoDueMs: number | null;
  hour: number;
  attempts: number;
  lastCall: boolean;
  readonly hasPhoto: boolean[];
  gaps: number;
  readonly found: Found[];
  ended: string | null;
}

/** What the oracle says about a sitting. */
export interface Told {
  readonly creditedMs: number;
  readonly credited: readonly Piece[];
  readonly found: readonly Found[];
  readonly outcome: Outcome;
  readonly ended: string | null;
}

export function is(s: number, bits: number): boolean {
  return (s & bits) !== 0;
}

/** Writes a finding down. */
export function find(
  story: Story,
  rule: RuleId,
  kind: FindingKind,
  severity: Severity,
  fromAt: number,
  toAt: number,
): Found {
  const found: Found = { rule, kind, severity, fromAt, toAt };
  story.found.push(found);
  return found;
}

/** Credited time of this sitting: what earlier sittings cover counts there. */
export function creditedMs(story: Story): number {
  const { priorCovered } = story.facts;
  return sizeOf([...story.credited, ...priorCovered]) - sizeOf(priorCovered);
}

/** The last sample. */
export function lastOf(story: Story): Sample | null {
  return story.samples[story.samples.length - 1] ?? null;
}

/** The move that leads to a sample. Chromium plays at most 16 times as fast: what went further jumped. */
export function moveTo(story: Story, from: Sample, to: Sample): Move {
  const { slackMs } = story.facts.pack.credit;
  const dt = Math.max(0, to.t - from.t);
  const left = to.event.e === 'seek' ? to.event.from : null;
  const dm = (left ?? to.m) - from.m;
  const playing = is(from.s, STATE.playing);
  const possible = dm <= 16 * dt + slackMs;
  const jumped = left !== null || dm < 0 || !possible || (!playing && dm > slackMs);
  return { from, to, dt, played: playing && possible && dm > 0 ? dm : 0, jump: jumped ? to.m : null };
}

/** Media of a move that can only have been played after a server time. */
export function playedAfter(move: Move, at: number): number {
  if (at >= move.to.at) return 0;
  return Math.max(0, move.played - Math.max(0, at - move.from.at));
}
