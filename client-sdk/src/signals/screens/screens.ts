import type { Signal } from '../signal.ts';
import { witnessed } from '../witnessed.ts';

/** Whether the desktop extends over several screens. Information only: many honest people have two. */
export const screensSignal: Signal = (ctx) => {
  const tell = witnessed(ctx, 'screens', [0, 0]);
  return ctx.onTick(() => tell(0, (screen as { isExtended?: boolean }).isExtended === true ? 1 : 0));
};
