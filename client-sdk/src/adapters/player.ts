/** What all adapters share: a monitor on the `<video>` inside of a player, gone with the player. */
import { createMonitor, type Monitor, type MonitorOptions } from '../index.ts';

/** Options of a monitor on a player: the player knows its video element. */
export type PlayerOptions = Omit<MonitorOptions, 'video'>;

/** The `<video>` that a player has made inside of its root, or the root itself. @throws TypeError when there is none */
export function videoWithin(root: Element | null | undefined, player: string): HTMLVideoElement {
  const video = root instanceof HTMLVideoElement ? root : root?.querySelector('video');
  if (video == null) throw new TypeError(`${player}: expected a <video> element inside of the player`);
  return video;
}

/** A monitor that is destroyed when `gone` calls back. @param gone hears of the player's end */
export function monitorVideo(
  video: HTMLVideoElement,
  container: Element | null,
  options: PlayerOptions,
  gone: (ended: () => void) => void,
): Monitor {
  const home = container instanceof HTMLElement && container !== video ? { container } : {};
  const monitor = createMonitor({ ...home, ...options, video });
  gone(() => void monitor.destroy());
  return monitor;
}
