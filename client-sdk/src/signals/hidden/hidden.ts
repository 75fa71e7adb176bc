import { HIDDEN_BY } from '@zhenxue/protocol';
import type { Signal } from '../signal.ts';
import { witnessed } from '../witnessed.ts';

/** Ticks for which page and witnesses must disagree: they do not change at one instant. */
const DISAGREE_TICKS = 8;

/** Claimed against witnessed visibility, told when the page stays "visible" while the browser has hidden it. */
export const hiddenSignal: Signal = (ctx) => {
  const { page } = ctx;
  const tell = witnessed(ctx, 'visibility', [0, 0]);
  let ticks = 0;
  return ctx.onTick(() => {
    const claimed = page.hidden() ? 1 : 0;
    const by = page.hiddenBy();
    // Frames stall for honest reasons too, such as a player scrolled away inside of a frame.
    const disagrees = claimed === 0 && (by & ~HIDDEN_BY.frames) !== 0;
    ticks = disagrees ? ticks + 1 : 0;
    if (ticks >= DISAGREE_TICKS) tell(claimed, by);
  });
};
