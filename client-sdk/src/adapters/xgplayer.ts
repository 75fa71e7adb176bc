/** xgplayer 3 (西瓜播放器), and 2, whose element is called `video`. */
import type { Monitor } from '../index.ts';
import { monitorVideo, type PlayerOptions, videoWithin } from './player.ts';

/** What is used of an xgplayer. */
export interface XgPlayer {
  readonly root?: Element | null;
  readonly media?: Element | null;
  readonly video?: Element | null;
  once(type: string, listener: () => void): unknown;
}

/**
 * A monitor on an xgplayer; resolves when its media element is there.
 * @throws TypeError when it plays without a `<video>`, such as on a canvas
 */
export async function monitorXgPlayer(player: XgPlayer, options: PlayerOptions): Promise<Monitor> {
  const element = (): Element | null => player.media ?? player.video ?? null;
  if (element() === null) await new Promise<void>((ready) => player.once('ready', ready));
  const video = videoWithin(element(), 'monitorXgPlayer');
  return monitorVideo(video, player.root ?? null, options, (ended) => player.once('destroy', ended));
}
