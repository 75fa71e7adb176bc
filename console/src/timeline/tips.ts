/** What the tooltip says. */
import type { Finding, Timeline } from '@zhenxue/protocol';
import { quantities } from '../format/quantity.ts';
import { clock, localTime, localTimeTenths, rate, span } from '../format/time.ts';
import { readingAt } from './geometry.ts';
import type { PopupMark } from './marks.ts';

/** Translates a key. */
export type Translate = (key: string, values?: Record<string, unknown>) => string;

/** A tooltip: a first line that stands out, and further lines. */
export interface Tip {
  readonly title: string;
  readonly lines: readonly string[];
}

function covers(stretches: Timeline['hidden'], at: number): boolean {
  return stretches.some(([from, to]) => from <= at && at <= to);
}

/** What was going on at an instant (epoch ms): position, measured speed, page state, findings. */
export function instantTip(timeline: Timeline, at: number, t: Translate): Tip {
  const reading = readingAt(timeline, at);
  const lines: string[] = [];
  if (reading !== null) {
    const speed = t('timeline.speed', { rate: rate(reading.ratePermille) });
    const position = t('timeline.position', { clock: clock(reading.m) });
    lines.push(`${position} · ${reading.playing ? speed : t('timeline.paused')}`);
  }
  if (covers(timeline.hidden, at)) lines.push(t('timeline.hidden'));
  if (covers(timeline.unfocused, at)) lines.push(t('timeline.unfocused'));
  if (covers(timeline.offline, at)) lines.push(t('timeline.offline'));
  for (const finding of timeline.findings) {
    if (finding.span.fromAt <= at && at <= finding.span.toAt) {
      lines.push(`${t(`rule.${finding.rule}`)} · ${t(`kind.${finding.kind}`)}`);
    }
  }
  return { title: localTime(at), lines };
}

/** A finding: rule and clause, both clocks, claimed against measured. */
export function findingTip(finding: Finding, t: Translate): Tip {
  const { fromAt, toAt, fromM, toM } = finding.span;
  const lines = [
    t(`kind.${finding.kind}`),
    finding.clause,
    `${localTimeTenths(fromAt)} – ${localTimeTenths(toAt)}`,
    `${t('findings.media')} ${clock(fromM)} – ${clock(toM)}`,
  ];
  const { claimed, measured } = quantities(finding);
  if (claimed !== null) lines.push(`${t('findings.claimed')} ${claimed}`);
  if (measured !== null) lines.push(`${t('findings.measured')} ${measured}`);
  return { title: t(`rule.${finding.rule}`), lines };
}

/** A popup: when it was issued, what became of it. */
export function popupTip(mark: PopupMark, t: Translate): Tip {
  const { popup, fate } = mark;
  const lines = [`${t('controls.issued')} ${localTime(popup.issuedAt)}`];
  if (popup.answeredAt !== null) {
    lines.push(
      t('controls.answeredIn', { seconds: span(popup.answeredAt - (popup.shownAt ?? popup.issuedAt)) }),
    );
  }
  if (fate === 'overdue') lines.push(popup.shownAt === null ? t('controls.notShown') : t('controls.overdue'));
  if (fate === 'late') lines.push(t('controls.lateAnswer'));
  if (fate === 'waiting') lines.push(t('controls.waiting'));
  return { title: `${t('controls.popup')} ${popup.id}`, lines };
}

/** A photo: when it was asked for and stored. */
export function photoTip(photo: Timeline['photos'][number], t: Translate): Tip {
  const stored = photo.storedAt === null ? t('timeline.photoRequested') : t('timeline.photoStored');
  return {
    title: `${t('timeline.photos')} ${photo.id}`,
    lines: [`${stored} · ${localTime(photo.storedAt ?? photo.requestedAt)}`],
  };
}

/** A tooltip as one sentence, for assistive technology. */
export function spoken(tip: Tip): string {
  return [tip.title, ...tip.lines].join(', ');
}
