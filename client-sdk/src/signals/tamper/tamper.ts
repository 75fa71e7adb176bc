import type { Signal } from '../signal.ts';

/** Milliseconds by which two encodings of one video may differ, and a duration may be corrected while it loads. */
const DURATION_SLACK_MS = 2_000;

/** Interference of the page: popup removed or covered, own properties laid over the player, another media file. */
export const tamperSignal: Signal = (ctx) => {
  const { player } = ctx;
  let duration = player.durationMs();
  let patchedTold = false;
  let replacedTold = false;
  const stopPopups = ctx.popups.onTamper((what, id) => ctx.record({ e: 'tamper', what, id }));
  const stopTicks = ctx.onTick(() => {
    if (!patchedTold && player.patched()) {
      patchedTold = true;
      ctx.record({ e: 'tamper', what: 'element-patched' });
    }
    // Another file of the same length (a change of quality) is no interference.
    const now = player.durationMs();
    if (!replacedTold && duration > 0 && now > 0 && Math.abs(now - duration) > DURATION_SLACK_MS) {
      replacedTold = true;
      ctx.record({ e: 'tamper', what: 'media-replaced' });
    }
    if (duration === 0) duration = now;
  });
  return () => {
    stopPopups();
    stopTicks();
  };
};
