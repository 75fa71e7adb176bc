import type { Signal } from '../signal.ts';
import { watchValue } from '../watch-value.ts';

/** Picture-in-picture. */
export const pipSignal: Signal = (ctx) =>
  watchValue(ctx, [[ctx.player.video, 'enterpictureinpicture', 'leavepictureinpicture']], ctx.page.pip, () =>
    ctx.record({ e: 'pip' }),
  );
