/** Popups and photos as marks: what became of each, and when. */
import type { PopupCoverage, Timeline } from '@zhenxue/protocol';

/** What became of a popup. */
export type PopupFate = 'answered' | 'late' | 'overdue' | 'waiting';

/** A popup on the timeline. `endAt` is its answer, its deadline, or `now` while it waits. */
export interface PopupMark {
  readonly popup: PopupCoverage;
  readonly fate: PopupFate;
  readonly endAt: number;
}

/** Fate of one popup as of `now` (epoch ms, the last instant that the timeline knows). */
export function popupFate(popup: PopupCoverage, now: number): PopupFate {
  if (popup.answeredAt !== null) return popup.answeredAt > popup.deadlineAt ? 'late' : 'answered';
  return now >= popup.deadlineAt ? 'overdue' : 'waiting';
}

/** Marks for all popups of a timeline. */
export function popupMarks(timeline: Timeline, now: number): PopupMark[] {
  return timeline.popups.map((popup) => {
    const fate = popupFate(popup, now);
    return {
      popup,
      fate,
      endAt: popup.answeredAt ?? Math.min(popup.deadlineAt, Math.max(now, popup.issuedAt)),
    };
  });
}
