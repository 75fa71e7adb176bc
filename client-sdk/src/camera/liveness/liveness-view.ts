/** The frame of a liveness challenge: a mirrored preview, the step in words, as an icon and as speech. What drives it fills it. */
import { element } from '../../screen/layer/element.ts';
import type { Lang } from '../../screen/texts.ts';
import { type DialogAction, openDialog } from '../dialog.ts';
import type { Voice } from '../speech.ts';
import { createPreview } from '../video-frame.ts';
import type { ShownStep } from './frame-line.ts';
import type { LivenessTexts } from './texts.ts';

/** A liveness challenge on the screen. */
export interface LivenessView {
  /** Give it the camera's stream; mirrored for the person only. */
  readonly preview: HTMLVideoElement;
  /** Shows, announces and reads out what to do now. */
  step(step: ShownStep): void;
  say(text: string, bad?: boolean): void;
  /** The camera is on: preview and hint instead of the explanation, and a switch for the voice. */
  live(on: boolean): void;
  act(actions: readonly DialogAction[]): void;
  close(): void;
}

/** What the view needs. */
export interface LivenessViewOptions {
  readonly container: HTMLElement;
  readonly lang: Lang;
  readonly texts: LivenessTexts;
  readonly voice: Voice;
  /** The learner gives up for now. */
  readonly cancel: () => void;
}

/** Lines of each icon: a face, and what to do. The picture is mirrored, so the person's left is on the left. */
const ICONS: Readonly<Record<ShownStep, readonly string[]>> = {
  'turn-left': ['M20 24h.1M30 24h.1M22 36q4 3 8 0', 'M20 51H4m5-5-5 5 5 5'],
  'turn-right': ['M26 24h.1M36 24h.1M26 36q4 3 8 0', 'M36 51h16m-5-5 5 5-5 5'],
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

/** The switch of the voice, where there is one. */
function voiceAction({ texts, voice }: LivenessViewOptions, changed: () => void): readonly DialogAction[] {
  if (!voice.able) return [];
  const run = (): void => {
    voice.mute(!voice.muted());
    changed();
  };
  return [{ label: voice.muted() ? texts.soundOn : texts.soundOff, plain: true, run }];
}

/** Shows the frame with the explanation of what is going to happen. */
export function openLivenessView(options: LivenessViewOptions): LivenessView {
  const { texts, container, voice } = options;
  const doc = container.ownerDocument;
  const preview = createPreview(doc);
  const line = element(doc, 'div', { class: 'step', role: 'alert' });
  const hint = element(doc, 'p', {}, texts.livenessAsk);
  const dialog = openDialog({
    ...options,
    name: 'liveness',
    title: texts.livenessTitle,
    // The step stands nearest to the camera, and is never below the fold of a small phone.
    body: [line, preview, hint],
    actions: [],
    onEscape: options.cancel,
  });
  const act = (actions: readonly DialogAction[]): void => {
    const inside = dialog.root.activeElement?.tagName === 'BUTTON';
    dialog.act(actions);
    // The button that had the focus is gone.
    if (inside) dialog.root.querySelector<HTMLElement>('.acts button, .body')?.focus({ preventScroll: true });
  };
  const liveActions = (): void =>
    act([
      { label: texts.livenessLater, plain: true, run: options.cancel },
      ...voiceAction(options, liveActions),
    ]);
  const live = (on: boolean): void => {
    preview.hidden = !on;
    line.hidden = !on;
    hint.textContent = on ? texts.livenessHint : texts.livenessAsk;
    if (on) liveActions();
  };
  live(false);
  return {
    preview,
    step(next) {
      line.replaceChildren(icon(doc, next), element(doc, 'span', {}, texts.steps[next]));
      voice.say(texts.steps[next]);
    },
    say: dialog.say,
    live,
    act,
    close: dialog.close,
  };
}
