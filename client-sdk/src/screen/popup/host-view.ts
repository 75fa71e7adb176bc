/**
 * Popups that the page renders by itself. What counts is not that it says so: the element must be in the document, inside the
 * viewport, painted, large enough and on top, and an answer must come with the genuine event that made it.
 */
import type { PopupChallenge } from '@zhenxue/protocol';
import { isGenuine } from '../layer/genuine.ts';
import type { Lang } from '../texts.ts';
import type { PopupView, PopupViewOptions } from './popup-view.ts';

/** Smallest element that can be read and used, px. */
const WIDTH_MIN_PX = 160;
const HEIGHT_MIN_PX = 60;

/** Part of the element that must be inside the viewport, by the browser's own observer. */
const RATIO_MIN = 0.95;

/** Milliseconds between two looks of an observer that also checks what covers the element (IntersectionObserver v2). */
const LOOK_MS = 100;

/** Places, in shares of width and height, at which the element must be the topmost; all but one. */
const PROBES: readonly (readonly [number, number])[] = [
  [0.5, 0.5],
  [0.15, 0.2],
  [0.85, 0.2],
  [0.15, 0.8],
  [0.85, 0.8],
];

/** A popup for the page to render. */
export interface HostPopup {
  readonly id: string;
  readonly challenge: PopupChallenge;
  /** Milliseconds left to answer in. */
  readonly answerMs: number;
  readonly lang: Lang;
  /**
   * Gives the learner's answer: `ok` for a button, the digits of a sum, the characters of a code.
   * @param event the click or key that made it; without a genuine one nothing is sent and the attempt is reported.
   */
  answer(text: string, event: Event): void;
}

/** What the page made of a popup. */
export interface HostPopupElement {
  /** All of the popup. */
  readonly element: HTMLElement;
  /** News in the learner's language: a wrong answer, time is up, checking (`calm`). */
  say?(message: string, calm: boolean): void;
  /** The popup is over: take it away. */
  close(): void;
}

/** Renders a popup. */
export type RenderPopup = (popup: HostPopup) => HostPopupElement;

interface Seen {
  readonly ratio: number;
  /** Of IntersectionObserver v2; undefined where that is missing. */
  readonly painted: boolean | undefined;
}

function watchSeen(target: HTMLElement): { readonly seen: () => Seen; stop(): void } {
  let last: Seen = { ratio: 0, painted: undefined };
  const options = { threshold: [0, 0.5, RATIO_MIN, 1], trackVisibility: true, delay: LOOK_MS };
  const observer = new IntersectionObserver((entries) => {
    const entry = entries.at(-1);
    if (entry !== undefined)
      last = { ratio: entry.intersectionRatio, painted: (entry as { isVisible?: boolean }).isVisible };
  }, options);
  observer.observe(target);
  return { seen: () => last, stop: () => observer.disconnect() };
}

function isOnTop(target: HTMLElement, own: (element: Element) => boolean): boolean {
  const box = target.getBoundingClientRect();
  if (box.width < WIDTH_MIN_PX || box.height < HEIGHT_MIN_PX) return false;
  const root = target.getRootNode();
  const within = root instanceof ShadowRoot ? root : target.ownerDocument;
  const hits = PROBES.filter(([x, y]) => {
    const top = within.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
    return top !== null && (target.contains(top) || own(top));
  });
  return hits.length >= PROBES.length - 1;
}

/** Lets the page render a popup and watches whether it is seen. */
export function openHostView(
  render: RenderPopup,
  options: PopupViewOptions & { readonly id: string; readonly answerMs: number },
): PopupView {
  const { challenge, lang, answerMs, id } = options;
  const made = render({
    id,
    challenge,
    answerMs,
    lang,
    answer(text, event) {
      if (isGenuine(event)) options.answer(text);
      else options.untrusted();
    },
  });
  const host = made.element;
  const watch = watchSeen(host);
  return {
    host,
    visible() {
      if (!host.isConnected || host.ownerDocument.hidden) return false;
      if (host.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) === false) return false;
      const { ratio, painted } = watch.seen();
      // An observer that sees effects such as opacity reports false for them; where it is missing the other checks must do.
      return ratio >= RATIO_MIN && painted !== false && isOnTop(host, options.own);
    },
    place: () => undefined,
    mount: () => undefined,
    setLeft: () => undefined,
    setBusy: () => undefined,
    setLate: () => undefined,
    say: (message, calm) => made.say?.(message, calm),
    close() {
      watch.stop();
      made.close();
    },
  };
}
