import type { Signal } from '../signal.ts';
import { witnessed } from '../witnessed.ts';

/** Ticks between two counts. */
const COUNT_TICKS = 20;

/** How a page that was refused a sitting because another page has it is heard of. */
export const KNOCK_CHANNEL = 'zhenxue.knock';

/** What the names of the locks of open sittings begin with. */
const LOCK_PREFIX = 'zhenxue:';

/** Ticks for which a knock counts as one more page. */
const KNOCK_TICKS = 40;

/** Pages of this browser with a sitting, by their Web Locks; and those that knocked. */
export const tabsSignal: Signal = (ctx) => {
  const locks: LockManager | undefined = navigator.locks;
  const tell = witnessed(ctx, 'tabs', [1, 1]);
  let ticks = 0;
  let knocked = 0;
  let stopped = false;
  const count = async (): Promise<void> => {
    const held = (await locks?.query())?.held ?? [];
    const pages = new Set(
      held.filter(({ name }) => name?.startsWith(LOCK_PREFIX)).map(({ clientId }) => clientId),
    );
    if (!stopped) tell(1, Math.max(1, pages.size) + (knocked > 0 ? 1 : 0));
  };
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(KNOCK_CHANNEL) : null;
  channel?.addEventListener('message', () => {
    knocked = KNOCK_TICKS;
    void count().catch(() => undefined);
  });
  const stopTicks = ctx.onTick(() => {
    ticks += 1;
    knocked = Math.max(0, knocked - 1);
    if (ticks % COUNT_TICKS === 0) void count().catch(() => undefined);
  });
  return () => {
    stopped = true;
    stopTicks();
    channel?.close();
  };
};
