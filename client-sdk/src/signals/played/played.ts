import { EARLY } from '../../monitor/player.ts';
import type { Signal } from '../signal.ts';

/** What the element itself says was played, beside the position at which it ended: skipping leaves holes in `played`. */
export const playedSignal: Signal = (ctx) => {
  const { video, position } = ctx.player;
  const ranges = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'played')?.get;
  const tell = (): void => {
    const played: TimeRanges = ranges?.call(video) ?? video.played;
    let seconds = 0;
    for (let i = 0; i < played.length; i += 1) seconds += played.end(i) - played.start(i);
    ctx.record({ e: 'witness', k: 'played', c: position(), v: Math.round(seconds * 1000) });
  };
  video.addEventListener('ended', tell, EARLY);
  return () => video.removeEventListener('ended', tell, EARLY);
};
