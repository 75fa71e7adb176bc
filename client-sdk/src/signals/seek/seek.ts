import type { Signal } from '../signal.ts';

/** Milliseconds between the reported and the final target that are worth a second report. */
const TARGET_MOVED_MS = 250;

/**
 * Seeks, with the position that was left. Dragging a slider fires many `seeking` events for one `seeked`: the first and, if it
 * differs, the last target are reported.
 */
export const seekSignal: Signal = (ctx) => {
  const { player } = ctx;
  const { video } = player;
  let settled = player.position();
  let target: number | null = null;

  const follow = (): void => {
    if (!player.seeking() && target === null) settled = player.position();
  };
  const begin = (): void => {
    if (target !== null) return;
    target = player.position();
    ctx.record({ e: 'seek', from: settled });
  };
  const end = (): void => {
    const reached = player.position();
    if (target === null || Math.abs(reached - target) > TARGET_MOVED_MS)
      ctx.record({ e: 'seek', from: target ?? settled });
    target = null;
    settled = reached;
  };
  video.addEventListener('seeking', begin, true);
  video.addEventListener('seeked', end, true);
  video.addEventListener('timeupdate', follow, true);
  const stopTicks = ctx.onTick(follow);
  return () => {
    stopTicks();
    video.removeEventListener('seeking', begin, true);
    video.removeEventListener('seeked', end, true);
    video.removeEventListener('timeupdate', follow, true);
  };
};
