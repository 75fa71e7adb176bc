import type { Signal } from '../signal.ts';
import { watchValue } from '../watch-value.ts';

/** Visibility as the page claims it and as the browser recorded it; either change is reported. */
export const visibilitySignal: Signal = (ctx) => {
  const { page, player } = ctx;
  return watchValue(
    ctx,
    [[player.video.ownerDocument, 'visibilitychange']],
    () => `${page.hidden()} ${page.hiddenWitnessed()}`,
    () => ctx.record({ e: 'visibility' }),
  );
};
