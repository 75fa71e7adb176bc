/** What a popup asks, as controls: a button, a sum, or a drawn code with the sum for whoever cannot see it. */
import { CODE_HEIGHT, CODE_WIDTH, type PopupChallenge } from '@zhenxue/protocol';
import { element } from '../layer/element.ts';
import type { Texts } from '../texts.ts';

/** Digits of an answer: no sum that is asked for has more. */
const ANSWER_DIGITS_MAX = 8;

/** Characters of a code. */
const CODE_CHARS = 4;

/** Canvas pixels per unit of a drawing: sharp on dense screens. */
const CODE_SCALE = 3;

/** Units of the pen. */
const PEN_UNITS = 3.5;

/** A question's controls. */
export interface PopupForm {
  readonly nodes: readonly HTMLElement[];
  /** In the order of the Tab key; the first gets the focus. */
  readonly stops: readonly HTMLElement[];
  readonly send: HTMLButtonElement;
  readonly input: HTMLInputElement | null;
  /** What to say when nothing was entered. */
  readonly empty: string;
  /** The answer; empty when there is none yet. */
  read(): string;
}

type Of<T extends PopupChallenge['type']> = Extract<PopupChallenge, { type: T }>;

function pressForm(doc: Document, texts: Texts): PopupForm {
  const ask = element(doc, 'p', { id: 'ask' }, texts.popupPress);
  const send = element(doc, 'button', { type: 'button', class: 'wide' }, texts.popupPressButton);
  return { nodes: [ask, send], stops: [send], send, input: null, empty: '', read: () => 'ok' };
}

function row(doc: Document, texts: Texts, attributes: Readonly<Record<string, string>>) {
  const input = element(doc, 'input', {
    id: 'in',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    enterkeyhint: 'send',
    ...attributes,
  });
  const send = element(doc, 'button', { type: 'button' }, texts.popupSumButton);
  const line = element(doc, 'div', { class: 'row' });
  line.append(input, send);
  return { input, send, line };
}

function sumForm(
  doc: Document,
  texts: Texts,
  { a, b }: { readonly a: number; readonly b: number },
): PopupForm {
  const ask = element(doc, 'label', { id: 'ask', for: 'in' }, texts.popupSum(a, b));
  const { input, send, line } = row(doc, texts, {
    inputmode: 'numeric',
    maxlength: String(ANSWER_DIGITS_MAX),
  });
  // Full-width digits of an input method count as digits.
  const read = (): string => input.value.normalize('NFKC').replace(/\D/g, '').slice(0, ANSWER_DIGITS_MAX);
  return { nodes: [ask, line], stops: [input, send], send, input, empty: texts.popupSumEmpty, read };
}

function drawing(doc: Document, texts: Texts, strokes: Of<'code'>['strokes']): HTMLCanvasElement {
  const canvas = element(doc, 'canvas', { role: 'img', 'aria-label': texts.popupCodeImage });
  canvas.width = CODE_WIDTH * CODE_SCALE;
  canvas.height = CODE_HEIGHT * CODE_SCALE;
  const pen = canvas.getContext('2d');
  if (pen === null) return canvas;
  pen.scale(CODE_SCALE, CODE_SCALE);
  pen.lineWidth = PEN_UNITS;
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  pen.strokeStyle = '#14202e';
  for (const line of strokes) {
    pen.beginPath();
    for (let i = 0; i + 1 < line.length; i += 2) pen.lineTo(line[i] ?? 0, line[i + 1] ?? 0);
    pen.stroke();
  }
  return canvas;
}

function codeForm(doc: Document, texts: Texts, challenge: Of<'code'>, swap: () => void): PopupForm {
  const ask = element(doc, 'label', { id: 'ask', for: 'in' }, texts.popupCode);
  const { input, send, line } = row(doc, texts, { class: 'code', maxlength: String(2 * CODE_CHARS) });
  const other = element(doc, 'button', { type: 'button', class: 'swap' }, texts.popupCodeSwap);
  other.addEventListener('click', swap);
  const read = (): string =>
    input.value.normalize('NFKC').replace(/\s/g, '').toUpperCase().slice(0, CODE_CHARS);
  const nodes = [ask, drawing(doc, texts, challenge.strokes), line, other];
  return { nodes, stops: [input, send, other], send, input, empty: texts.popupCodeEmpty, read };
}

/** Builds the controls of a question. @param swap the learner wants the sum in place of the drawing */
export function buildForm(
  doc: Document,
  challenge: PopupChallenge,
  texts: Texts,
  swap: () => void,
): PopupForm {
  switch (challenge.type) {
    case 'press':
      return pressForm(doc, texts);
    case 'sum':
      return sumForm(doc, texts, challenge);
    case 'code':
      return codeForm(doc, texts, challenge, swap);
    default:
      return challenge satisfies never;
  }
}
