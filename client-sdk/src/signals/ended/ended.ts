import type { Signal } from '../signal.ts';

/** The element's `ended`. A dispatched imitation is reported too: the `ended` bit of its sample tells them apart. */
export const endedSignal: Signal = (ctx) => {
  const { video } = ctx.player;
  const report = (): void => ctx.record({ e: 'ended' });
  video.addEventListener('ended', report, true);
  return () => video.removeEventListener('ended', report, true);
};
