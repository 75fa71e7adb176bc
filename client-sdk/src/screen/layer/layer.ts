/**
 * A layer of the SDK above the page: one host element with a closed shadow root, in the browser's top layer where there is one,
 * so that neither the page's styles nor a full-screen player hide it.
 */

import { isDark } from './theme.ts';

/** A mounted layer. */
export interface Layer {
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
  /** Puts the host (back) into the document, on top of everything. */
  mount(): void;
  remove(): void;
}

const HOST_STYLE =
  'all:initial!important;position:fixed!important;inset:0!important;width:auto!important;height:auto!important;' +
  'max-width:none!important;max-height:none!important;margin:0!important;padding:0!important;border:0!important;' +
  'background:transparent!important;overflow:visible!important;display:block!important;opacity:1!important;' +
  'visibility:visible!important;pointer-events:none!important;z-index:2147483647!important';

/** The colour scheme of the controls inside follows the layer's own theme. */
const SCHEME = { light: ';color-scheme:light!important', dark: ';color-scheme:dark!important' } as const;

function adopt(root: ShadowRoot, css: string): void {
  try {
    // A constructed sheet is not subject to the page's style-src policy.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = root.ownerDocument.createElement('style');
    style.textContent = css;
    root.append(style);
  }
}

/** Where a layer belongs now: inside the full-screen element when only its content is painted. */
function homeOf(container: HTMLElement, inTopLayer: boolean): Element {
  const full = container.ownerDocument.fullscreenElement;
  if (inTopLayer || full === null || full.contains(container)) return container;
  return full instanceof HTMLVideoElement ? container : full;
}

/** Creates a layer; `mount` shows it. */
export function createLayer(container: HTMLElement, css: string): Layer {
  const doc = container.ownerDocument;
  const host = doc.createElement('div');
  const root = host.attachShadow({ mode: 'closed' });
  adopt(root, css);
  const inTopLayer = typeof host.showPopover === 'function';
  const mount = (): void => {
    const theme = isDark(container) ? 'dark' : 'light';
    // By the object model: a style attribute would be subject to the page's style-src policy.
    host.style.cssText = HOST_STYLE + SCHEME[theme];
    host.dataset.theme = theme;
    if (inTopLayer) host.setAttribute('popover', 'manual');
    const home = homeOf(container, inTopLayer);
    if (host.parentNode !== home) home.append(host);
    if (!inTopLayer) return;
    // Hidden and shown again it is on top of what came in between, such as a full-screen player.
    if (host.matches(':popover-open')) host.hidePopover();
    host.showPopover();
  };
  const raise = (): void => {
    if (host.isConnected) mount();
  };
  doc.addEventListener('fullscreenchange', raise);
  return {
    host,
    root,
    mount,
    remove() {
      doc.removeEventListener('fullscreenchange', raise);
      host.remove();
    },
  };
}

/** The part of the video that is on screen; the whole viewport when that part is too small to hold a dialog. */
export function stageOf(video: HTMLVideoElement, minWidthPx: number, minHeightPx: number): DOMRect {
  const { innerWidth, innerHeight } = window;
  const box = video.getBoundingClientRect();
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  const width = Math.min(innerWidth, box.right) - left;
  const height = Math.min(innerHeight, box.bottom) - top;
  if (width < minWidthPx || height < minHeightPx) return new DOMRect(0, 0, innerWidth, innerHeight);
  return new DOMRect(left, top, width, height);
}
