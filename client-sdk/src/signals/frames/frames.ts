import { EARLY } from '../../monitor/player.ts';
import type { Signal } from '../signal.ts';

/** The Worker's ms of playing over which the slopes are taken. */
const WINDOW_MS = 20_000;

/** Windows between two reports that nothing is odd. */
const QUIET_WINDOWS = 3;

/** Thousandths by which the two slopes may differ unreported. */
const TOLERANCE = 30;

/** Ms by which a frame's media time may run ahead between two looks; more is a jump unless it was played through. */
const JUMP_MS = 6_000;

/** Ticks between two looks. */
const LOOK_TICKS = 4;

interface Look {
  readonly now: number;
  readonly position: number;
  readonly frame: number;
}

/**
 * The slope of what was really presented (`requestVideoFrameCallback`) beside that of the claimed position, both on the Worker's
 * clock. One callback a second is asked for, so that a film of sixty frames a second costs no more than a slow one.
 */
export const framesSignal: Signal = (ctx) => {
  const { player } = ctx;
  const { video } = player;
  if (typeof video.requestVideoFrameCallback !== 'function') return () => undefined;
  let asked = 0;
  let begin: Look | null = null;
  let before: Look | null = null;
  let quiet = QUIET_WINDOWS - 1;

  const reset = (): void => {
    begin = null;
    before = null;
  };
  const slope = (from: Look, to: Look, of: 'position' | 'frame'): number =>
    Math.max(0, Math.round((1000 * (to[of] - from[of])) / (to.now - from.now)));

  function close(from: Look, to: Look): void {
    const c = slope(from, to, 'position');
    const v = slope(from, to, 'frame');
    quiet += 1;
    if (Math.abs(v - c) <= TOLERANCE && quiet < QUIET_WINDOWS) return;
    quiet = 0;
    ctx.record({ e: 'witness', k: 'frames', c, v, d: Math.round(to.now - from.now) });
  }

  function take(look: Look): void {
    const moved = before === null ? 0 : look.frame - before.frame;
    const jumped = before !== null && moved > JUMP_MS && !player.playedThrough(before.frame, look.frame);
    if (!player.playing() || moved < 0 || jumped) {
      reset();
      return;
    }
    before = look;
    begin ??= look;
    if (look.now - begin.now < WINDOW_MS) return;
    close(begin, look);
    begin = look;
  }

  const presented: VideoFrameRequestCallback = (_now, { mediaTime }) => {
    asked = 0;
    const position = player.position();
    ctx.ask((now) => take({ now, position, frame: mediaTime * 1000 }));
  };
  let ticks = 0;
  const stopTicks = ctx.onTick(() => {
    ticks += 1;
    if (!player.playing()) reset();
    else if (asked === 0 && ticks % LOOK_TICKS === 0) asked = video.requestVideoFrameCallback(presented);
  });
  video.addEventListener('seeking', reset, EARLY);
  return () => {
    stopTicks();
    video.removeEventListener('seeking', reset, EARLY);
    if (asked !== 0) video.cancelVideoFrameCallback(asked);
  };
};
