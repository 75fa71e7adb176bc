/** The popups of a sitting, one on the screen at a time, oldest first; what is shown, answered, removed and covered is evidence. */
import type { Directive, TamperKind } from '@zhenxue/protocol';
import type { Happening } from '../../monitor/sampler.ts';
import type { Lang, Texts } from '../texts.ts';
import { openPopupView, type PopupView } from './popup-view.ts';

/** A popup as the server asks for it. */
export type PopupDirective = Extract<Directive, { kind: 'popup' }>;

/** Times that a removed popup is put back; then it stays away and the sitting stays paused. */
const REINSERTS_MAX = 3;

/** Ticks in a row that a popup must be covered to count. */
const COVERED_TICKS = 4;

/** Popups kept at a time. */
const POPUPS_MAX = 8;

/** Milliseconds for which an answer that is being checked holds the deadline off. */
const CHECKING_MS = 5_000;

/** Milliseconds before the deadline at which playback is paused already: the server's deadline began a little earlier. */
const MARGIN_MS = 500;

/** What others may know of the popups. */
export interface PopupWatch {
  onTamper(told: (what: TamperKind, id: string) => void): () => void;
}

/** The popups of a sitting. */
export interface PopupDesk extends PopupWatch {
  open(directive: PopupDirective): void;
  settle(ref: string, result: 'met' | 'wrong' | 'overdue'): void;
  /** Closes popups that the server does not hold open any more. */
  keepOnly(ids: ReadonlySet<string>): void;
  /** Whether a popup is unanswered past its time. */
  overdue(now: number): boolean;
  stop(): void;
}

/** What the desk needs. */
export interface PopupDeskOptions {
  readonly video: HTMLVideoElement;
  readonly container: HTMLElement;
  readonly texts: Texts;
  readonly lang: Lang;
  readonly record: (happening: Happening) => void;
  readonly onTick: (tick: (now: number) => void) => () => void;
  readonly last: () => number;
  readonly own: (element: Element) => boolean;
}

interface Entry {
  readonly directive: PopupDirective;
  readonly receivedAt: number;
  shown: boolean;
  answeredAt: number | null;
  late: boolean;
  view: PopupView | null;
  removedTimes: number;
  coveredTicks: number;
}

function isOverdue(entry: Entry, now: number): boolean {
  if (entry.answeredAt !== null && now - entry.answeredAt < CHECKING_MS) return false;
  return entry.late || now - entry.receivedAt > entry.directive.answerMs - MARGIN_MS;
}

/** Creates an empty desk. */
export function createPopupDesk(options: PopupDeskOptions): PopupDesk {
  const { texts, record } = options;
  const told = new Set<(what: TamperKind, id: string) => void>();
  let entries: Entry[] = [];
  let stopped = false;

  function tamper(what: TamperKind, entry: Entry): void {
    for (const tell of told) tell(what, entry.directive.id);
  }

  function answer(entry: Entry, text: string): void {
    seen(entry);
    entry.answeredAt = options.last();
    entry.view?.setBusy(true);
    entry.view?.say(texts.popupWaiting, true);
    record({ e: 'popup.answer', id: entry.directive.id, a: text });
  }

  function seen(entry: Entry): void {
    if (entry.shown || entry.view?.visible() !== true) return;
    entry.shown = true;
    record({ e: 'popup.shown', id: entry.directive.id });
  }

  function showNext(): void {
    const entry = entries[0];
    if (entry === undefined || entry.view !== null || stopped) return;
    const { challenge } = entry.directive;
    entry.view = openPopupView({ ...options, challenge, answer: (text) => answer(entry, text) });
    removals.disconnect();
    removals.observe(options.video.ownerDocument, { childList: true, subtree: true });
    seen(entry);
  }

  function close(entry: Entry): void {
    entries = entries.filter((other) => other !== entry);
    if (entries.length === 0) removals.disconnect();
    const { view } = entry;
    entry.view = null;
    view?.close();
    showNext();
  }

  function checkRemoved(): void {
    const entry = entries[0];
    if (entry?.view == null || entry.view.host.isConnected) return;
    entry.removedTimes += 1;
    if (entry.removedTimes === 1) tamper('popup-removed', entry);
    if (entry.removedTimes <= REINSERTS_MAX) entry.view.mount();
  }

  function checkCovered(entry: Entry, view: PopupView): void {
    const covered = view.host.isConnected && !view.host.ownerDocument.hidden && !view.visible();
    entry.coveredTicks = covered ? entry.coveredTicks + 1 : 0;
    if (entry.coveredTicks === COVERED_TICKS) tamper('popup-covered', entry);
    if (entry.coveredTicks > 0 && entry.coveredTicks % COVERED_TICKS === 0) view.mount();
  }

  const removals = new MutationObserver(checkRemoved);
  const stopTicks = options.onTick((now) => {
    checkRemoved();
    const entry = entries[0];
    if (entry?.view == null) return;
    const { view, directive } = entry;
    view.place();
    seen(entry);
    checkCovered(entry, view);
    const leftMs = directive.answerMs - MARGIN_MS - (now - entry.receivedAt);
    view.setLeft(Math.ceil(leftMs / 1000), leftMs / directive.answerMs);
    if (!entry.late && isOverdue(entry, now)) {
      entry.late = true;
      view.setLate();
      view.say(texts.popupOverdue, false);
    }
  });

  return {
    open(directive) {
      if (stopped || entries.length >= POPUPS_MAX) return;
      if (entries.some((entry) => entry.directive.id === directive.id)) return;
      const fresh = {
        shown: false,
        answeredAt: null,
        late: false,
        view: null,
        removedTimes: 0,
        coveredTicks: 0,
      };
      entries.push({ directive, receivedAt: options.last(), ...fresh });
      showNext();
    },
    settle(ref, result) {
      const entry = entries.find(({ directive }) => directive.id === ref);
      if (entry === undefined) return;
      if (result === 'met') return close(entry);
      if (result === 'overdue') {
        entry.late = true;
        entry.view?.setLate();
      } else {
        entry.answeredAt = null;
        entry.view?.setBusy(false);
      }
      entry.view?.say(result === 'wrong' ? texts.popupWrong : texts.popupOverdue, false);
    },
    keepOnly(ids) {
      for (const entry of [...entries]) if (!ids.has(entry.directive.id)) close(entry);
    },
    overdue: (now) => entries.some((entry) => isOverdue(entry, now)),
    onTamper(tell) {
      told.add(tell);
      return () => told.delete(tell);
    },
    stop() {
      stopped = true;
      stopTicks();
      removals.disconnect();
      for (const entry of entries) entry.view?.close();
      entries = [];
    },
  };
}
