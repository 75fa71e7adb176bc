import type { Signal } from '../signal.ts';
import { watchValue } from '../watch-value.ts';

/** Focus of the visible page. */
export const focusSignal: Signal = (ctx) =>
  watchValue(ctx, [[window, 'focus', 'blur']], ctx.page.unfocused, () => ctx.record({ e: 'focus' }));
