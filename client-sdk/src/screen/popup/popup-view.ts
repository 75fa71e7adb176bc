/** One popup on the screen: a dialog in a closed shadow root, usable by keyboard and screen reader. */
import type { PopupChallenge } from '@zhenxue/protocol';
import { createLayer, stageOf } from '../layer/layer.ts';
import type { Lang, Texts } from '../texts.ts';
import { POPUP_CSS } from './popup-style.ts';

/** Smallest part of the video that a popup is placed in, px; else the whole viewport is used. */
const STAGE_MIN_WIDTH_PX = 300;
const STAGE_MIN_HEIGHT_PX = 210;

/** Milliseconds after appearing in which keys are not taken as an answer: they were meant for the player. */
const KEY_GUARD_MS = 400;

/** Digits of an answer: no sum that is asked for has more. */
const ANSWER_DIGITS_MAX = 8;

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
  /** Elements of the SDK itself, which never count as covering. */
  readonly own: (element: Element) => boolean;
}

function element<K extends keyof HTMLElementTagNameMap>(
  doc: Document,
  tag: K,
  attributes: Readonly<Record<string, string>>,
  text = '',
): HTMLElementTagNameMap[K] {
  const made = doc.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

interface Parts {
  readonly card: HTMLElement;
  readonly alert: HTMLElement;
  readonly left: HTMLElement;
  readonly bar: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly input: HTMLInputElement | null;
}

function build(doc: Document, options: PopupViewOptions): Parts {
  const { challenge, texts, lang } = options;
  const card = element(doc, 'div', {
    class: 'card',
    role: 'dialog',
    'aria-modal': 'true',
    'aria-labelledby': 'title',
    'aria-describedby': 'ask',
    lang,
    tabindex: '-1',
  });
  const title = element(doc, 'h2', { id: 'title' }, texts.popupTitle);
  const alert = element(doc, 'p', { class: 'alert', role: 'alert' });
  const left = element(doc, 'p', { class: 'left', role: 'timer' });
  const track = element(doc, 'div', { class: 'bar', 'aria-hidden': 'true' });
  const bar = element(doc, 'i', {});
  track.append(bar);
  if (challenge.type === 'press') {
    const ask = element(doc, 'p', { id: 'ask' }, texts.popupPress);
    const button = element(doc, 'button', { type: 'button', class: 'wide' }, texts.popupPressButton);
    card.append(title, ask, button, alert, left, track);
    return { card, alert, left, bar, button, input: null };
  }
  const ask = element(doc, 'label', { id: 'ask', for: 'sum' }, texts.popupSum(challenge.a, challenge.b));
  const input = element(doc, 'input', {
    id: 'sum',
    inputmode: 'numeric',
    autocomplete: 'off',
    enterkeyhint: 'send',
    maxlength: String(ANSWER_DIGITS_MAX),
  });
  const button = element(doc, 'button', { type: 'button' }, texts.popupSumButton);
  const row = element(doc, 'div', { class: 'row' });
  row.append(input, button);
  card.append(title, ask, row, alert, left, track);
  return { card, alert, left, bar, button, input };
}

/** Full-width digits of an input method count as digits. */
function digitsOf(text: string): string {
  return text.normalize('NFKC').replace(/\D/g, '').slice(0, ANSWER_DIGITS_MAX);
}

function listenToKeys(
  parts: Parts,
  root: ShadowRoot,
  submit: () => void,
  stay: () => void,
  since: number,
): void {
  const { card, button, input } = parts;
  card.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === 'Tab') {
      const order: (Element & { focus(): void })[] = input === null ? [button] : [input, button];
      const at = root.activeElement === null ? -1 : order.indexOf(root.activeElement as HTMLElement);
      const next = (at + (event.shiftKey ? order.length - 1 : 1)) % order.length;
      event.preventDefault();
      order[at < 0 ? 0 : next]?.focus();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      stay();
    } else if (event.key === 'Enter' || (event.key === ' ' && root.activeElement === button)) {
      event.preventDefault();
      if (event.isTrusted && !event.repeat && event.timeStamp - since > KEY_GUARD_MS) submit();
    }
  });
  // Hotkeys of the player must not react to what is typed here.
  for (const type of ['keyup', 'keypress'])
    card.addEventListener(type, (event) => {
      event.stopPropagation();
      if ((event as KeyboardEvent).key === ' ' && root.activeElement === button) event.preventDefault();
    });
}

function isTopmost(host: HTMLElement, card: HTMLElement, own: (element: Element) => boolean): boolean {
  const doc = host.ownerDocument;
  const box = card.getBoundingClientRect();
  const x = (Math.max(0, box.left) + Math.min(window.innerWidth, box.right)) / 2;
  const y = (Math.max(0, box.top) + Math.min(window.innerHeight, box.bottom)) / 2;
  if (box.width < 1 || box.height < 1) return false;
  const top = doc.elementFromPoint(x, y);
  return top === host || (top !== null && own(top));
}

/** Builds a popup and shows it with the focus in it. */
export function openPopupView(options: PopupViewOptions): PopupView {
  const { video, challenge, texts } = options;
  const doc = video.ownerDocument;
  const layer = createLayer(options.container, POPUP_CSS);
  const { host, root } = layer;
  const parts = build(doc, options);
  const { card, alert, button, input } = parts;
  const before = doc.activeElement;

  const say = (message: string, calm: boolean): void => {
    alert.classList.toggle('calm', calm);
    alert.textContent = message;
  };
  const submit = (): void => {
    if (button.disabled) return;
    const text = input === null ? 'ok' : digitsOf(input.value);
    if (text === '') say(texts.popupSumEmpty, false);
    else options.answer(text);
  };
  const place = (): void => {
    const stage = stageOf(video, STAGE_MIN_WIDTH_PX, STAGE_MIN_HEIGHT_PX);
    const [x, y] = challenge.type === 'press' ? [challenge.x, challenge.y] : [500, 450];
    const across = (free: number, share: number): number =>
      Math.max(0, EDGE_PX + ((free - 2 * EDGE_PX) * Math.min(1000, Math.max(0, share))) / 1000);
    card.style.left = `${stage.left + across(stage.width - card.offsetWidth, x)}px`;
    card.style.top = `${stage.top + across(stage.height - card.offsetHeight, y)}px`;
  };
  const mount = (): void => {
    layer.mount();
    place();
    (input ?? button).focus({ preventScroll: true });
  };

  button.addEventListener('click', (event) => {
    if (event.isTrusted) submit();
  });
  root.append(card);
  listenToKeys(parts, root, submit, () => say(texts.popupStays, true), doc.timeline.currentTime as number);
  mount();
  return {
    host,
    place,
    mount,
    say,
    visible() {
      if (!host.isConnected || doc.hidden) return false;
      if (host.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) === false) return false;
      return isTopmost(host, card, options.own);
    },
    setLeft(seconds, share) {
      parts.left.textContent = seconds > 0 ? texts.popupLeft(seconds) : '';
      parts.bar.style.transform = `scaleX(${Math.min(1, Math.max(0, share))})`;
    },
    setBusy(busy) {
      button.disabled = busy;
      if (!busy) (input ?? button).focus({ preventScroll: true });
      if (!busy) input?.select();
    },
    setLate: () => card.classList.add('late'),
    close() {
      const inside = doc.activeElement === host || doc.activeElement === doc.body;
      layer.remove();
      if (inside && before instanceof HTMLElement) before.focus({ preventScroll: true });
    },
  };
}
