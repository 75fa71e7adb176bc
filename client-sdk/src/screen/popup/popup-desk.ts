/** The popups of a sitting, one on the screen at a time, oldest first; what is shown, answered, removed and covered is evidence. */
import type { Directive, TamperKind } from '@zhenxue/protocol';
import type { Happening } from '../../monitor/sampler.ts';
import type { Lang, Texts } from '../texts.ts';
import { openHostView, type RenderPopup } from './host-view.ts';
import { openPopupView, type PopupView, type PopupViewOptions } from './popup-view.ts';

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

/**
 * Milliseconds past the deadline after which it does not: a wrong answer given at the last moment must not let the video play on
 * for longer than the server's slack.
 */
const CHECKING_PAST_MS = 1_000;

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
  /** The page renders popups itself. */
  readonly renderPopup?: RenderPopup | undefined;
  /** Default: the SDK's own popup, or the page's. */
  readonly openView?: OpenView;
}

/** Shows a popup. */
export type OpenView = (
  options: PopupViewOptions & { readonly id: string; readonly answerMs: number },
) => PopupView;

interface Entry {
  readonly directive: PopupDirective;
  readonly receivedAt: number;
  shown: boolean;
  answeredAt: number | null;
  late: boolean;
  view: PopupView | null;
  untrustedTold: boolean;
  removedTimes: number;
  coveredTicks: number;
  coveredTold: boolean;
}

function isOverdue(entry: Entry, now: number): boolean {
  const pastMs = now - entry.receivedAt - entry.directive.answerMs;
  const checking = entry.answeredAt !== null && now - entry.answeredAt < CHECKING_MS;
  if (checking && pastMs < CHECKING_PAST_MS) return false;
  return entry.late || pastMs > -MARGIN_MS;
}

class OpenDesk implements PopupDesk {
  readonly #options: PopupDeskOptions;
  readonly #told = new Set<(what: TamperKind, id: string) => void>();
  readonly #removals = new MutationObserver(() => this.#checkRemoved());
  readonly #stopTicks: () => void;
  #entries: Entry[] = [];
  #stopped = false;

  constructor(options: PopupDeskOptions) {
    this.#options = options;
    this.#stopTicks = options.onTick((now) => this.#tick(now));
  }

  open(directive: PopupDirective): void {
    if (this.#stopped || this.#entries.length >= POPUPS_MAX) return;
    if (this.#entries.some((entry) => entry.directive.id === directive.id)) return;
    this.#entries.push({
      directive,
      receivedAt: this.#options.last(),
      shown: false,
      answeredAt: null,
      late: false,
      view: null,
      untrustedTold: false,
      removedTimes: 0,
      coveredTicks: 0,
      coveredTold: false,
    });
    this.#showNext();
  }

  settle(ref: string, result: 'met' | 'wrong' | 'overdue'): void {
    const { texts } = this.#options;
    const entry = this.#entries.find(({ directive }) => directive.id === ref);
    if (entry === undefined) return;
    if (result === 'met') {
      this.#close(entry);
      return;
    }
    if (result === 'overdue') {
      entry.late = true;
      entry.view?.setLate();
    } else {
      entry.answeredAt = null;
      entry.view?.setBusy(false);
    }
    entry.view?.say(result === 'wrong' ? texts.popupWrong : texts.popupOverdue, false);
  }

  keepOnly(ids: ReadonlySet<string>): void {
    for (const entry of [...this.#entries]) {
      if (!ids.has(entry.directive.id)) this.#close(entry);
      // The word about an answer may have been lost with the old connection: it can be given again.
      else if (entry.answeredAt !== null) {
        entry.answeredAt = null;
        entry.view?.setBusy(false);
      }
    }
  }

  overdue(now: number): boolean {
    return this.#entries.some((entry) => isOverdue(entry, now));
  }

  onTamper(tell: (what: TamperKind, id: string) => void): () => void {
    this.#told.add(tell);
    return () => this.#told.delete(tell);
  }

  stop(): void {
    this.#stopped = true;
    this.#stopTicks();
    this.#removals.disconnect();
    for (const entry of this.#entries) entry.view?.close();
    this.#entries = [];
  }

  #tamper(what: TamperKind, entry: Entry): void {
    for (const tell of this.#told) tell(what, entry.directive.id);
  }

  /** A script answered: told once per popup, and never sent. */
  #untrusted(entry: Entry): void {
    if (!entry.untrustedTold) this.#tamper('untrusted-input', entry);
    entry.untrustedTold = true;
  }

  #answer(entry: Entry, text: string): void {
    const { last, record, texts } = this.#options;
    this.#seen(entry);
    entry.answeredAt = last();
    entry.view?.setBusy(true);
    entry.view?.say(texts.popupWaiting, true);
    record({ e: 'popup.answer', id: entry.directive.id, a: text });
  }

  /** Reports a popup as shown once it really is. */
  #seen(entry: Entry): void {
    if (entry.shown || entry.view?.visible() !== true) return;
    entry.shown = true;
    this.#options.record({ e: 'popup.shown', id: entry.directive.id });
  }

  #showNext(): void {
    const entry = this.#entries[0];
    if (entry === undefined || entry.view !== null || this.#stopped) return;
    const { id, challenge, answerMs } = entry.directive;
    const { openView = openPopupView, renderPopup: render } = this.#options;
    const options = {
      ...this.#options,
      id,
      challenge,
      answerMs,
      answer: (text: string): void => this.#answer(entry, text),
      untrusted: (): void => this.#untrusted(entry),
    };
    entry.view = render === undefined ? openView(options) : openHostView(render, options);
    this.#removals.disconnect();
    this.#removals.observe(this.#options.video.ownerDocument, { childList: true, subtree: true });
    this.#seen(entry);
  }

  #close(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
    if (this.#entries.length === 0) this.#removals.disconnect();
    const { view } = entry;
    entry.view = null;
    view?.close();
    this.#showNext();
  }

  #checkRemoved(): void {
    const entry = this.#entries[0];
    if (entry?.view == null || entry.view.host.isConnected) return;
    entry.removedTimes += 1;
    if (entry.removedTimes === 1) this.#tamper('popup-removed', entry);
    if (entry.removedTimes <= REINSERTS_MAX) entry.view.mount();
  }

  #checkCovered(entry: Entry, view: PopupView): void {
    const covered = view.host.isConnected && !view.host.ownerDocument.hidden && !view.visible();
    entry.coveredTicks = covered ? entry.coveredTicks + 1 : 0;
    if (entry.coveredTicks === COVERED_TICKS && !entry.coveredTold) {
      entry.coveredTold = true;
      this.#tamper('popup-covered', entry);
    }
    if (entry.coveredTicks > 0 && entry.coveredTicks % COVERED_TICKS === 0) view.mount();
  }

  #tick(now: number): void {
    this.#checkRemoved();
    const entry = this.#entries[0];
    if (entry?.view == null) return;
    const { view, directive } = entry;
    view.place();
    this.#seen(entry);
    this.#checkCovered(entry, view);
    const leftMs = directive.answerMs - MARGIN_MS - (now - entry.receivedAt);
    view.setLeft(Math.ceil(leftMs / 1000), leftMs / directive.answerMs);
    if (entry.late || !isOverdue(entry, now)) return;
    entry.late = true;
    view.setLate();
    view.say(this.#options.texts.popupOverdue, false);
  }
}

/** Creates an empty desk. */
export function createPopupDesk(options: PopupDeskOptions): PopupDesk {
  return new OpenDesk(options);
}
