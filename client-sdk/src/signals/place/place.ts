import type { Signal } from '../signal.ts';
import { witnessed } from '../witnessed.ts';

/** Ticks between two looks: each makes the browser lay the page out. */
const LOOK_TICKS = 4;

/** Looks in a row before it is told: pages rebuild their players. */
const LOOKS_MIN = 3;

/** Pixels below which nobody can watch a film. */
const SIDE_MIN_PX = 16;

/** Where the playing element is: outside of the document, or in it without being rendered. */
export const placeSignal: Signal = (ctx) => {
  const { player, page } = ctx;
  const { video } = player;
  const tell = witnessed(ctx, 'player', [0, 0]);
  let ticks = 0;
  let looks = 0;
  const oddity = (): number => {
    if (!video.isConnected) return 1;
    const { width, height } = video.getBoundingClientRect();
    return width < SIDE_MIN_PX || height < SIDE_MIN_PX || video.checkVisibility?.() === false ? 2 : 0;
  };
  return ctx.onTick(() => {
    ticks += 1;
    if (ticks % LOOK_TICKS !== 0) return;
    const odd = player.playing() && !page.hidden() && !page.pip() ? oddity() : 0;
    looks = odd === 0 ? 0 : looks + 1;
    if (looks >= LOOKS_MIN) tell(0, odd);
  });
};
