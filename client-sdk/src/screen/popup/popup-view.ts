/** One popup on the screen: a dialog in a closed shadow root, usable by keyboard and screen reader. */
import type { PopupChallenge } from '@zhenxue/protocol';
import { element } from '../layer/element.ts';
import { isGenuine } from '../layer/genuine.ts';
import { createLayer, stageOf } from '../layer/layer.ts';
import { THEME_CSS } from '../layer/theme.ts';
import type { Lang, Texts } from '../texts.ts';
import { buildForm, type PopupForm } from './popup-form.ts';
import { POPUP_CSS } from './popup-style.ts';

/** Smallest part of the video that a popup is placed in, px; else the whole viewport is used. */
const STAGE_MIN_WIDTH_PX = 300;
const STAGE_MIN_HEIGHT_PX = 210;

/** Milliseconds after appearing in which keys are not taken as an answer: they were meant for the player. */
const KEY_GUARD_MS = 400;

/** Pixels between the popup and the edge of its stage. */
const EDGE_PX = 10;

/** A popup on the screen. */
export interface PopupView {
  readonly host: HTMLElement;
  /** In the document, painted, and the topmost thing at its middle. */
  visible(): boolean;
  place(): void;
  mount(): void;
  setLeft(seconds: number, share: number): void;
  /** Announces a message; `calm` for news that are no trouble. */
  say(message: string, calm: boolean): void;
  setBusy(busy: boolean): void;
  setLate(): void;
  /** Takes it down and gives the focus back. */
  close(): void;
}

/** What a popup needs. */
export interface PopupViewOptions {
  readonly video: HTMLVideoElement;
  readonly container: HTMLElement;
  readonly challenge: PopupChallenge;
  readonly texts: Texts;
  readonly lang: Lang;
  readonly answer: (text: string) => void;
  /** A script tried to answer. */
  readonly untrusted: () => void;
  /** Elements of the SDK itself, which never count as covering. */
  readonly own: (element: Element) => boolean;
}

interface Card {
  readonly card: HTMLElement;
  readonly body: HTMLElement;
  readonly alert: HTMLElement;
  readonly left: HTMLElement;
  readonly bar: HTMLElement;
}

function buildCard(doc: Document, { texts, lang }: PopupViewOptions): Card {
  const card = element(doc, 'div', {
    class: 'card',
    role: 'dialog',
    'aria-modal': 'true',
    'aria-labelledby': 'title',
    'aria-describedby': 'ask',
    lang,
    // Both languages run from left to right, whatever the page around does.
    dir: 'ltr',
    tabindex: '-1',
  });
  const title = element(doc, 'h2', { id: 'title' }, texts.popupTitle);
  const body = element(doc, 'div', {});
  const alert = element(doc, 'p', { class: 'alert', role: 'alert' });
  const left = element(doc, 'p', { class: 'left', role: 'timer' });
  const track = element(doc, 'div', { class: 'bar', 'aria-hidden': 'true' });
  const bar = element(doc, 'i', {});
  track.append(bar);
  card.append(title, body, alert, left, track);
  return { card, body, alert, left, bar };
}

interface Keys {
  readonly card: HTMLElement;
  readonly root: ShadowRoot;
  readonly form: () => PopupForm;
  readonly submit: (event: Event) => void;
  readonly stay: () => void;
}

/** Tab stays inside, Escape explains, Enter and Space answer; nothing reaches the player's hotkeys. */
function listenToKeys({ card, root, form, submit, stay }: Keys): void {
  const since = card.ownerDocument.timeline.currentTime as number;
  const onSend = (key: string): boolean => {
    const { send, stops } = form();
    const at = root.activeElement as HTMLElement | null;
    if (at !== null && at !== send && at instanceof HTMLButtonElement && stops.includes(at)) return false;
    return key === 'Enter' || (key === ' ' && at === send);
  };
  card.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    const { stops } = form();
    if (event.key === 'Tab') {
      const at = stops.indexOf(root.activeElement as HTMLElement);
      const next = (at + (event.shiftKey ? stops.length - 1 : 1)) % stops.length;
      event.preventDefault();
      stops[at < 0 ? 0 : next]?.focus();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      stay();
    } else if (onSend(event.key)) {
      event.preventDefault();
      if (!event.repeat && event.timeStamp - since > KEY_GUARD_MS) submit(event);
    }
  });
  for (const type of ['keyup', 'keypress'] as const)
    card.addEventListener(type, (event) => {
      event.stopPropagation();
      if (event.key === ' ' && root.activeElement === form().send) event.preventDefault();
    });
}

