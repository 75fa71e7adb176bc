/** video.js 7 and 8. */
import type { Monitor } from '../index.ts';
import { monitorVideo, type PlayerOptions, videoWithin } from './player.ts';

/** What is used of a video.js player. */
export interface VideoJsPlayer {
  ready(listener: () => void): void;
  el(): Element;
  on(type: string, listener: () => void): void;
  playbackRates?(rates: number[]): unknown;
}

/**
 * A monitor on a video.js player; resolves when the player is ready. The speed menu is taken away unless the guard only observes.
 * @throws TypeError when the player's tech has no `<video>`
 */
export function monitorVideoJs(player: VideoJsPlayer, options: PlayerOptions): Promise<Monitor> {
  return new Promise((resolve, reject) => {
    player.ready(() => {
      try {
        if (options.guard !== 'observe') player.playbackRates?.([]);
        const video = videoWithin(player.el(), 'monitorVideoJs');
        resolve(monitorVideo(video, player.el(), options, (ended) => player.on('dispose', ended)));
      } catch (error) {
        reject(error);
      }
    });
  });
}
