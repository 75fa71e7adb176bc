/** A modal dialog of the SDK: closed shadow root, focus inside and given back, scrolls by keyboard, fits a phone. */
import { element } from '../screen/layer/element.ts';
import { isGenuine } from '../screen/layer/genuine.ts';
import { createLayer } from '../screen/layer/layer.ts';
import { THEME_CSS } from '../screen/layer/theme.ts';
import type { Lang } from '../screen/texts.ts';

const CSS = `
.back{position:absolute;inset:0;display:flex;align-items:center;justify-content:center;padding:8px;box-sizing:border-box;background:rgba(8,16,26,.6);pointer-events:auto}
.card{position:static;width:min(480px,100%);max-height:100%;display:flex;flex-direction:column;padding:18px 0 16px}
h2,.say,.acts{margin-inline:20px}
.body{overflow-y:auto;padding:4px 20px;min-height:0}
.body:focus-visible{outline-offset:-3px!important;border-radius:8px}
.say{margin-block:10px 0;min-height:1.55em;color:var(--quiet)}
.say.bad{color:var(--danger);font-weight:600}
.acts{display:flex;flex-wrap:wrap;gap:10px;margin-block-start:14px}
.acts button{flex:1 1 auto}
label{display:flex;gap:10px;align-items:flex-start;padding:9px 0;cursor:pointer}
input[type=checkbox]{flex:none;width:24px;height:24px;margin:0;accent-color:var(--accent)}
video{display:block;width:100%;aspect-ratio:4/3;object-fit:cover;background:#000;border-radius:10px;transform:scaleX(-1)}
video+p{margin-block-start:10px}
.step{display:flex;align-items:center;gap:14px;min-height:64px;margin:0 0 12px;font-size:20px;font-weight:650;line-height:1.3}
[hidden]{display:none!important}
.step svg{flex:none;width:56px;height:56px;fill:none;stroke:var(--accent);stroke-width:3;stroke-linecap:round;stroke-linejoin:round}
.step svg .face{stroke:var(--text)}
@media (max-height:480px){video{aspect-ratio:auto;height:38vh}}
`;

/** A button of a dialog. */
export interface DialogAction {
  readonly label: string;
  readonly plain?: boolean;
  run(): void;
}

/** An open dialog. */
export interface Dialog {
  readonly root: ShadowRoot;
  /** Announces a line below the content. */
  say(text: string, bad?: boolean): void;
  act(actions: readonly DialogAction[]): void;
  /** Takes it down and gives the focus back. */
  close(): void;
}

/** What a dialog needs. */
export interface DialogOptions {
  readonly container: HTMLElement;
  readonly lang: Lang;
  /** Names the host element, for pages and tests. */
  readonly name: string;
  readonly title: string;
  readonly body: readonly Node[];
  readonly actions: readonly DialogAction[];
  /** The Escape key. */
  readonly onEscape: () => void;
}

const STOPS = 'button:not(:disabled),input,[tabindex="0"]';

function listenToKeys(card: HTMLElement, root: ShadowRoot, onEscape: () => void): void {
  card.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      onEscape();
      return;
    }
    if (event.key !== 'Tab') return;
    const stops = [...card.querySelectorAll<HTMLElement>(STOPS)];
    const at = stops.indexOf(root.activeElement as HTMLElement);
    const step = event.shiftKey ? stops.length - 1 : 1;
    const next = (Math.max(at, 0) + step) % stops.length;
    event.preventDefault();
    stops[next]?.focus();
  });
  for (const type of ['keyup', 'keypress'] as const)
    card.addEventListener(type, (event) => event.stopPropagation());
}

/** Opens a dialog with the focus on its content, which is announced. */
export function openDialog(options: DialogOptions): Dialog {
  const doc = options.container.ownerDocument;
  const layer = createLayer(options.container, THEME_CSS + CSS);
  const { root, host } = layer;
  host.dataset.zhenxue = options.name;
  const before = doc.activeElement;
  const back = element(doc, 'div', { class: 'back' });
  const card = element(doc, 'div', {
    class: 'card',
    role: 'dialog',
    'aria-modal': 'true',
    'aria-labelledby': 'title',
    'aria-describedby': 'body',
    lang: options.lang,
    dir: 'ltr',
  });
  const body = element(doc, 'div', { class: 'body', id: 'body', tabindex: '0' });
  body.append(...options.body);
  const say = element(doc, 'p', { class: 'say', role: 'status' });
  const acts = element(doc, 'div', { class: 'acts' });
  card.append(element(doc, 'h2', { id: 'title' }, options.title), body, say, acts);
  back.append(card);
  root.append(back);
  listenToKeys(card, root, options.onEscape);

  const dialog: Dialog = {
    root,
    say(text, bad = false) {
      say.classList.toggle('bad', bad);
      say.textContent = text;
    },
    act(actions) {
      const buttons = actions.map(({ label, plain, run }) => {
        const button = element(
          doc,
          'button',
          { type: 'button', class: plain === true ? 'plain' : '' },
          label,
        );
        button.addEventListener('click', (event) => {
          if (isGenuine(event)) run();
        });
        return button;
      });
      acts.replaceChildren(...buttons);
    },
    close() {
      layer.remove();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    },
  };
  dialog.act(options.actions);
  layer.mount();
  body.focus({ preventScroll: true });
  return dialog;
}
