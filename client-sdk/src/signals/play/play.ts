import type { Signal } from '../signal.ts';
import { watchValue } from '../watch-value.ts';

/** Play and pause, with who paused; and a beat when the media starts or stops waiting for data. */
export const playSignal: Signal = (ctx) => {
  const { player } = ctx;
  const { video } = player;
  const stopPaused = watchValue(
    ctx,
    [[video, 'play', 'pause', 'ended']],
    () => video.paused,
    (paused) => {
      if (paused) ctx.record({ e: 'pause', by: player.takeGuardPause() ? 'guard' : 'page' });
      else ctx.record({ e: 'play' });
    },
  );
  const stopStalled = watchValue(ctx, [[video, 'waiting', 'playing']], player.stalled, () =>
    ctx.record({ e: 'beat' }),
  );
  return () => {
    stopPaused();
    stopStalled();
  };
};
