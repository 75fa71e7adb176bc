/** The frame of a liveness challenge: a mirrored preview, the step in words and as an icon. What drives it fills it. */
import type { LivenessPrompt } from '@zhenxue/protocol';
import { element } from '../screen/layer/element.ts';
import type { Lang } from '../screen/texts.ts';
import { openDialog } from './dialog.ts';
import type { CameraTexts } from './texts.ts';

/** A step as it is shown. */
export type ShownStep = LivenessPrompt['step'];

/** A liveness challenge on the screen. */
export interface LivenessView {
  /** Give it the camera's stream; mirrored for the person only. */
  readonly preview: HTMLVideoElement;
  step(step: ShownStep): void;
  say(text: string, bad?: boolean): void;
  close(): void;
}

/** What the view needs. */
export interface LivenessViewOptions {
  readonly container: HTMLElement;
  readonly lang: Lang;
  readonly texts: CameraTexts;
  /** The learner gives up for now. */
  readonly cancel: () => void;
}

/** Lines of each icon: a face, and what to do. The picture is mirrored, so the person's left is on the left. */
const ICONS: Readonly<Record<ShownStep, readonly string[]>> = {
  'turn-left': ['M20 24h.1M30 24h.1M22 36q4 3 8 0', 'M14 50H4m5-5-5 5 5 5'],
  'turn-right': ['M26 24h.1M36 24h.1M26 36q4 3 8 0', 'M42 50h10m-5-5 5 5-5 5'],
  'open-mouth': ['M21 24h.1M35 24h.1', 'M28 32a5 6 0 1 0 .1 0z'],
  'close-eyes': ['M22 38q6 4 12 0', 'M18 25q3 3 6 0M32 25q3 3 6 0'],
  rest: ['M21 24h.1M35 24h.1M22 37q6 4 12 0', 'M28 2v4M28 50v4'],
  done: ['M21 24h.1M35 24h.1', 'M19 34l7 7 12-14'],
};

const SVG = 'http://www.w3.org/2000/svg';

function icon(doc: Document, step: ShownStep): SVGElement {
  const svg = doc.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 56 56');
  svg.setAttribute('aria-hidden', 'true');
  const [face = '', act = ''] = ICONS[step];
  for (const [shape, name] of [
    [`M28 8c11 0 17 8 17 19S37 48 28 48 11 38 11 27 17 8 28 8z${face}`, 'face'],
    [act, 'act'],
  ]) {
    const path = doc.createElementNS(SVG, 'path');
    path.setAttribute('d', shape ?? '');
    path.setAttribute('class', name ?? '');
    svg.append(path);
  }
  return svg;
}

/** Shows the frame; the first step is `rest`. */
export function openLivenessView(options: LivenessViewOptions): LivenessView {
  const { texts, container } = options;
  const doc = container.ownerDocument;
  const preview = element(doc, 'video', { 'aria-hidden': 'true' });
  preview.muted = true;
  preview.playsInline = true;
  preview.autoplay = true;
  const line = element(doc, 'div', { class: 'step', role: 'alert' });
  const step = (next: ShownStep): void => {
    line.replaceChildren(icon(doc, next), element(doc, 'span', {}, texts.steps[next]));
  };
  step('rest');
  const dialog = openDialog({
    ...options,
    name: 'liveness',
    title: texts.livenessTitle,
    // The step stands nearest to the camera, and is never below the fold of a small phone.
    body: [line, preview, element(doc, 'p', {}, texts.livenessHint)],
    actions: [{ label: texts.close, plain: true, run: options.cancel }],
    onEscape: options.cancel,
  });
  return { preview, step, say: dialog.say, close: dialog.close };
}
