/** TCPlayer 4 and 5 (腾讯云超级播放器), by its documented interface: that of video.js, around a `<video>` of the page. */
import type { Monitor } from '../index.ts';
import { monitorVideo, type PlayerOptions, videoWithin } from './player.ts';

/** What is used of a TCPlayer. */
export interface TcPlayer {
  ready(listener: () => void): void;
  on(type: string, listener: () => void): void;
}

/**
 * A monitor on a TCPlayer; resolves when the player is ready.
 * @param containerId the id that the player was made with
 * @throws TypeError when there is no `<video>` under that id
 */
export function monitorTcPlayer(
  player: TcPlayer,
  containerId: string,
  options: PlayerOptions,
): Promise<Monitor> {
  return new Promise((resolve, reject) => {
    player.ready(() => {
      try {
        const root = document.getElementById(containerId);
        const video = videoWithin(root, 'monitorTcPlayer');
        const container = root === video ? video.parentElement : root;
        resolve(monitorVideo(video, container, options, (ended) => player.on('dispose', ended)));
      } catch (error) {
        reject(error);
      }
    });
  });
}
