import { EARLY } from '../../monitor/player.ts';
import type { Signal, SignalContext } from '../signal.ts';
import { witnessed } from '../witnessed.ts';

/** Ticks that an announcement may come after the change that it announces. */
const LATE_TICKS = 4;

interface Watched {
  read(): unknown;
  readonly target: EventTarget;
  readonly types: readonly string[];
}

/** Counts changes of one value, with and without their event. */
function count(
  ctx: SignalContext,
  { read, target, types }: Watched,
  tell: (heard: boolean) => void,
): () => void {
  let last = read();
  let heard = 0;
  let open = 0;
  const hear = (): void => {
    heard = LATE_TICKS;
    last = read();
    if (open > 0) tell(true);
    open = 0;
  };
  for (const type of types) target.addEventListener(type, hear, EARLY);
  const stopTicks = ctx.onTick(() => {
    const value = read();
    if (value !== last && open === 0 && heard === 0) open = LATE_TICKS;
    last = value;
    heard = Math.max(0, heard - 1);
    if (open === 1) tell(false);
    open = Math.max(0, open - 1);
  });
  return () => {
    stopTicks();
    for (const type of types) target.removeEventListener(type, hear, EARLY);
  };
}

/** State that changed without its event: somebody swallows events. */
export const silentSignal: Signal = (ctx) => {
  const { player, page } = ctx;
  const { video } = player;
  const tell = witnessed(ctx, 'silent', [0, 0]);
  let announced = 0;
  let silent = 0;
  const add = (heard: boolean): void => {
    if (heard) announced += 1;
    else silent += 1;
    if (silent > 0) tell(announced, silent);
  };
  const stops = [
    { read: () => player.ratePermille(), target: video, types: ['ratechange'] },
    { read: () => video.paused, target: video, types: ['play', 'pause', 'ended', 'emptied'] },
    { read: () => page.hidden(), target: video.ownerDocument, types: ['visibilitychange'] },
  ].map((watched) => count(ctx, watched, add));
  return () => {
    for (const stop of stops) stop();
  };
};
