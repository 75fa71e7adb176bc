import type { Signal } from '../signal.ts';
import { watchValue } from '../watch-value.ts';

/** Claimed playback rate. */
export const rateSignal: Signal = (ctx) =>
  watchValue(ctx, [[ctx.player.video, 'ratechange']], ctx.player.ratePermille, () =>
    ctx.record({ e: 'rate' }),
  );
