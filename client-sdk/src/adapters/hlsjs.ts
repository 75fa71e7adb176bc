/** hls.js 1: a library without controls on a `<video>` of the page. */
import type { Monitor } from '../index.ts';
import { monitorVideo, type PlayerOptions, videoWithin } from './player.ts';

/** What is used of an hls.js instance; the event names are those of `Hls.Events`. */
export interface HlsPlayer {
  readonly media: Element | null;
  once(type: 'hlsMediaAttached' | 'hlsDestroying', listener: () => void): void;
}

/** A monitor on the element that hls.js feeds; resolves when one is attached. @throws TypeError when that is no `<video>` */
export async function monitorHls(hls: HlsPlayer, options: PlayerOptions): Promise<Monitor> {
  if (hls.media === null) await new Promise<void>((attached) => hls.once('hlsMediaAttached', attached));
  const video = videoWithin(hls.media, 'monitorHls');
  return monitorVideo(video, null, options, (ended) => hls.once('hlsDestroying', ended));
}
