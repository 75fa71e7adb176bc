/** Short messages of the SDK over the video: why playback was paused, that a photo is about to be taken. */
import type { Lang } from '../texts.ts';
import { element } from './element.ts';
import { createLayer, type Layer, stageOf } from './layer.ts';

/** Milliseconds that a message stays. */
const NOTICE_MS = 6_000;

/** Pixels between the message and the lower edge of the video: native controls stay free. */
const ABOVE_CONTROLS_PX = 56;

const CSS = `
.note{position:absolute;box-sizing:border-box;max-width:min(440px,calc(100vw - 24px));width:max-content;padding:11px 16px;border-radius:11px;
display:flex;align-items:center;gap:14px;background:rgba(16,27,40,.94);color:#fff;box-shadow:0 6px 22px rgba(0,0,0,.32);
font:14px/1.5 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
.note:empty{display:none}
b{flex:none;font-size:22px;line-height:1;font-variant-numeric:tabular-nums}
button{flex:none;pointer-events:auto;min-height:44px;padding:0 14px;border:0;border-radius:8px;background:#7fe0c3;color:#06281f;font:inherit;font-weight:600;cursor:pointer}
button:focus-visible{outline:3px solid #fff;outline-offset:2px}
`;

/** Something that the learner can do about a message. */
export interface NoticeAction {
  readonly label: string;
  run(): void;
}

/** The message line of a monitor. */
export interface Notice {
  /**
   * Shows a message in place of the one before; with an action it stays until it is used or replaced. `count` is a number to
   * look at: shown beside the text without being announced again.
   */
  show(text: string, action?: NoticeAction, count?: number): void;
  clear(): void;
  owns(element: Element): boolean;
  stop(): void;
}

/** What the message line needs. */
export interface NoticeOptions {
  readonly video: HTMLVideoElement;
  readonly container: HTMLElement;
  readonly lang: Lang;
  readonly onTick: (tick: (now: number) => void) => () => void;
  readonly last: () => number;
}

/** Creates an empty message line. */
export function createNotice(options: NoticeOptions): Notice {
  const { video, container } = options;
  const doc = video.ownerDocument;
  let layer: Layer | null = null;
  let until = 0;
  const note = doc.createElement('div');
  note.className = 'note';
  note.lang = options.lang;
  note.dir = 'ltr';
  note.setAttribute('role', 'status');

  const place = (): void => {
    const stage = stageOf(video, 200, 120);
    note.style.left = `${stage.left + Math.max(12, (stage.width - note.offsetWidth) / 2)}px`;
    note.style.top = `${Math.max(8, stage.bottom - note.offsetHeight - ABOVE_CONTROLS_PX)}px`;
  };
  const clear = (): void => {
    until = 0;
    note.replaceChildren();
    layer?.remove();
    layer = null;
  };
  const stopTicks = options.onTick((now) => {
    if (layer === null) return;
    if (now > until) clear();
    else place();
  });
  return {
    show(text, action, count) {
      if (layer === null) {
        layer = createLayer(container, CSS);
        layer.root.append(note);
      }
      if (note.firstChild?.textContent !== text || action !== undefined)
        note.replaceChildren(element(doc, 'span', {}, text));
      for (const old of note.querySelectorAll('b,button')) old.remove();
      if (count !== undefined) note.append(element(doc, 'b', { 'aria-hidden': 'true' }, String(count)));
      if (action !== undefined) {
        const button = element(doc, 'button', { type: 'button' }, action.label);
        button.addEventListener('click', () => {
          clear();
          action.run();
        });
        note.append(button);
      }
      until = action === undefined ? options.last() + NOTICE_MS : Number.POSITIVE_INFINITY;
      layer.mount();
      place();
    },
    clear,
    owns: (element) => element === layer?.host,
    stop() {
      stopTicks();
      clear();
    },
  };
}
