/** The state of the page in the bits of every sample, each witness read on its own. */
import { STATE } from '@zhenxue/protocol';
import type { Player } from './player.ts';

/** Readings of the page. */
export interface PageState {
  hidden(): boolean;
  /** Visible, and the focus is elsewhere. */
  unfocused(): boolean;
  pip(): boolean;
  /** What the browser's own `visibility-state` record says, which pages do not reach by overriding `document.hidden`. */
  hiddenWitnessed(): boolean;
  bits(): number;
  stop(): void;
}

/** In an iframe of the same origin the focus of the whole page counts. */
function focusedSomewhere(doc: Document): boolean {
  if (doc.hasFocus()) return true;
  try {
    return window.top !== window && window.top?.document.hasFocus() === true;
  } catch {
    return false;
  }
}

function witnessVisibility(): { hidden(): boolean; stop(): void } {
  let hidden = false;
  const take = (entries: PerformanceEntryList): void => {
    const newest = entries.at(-1);
    if (newest !== undefined) hidden = newest.name === 'hidden';
  };
  try {
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ type: 'visibility-state', buffered: true });
    return {
      hidden() {
        take(observer.takeRecords());
        return hidden;
      },
      stop: () => observer.disconnect(),
    };
  } catch {
    return { hidden: () => false, stop: () => undefined };
  }
}

/** Starts reading the page. */
export function watchPage(player: Player, observing: () => boolean): PageState {
  const doc = player.video.ownerDocument;
  const witness = witnessVisibility();
  const hidden = (): boolean => doc.hidden;
  const unfocused = (): boolean => !doc.hidden && !focusedSomewhere(doc);
  const pip = (): boolean => doc.pictureInPictureElement === player.video;
  return {
    hidden,
    unfocused,
    pip,
    hiddenWitnessed: witness.hidden,
    bits: () =>
      (player.playing() ? STATE.playing : 0) |
      (hidden() ? STATE.hidden : 0) |
      (unfocused() ? STATE.unfocused : 0) |
      (pip() ? STATE.pip : 0) |
      (player.ended() ? STATE.ended : 0) |
      (player.stalled() ? STATE.stalled : 0) |
      (player.seeking() ? STATE.seeking : 0) |
      (observing() ? STATE.observing : 0) |
      (witness.hidden() ? STATE.hiddenWitnessed : 0),
    stop: witness.stop,
  };
}
