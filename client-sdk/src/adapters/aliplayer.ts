/** Aliplayer 2 (阿里云 Web 播放器), by its documented interface. */
import type { Monitor } from '../index.ts';
import { monitorVideo, type PlayerOptions, videoWithin } from './player.ts';

/** What is used of an Aliplayer. */
export interface AliPlayer {
  on(type: string, listener: () => void): void;
}

/**
 * A monitor on an Aliplayer; resolves when the player says `ready`, at once when its video is there already.
 * @param container the element whose `id` the player was made with
 * @throws TypeError when the player has made no `<video>` in there
 */
export async function monitorAliplayer(
  player: AliPlayer,
  container: HTMLElement,
  options: PlayerOptions,
): Promise<Monitor> {
  if (container.querySelector('video') === null)
    await new Promise<void>((ready) => player.on('ready', ready));
  const video = videoWithin(container, 'monitorAliplayer');
  return monitorVideo(video, container, options, (ended) => player.on('dispose', ended));
}
