/** `lesson-order`, the platform's own acts, and what speaks against the record itself. Everything but the last once per sitting. */
import type { FindingKind, RuleId, Severity } from '@zhenxue/protocol';
import type { SessionRecord } from '../../server/src/core/session/records.ts';
import { sizeOf } from './media-set.ts';
import { find, lastOf, type Move, type Sample, type Story } from './story.ts';

/** Off the registered duration by more than rounding, ms. */
const DURATION_TOLERANCE_MS = 2_000;

function once(
  story: Story,
  rule: RuleId,
  kind: FindingKind,
  severity: Severity,
  fromAt: number,
  toAt: number,
): void {
  if (!story.found.some((found) => found.kind === kind)) find(story, rule, kind, severity, fromAt, toAt);
}

/** Something was really played in a sitting that the platform should not have opened so. */
export function lookAtActs(story: Story, { from, to, played }: Move): void {
  const { acts, place, pack } = story.facts;
  if (acts === undefined || played === 0 || sizeOf(story.seen) <= pack.credit.slackMs) return;
  const duty = (kind: FindingKind, severity: Severity) =>
    once(story, 'platform-duties', kind, severity, from.at, to.at);
  const skipped = place?.specialised === true && place.unfinishedBefore > 0;
  if (acts.videoUnapproved === true) duty('video-unapproved', 'violation');
  if ((acts.controlsOff ?? []).length > 0) duty('control-disabled', 'violation');
  if (acts.orderOverridden !== true) return;
  if (skipped) once(story, 'lesson-order', 'lesson-skipped', 'violation', from.at, to.at);
  else duty('order-overridden', 'hint');
}

/** What plays was recognised as a later lesson of a specialised course; or a batch came again with other bytes. */
export function takeIrregularRecord(story: Story, record: SessionRecord): void {
  const fromAt = lastOf(story)?.at ?? story.openedAt;
  const { place } = story.facts;
  if (record.kind === 'content' && place?.specialised === true && record.position > place.position)
    once(story, 'lesson-order', 'later-content', 'violation', fromAt, story.at);
  if (record.kind === 'conflict') find(story, 'record-integrity', 'seq-conflict', 'hint', fromAt, story.at);
}

/** Looks at one sample by itself, before it becomes the last one. @param zero server time of session time 0. */
export function lookAtRecord(story: Story, sample: Sample, zero: number): void {
  const { facts, upSince, tampered } = story;
  const { event, at, receivedAt } = sample;
  const last = lastOf(story);
  const hint = (kind: FindingKind) => once(story, 'record-integrity', kind, 'hint', at, at);
  if (event.e === 'tamper' && !tampered.has(event.what)) {
    tampered.add(event.what);
    find(story, 'record-integrity', 'tampered', 'hint', at, at);
  }
  if (last !== null && event.t + facts.pack.credit.slackMs < last.t) hint('time-backwards');
  if (event.m > facts.videoMs + DURATION_TOLERANCE_MS) hint('beyond-end');
  const differs =
    event.e === 'open' && event.d > 0 && Math.abs(event.d - facts.videoMs) > DURATION_TOLERANCE_MS;
  if (differs) hint('video-differs');
  if (upSince === null) return;
  if (receivedAt - Math.max(zero + sample.t, upSince) > facts.pack.hints.clockLagMs) hint('clock-lagging');
}