/** Whether what is painted at the middle of `box` is the host or belongs to the SDK. */
export function isTopmost(host: HTMLElement, box: DOMRect, own: (element: Element) => boolean): boolean {
  const x = (Math.max(0, box.left) + Math.min(window.innerWidth, box.right)) / 2;
  const y = (Math.max(0, box.top) + Math.min(window.innerHeight, box.bottom)) / 2;
  if (box.width < 1 || box.height < 1) return false;
  const top = host.ownerDocument.elementFromPoint(x, y);
  return top === host || (top !== null && own(top));
}

class ShownPopup implements PopupView {
  readonly host: HTMLElement;
  readonly #options: PopupViewOptions;
  readonly #layer: ReturnType<typeof createLayer>;
  readonly #card: Card;
  readonly #before: Element | null;
  #form: PopupForm;
  #busy = false;

  constructor(options: PopupViewOptions) {
    const doc = options.video.ownerDocument;
    this.#options = options;
    this.#layer = createLayer(options.container, THEME_CSS + POPUP_CSS);
    this.host = this.#layer.host;
    this.#before = doc.activeElement;
    this.#card = buildCard(doc, options);
    this.#form = this.#ask(options.challenge);
    this.#layer.root.append(this.#card.card);
    listenToKeys({
      card: this.#card.card,
      root: this.#layer.root,
      form: () => this.#form,
      submit: this.#submit,
      stay: () => this.say(options.texts.popupStays, true),
    });
    this.mount();
  }

  mount(): void {
    this.#layer.mount();
    this.place();
    this.#focus();
  }

  place(): void {
    const { video, challenge } = this.#options;
    const { card } = this.#card;
    const stage = stageOf(video, STAGE_MIN_WIDTH_PX, Math.max(STAGE_MIN_HEIGHT_PX, card.offsetHeight));
    const [x, y] = challenge.type === 'press' ? [challenge.x, challenge.y] : [500, 450];
    const across = (free: number, share: number): number =>
      Math.max(0, EDGE_PX + ((free - 2 * EDGE_PX) * Math.min(1000, Math.max(0, share))) / 1000);
    card.style.left = `${stage.left + across(stage.width - card.offsetWidth, x)}px`;
    card.style.top = `${stage.top + across(stage.height - card.offsetHeight, y)}px`;
  }

  visible(): boolean {
    const { host } = this;
    if (!host.isConnected || host.ownerDocument.hidden) return false;
    if (host.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) === false) return false;
    return isTopmost(host, this.#card.card.getBoundingClientRect(), this.#options.own);
  }

  setLeft(seconds: number, share: number): void {
    this.#card.left.textContent = seconds > 0 ? this.#options.texts.popupLeft(seconds) : '';
    this.#card.bar.style.transform = `scaleX(${Math.min(1, Math.max(0, share))})`;
  }

  say(message: string, calm: boolean): void {
    const { alert } = this.#card;
    alert.classList.toggle('calm', calm);
    alert.textContent = message;
  }

  setBusy(busy: boolean): void {
    this.#busy = busy;
    this.#form.send.disabled = busy;
    if (busy) return;
    this.#focus();
    this.#form.input?.select();
  }

  setLate(): void {
    this.#card.card.classList.add('late');
  }

  close(): void {
    const { host } = this;
    const doc = host.ownerDocument;
    const inside = doc.activeElement === host || doc.activeElement === doc.body;
    this.#layer.remove();
    if (inside && this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true });
  }

  readonly #submit = (event: Event): void => {
    if (this.#busy) return;
    if (!isGenuine(event)) {
      this.#options.untrusted();
      return;
    }
    const text = this.#form.read();
    if (text === '') this.say(this.#form.empty, false);
    else this.#options.answer(text);
  };

  #focus(): void {
    this.#form.stops[0]?.focus({ preventScroll: true });
  }

  #ask(challenge: PopupChallenge): PopupForm {
    const swap = (): void => {
      if (challenge.type !== 'code') return;
      this.#form = this.#ask({ type: 'sum', a: challenge.a, b: challenge.b });
      this.setBusy(this.#busy);
      this.#focus();
    };
    const { texts, video } = this.#options;
    const form = buildForm(video.ownerDocument, challenge, texts, swap);
    form.send.addEventListener('click', this.#submit);
    this.#card.body.replaceChildren(...form.nodes);
    return form;
  }
}

/** Builds a popup and shows it with the focus in it. */
export function openPopupView(options: PopupViewOptions): PopupView {
  return new ShownPopup(options);
}
