/**
 * Reads and steers the media element through the prototype's own accessors, captured once: a property laid over the element
 * by the page then neither deceives a reading nor stops the guard. What the page claims is read beside it.
 */
import { MEDIA_TIME_MAX_MS, RATE_MAX_PERMILLE } from '@zhenxue/protocol';

/** How the player is listened to: before the page's own listeners at the element's ancestors could stop an event. */
export const EARLY: { readonly capture: true } = { capture: true };

/** Own properties of the element that would hide its real state. */
const WATCHED = ['playbackRate', 'currentTime', 'paused', 'ended', 'pause', 'defaultPlaybackRate'] as const;

/** A watched media element. */
export interface Player {
  readonly video: HTMLVideoElement;
  /** Media position, ms. */
  position(): number;
  /** Claimed rate in thousandths: the higher one of what element and prototype say. */
  ratePermille(): number;
  /** Rate in thousandths as the element says it, and as the prototype's accessor does. */
  rates(): readonly [claimed: number, measured: number];
  playing(): boolean;
  ended(): boolean;
  seeking(): boolean;
  /** Wants to play and has no data. */
  stalled(): boolean;
  durationMs(): number;
  /** Whether the element played from one position to the other without a jump, by its own `played` ranges. */
  playedThrough(fromMs: number, toMs: number): boolean;
  /** Whether the page laid own properties over the element. */
  patched(): boolean;
  resetRate(): void;
  seekTo(ms: number): void;
  pauseByGuard(): void;
  play(): void;
  /** True once after `pauseByGuard`: the `pause` event that follows is the guard's. */
  takeGuardPause(): boolean;
}

/** Milliseconds by which a position and the end of the range that it grows may differ. */
const RANGE_SLACK_MS = 400;

interface Accessor {
  get(): number;
  set(value: number): void;
}

function accessor(
  video: HTMLVideoElement,
  name: 'playbackRate' | 'defaultPlaybackRate' | 'currentTime',
): Accessor {
  const found = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, name);
  return {
    get: () => Number(found?.get?.call(video) ?? video[name]),
    set: (value) => {
      if (found?.set === undefined) video[name] = value;
      else found.set.call(video, value);
    },
  };
}

function inMs(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(MEDIA_TIME_MAX_MS, Math.max(0, Math.round(seconds * 1000))) : 0;
}

function toPermille(rate: number): number {
  return Math.min(RATE_MAX_PERMILLE, Math.max(0, Math.round(rate * 1000) || 0));
}

/** Captures the accessors for one element. */
export function watchPlayer(video: HTMLVideoElement): Player {
  const { pause, play } = HTMLMediaElement.prototype;
  const played = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'played')?.get;
  const time = accessor(video, 'currentTime');
  const rate = accessor(video, 'playbackRate');
  const defaultRate = accessor(video, 'defaultPlaybackRate');
  const rates = (): [number, number] => [toPermille(Number(video.playbackRate)), toPermille(rate.get())];
  let guardPause = false;
  return {
    video,
    position: () => inMs(time.get()),
    ratePermille: () => Math.max(...rates()),
    rates,
    playing: () => !video.paused && !video.ended,
    ended: () => video.ended,
    seeking: () => video.seeking,
    stalled: () => !video.paused && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA,
    durationMs: () => inMs(video.duration),
    playedThrough(fromMs, toMs) {
      const ranges: TimeRanges = played?.call(video) ?? video.played;
      for (let i = 0; i < ranges.length; i += 1)
        if (fromMs >= inMs(ranges.start(i)) - RANGE_SLACK_MS && toMs <= inMs(ranges.end(i)) + RANGE_SLACK_MS)
          return true;
      return false;
    },
    patched: () => WATCHED.some((name) => Object.hasOwn(video, name)),
    resetRate() {
      defaultRate.set(1);
      rate.set(1);
    },
    seekTo: (ms) => time.set(ms / 1000),
    pauseByGuard() {
      if (video.paused) return;
      guardPause = true;
      pause.call(video);
    },
    play() {
      void play.call(video).catch(() => undefined);
    },
    takeGuardPause() {
      const was = guardPause;
      guardPause = false;
      return was;
    },
  };
}
