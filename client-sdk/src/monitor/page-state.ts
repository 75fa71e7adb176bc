/** The state of the page in the bits of every sample, each witness read on its own. */
import { STATE } from '@zhenxue/protocol';
import { type HiddenWitnessOptions, watchHidden } from './hidden-witness.ts';
import type { Player } from './player.ts';

/** Readings of the page. */
export interface PageState {
  hidden(): boolean;
  /** Visible, and the focus is elsewhere. */
  unfocused(): boolean;
  pip(): boolean;
  /** What independent witnesses say, which pages do not reach by overriding `document.hidden`. */
  hiddenWitnessed(): boolean;
  /** The same, witness by witness: bits of `HIDDEN_BY`. */
  hiddenBy(): number;
  /** The focus as the browser's own method has it, whatever the page laid over it. */
  unfocusedWitnessed(): boolean;
  bits(): number;
  stop(): void;
}

/**
 * In an iframe of the same origin the focus of the whole page counts. In one of another origin the page around it cannot be
 * asked: whether that has the focus is not known, and what is not known is never held against anybody.
 */
function focusElsewhere(): boolean {
  if (window.top === window) return false;
  try {
    return window.top?.document.hasFocus() !== false;
  } catch {
    return true;
  }
}

/** Starts reading the page. */
export function watchPage(
  player: Player,
  observing: () => boolean,
  onTick: HiddenWitnessOptions['onTick'],
): PageState {
  const doc = player.video.ownerDocument;
  const { hasFocus } = Document.prototype;
  const witness = watchHidden({ onTick, playing: player.playing });
  const hidden = (): boolean => doc.hidden;
  const away = (has: boolean): boolean => !doc.hidden && !has && !focusElsewhere();
  const unfocusedWitnessed = (): boolean => away(hasFocus.call(doc));
  const unfocused = (): boolean => away(doc.hasFocus()) || unfocusedWitnessed();
  const pip = (): boolean => doc.pictureInPictureElement === player.video;
  return {
    hidden,
    unfocused,
    pip,
    hiddenWitnessed: witness.hidden,
    hiddenBy: witness.bits,
    unfocusedWitnessed,
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
