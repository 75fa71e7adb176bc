import type { Signal } from '../signal.ts';
import { witnessed } from '../witnessed.ts';

/** What the element claims of rate, visibility and focus, beside what cannot be laid over an element: told when they differ. */
export const claimedSignal: Signal = (ctx) => {
  const { player, page } = ctx;
  const rate = witnessed(ctx, 'rate', [1000, 1000]);
  const focus = witnessed(ctx, 'focus', [0, 0]);
  const doc = player.video.ownerDocument;
  let blurred = false;
  const heard = (event: Event): void => {
    if (event.target === window) blurred = event.type === 'blur';
  };
  window.addEventListener('focus', heard, true);
  window.addEventListener('blur', heard, true);
  const stopTicks = ctx.onTick(() => {
    const [claimed, measured] = player.rates();
    if (claimed !== measured) rate(claimed, measured);
    // While a frame of the page has the focus, its window was blurred and the document keeps the focus.
    const claims = doc.hasFocus();
    if (claims && !page.hidden())
      focus(
        0,
        (page.unfocusedWitnessed() ? 1 : 0) | (blurred && doc.activeElement?.tagName !== 'IFRAME' ? 2 : 0),
      );
  });
  return () => {
    stopTicks();
    window.removeEventListener('focus', heard, true);
    window.removeEventListener('blur', heard, true);
  };
};
