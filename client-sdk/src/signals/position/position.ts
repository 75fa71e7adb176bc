import { EARLY } from '../../monitor/player.ts';
import type { Signal } from '../signal.ts';

/** Milliseconds by which the position may run ahead between two looks before it is reported as a jump. */
const JUMP_MS = 1_500;

/** Change of the measured speed that is worth two samples, thousandths: a busy machine wavers less from look to look. */
const PACE_CHANGE_PERMILLE = 60;

/** Looks over which the usual speed is levelled out: a change in the middle of one look still stands out in the next. */
const PACE_LOOKS = 4;

/** Milliseconds between two looks below which they measure no speed. */
const LOOK_MIN_MS = 500;

/** Milliseconds by which a beat may come early: half a tick. */
const EARLY_MS = 125;

/** Ticks between two looks. */
const LOOK_TICKS = 4;

/**
 * The measured slope: a beat at the server's pace holds position and Worker time of one instant. Between beats the position is
 * compared with the clock, so that a jump whose `seeking` event was swallowed is reported as the seek that it was, and a change of
 * speed that no event told of is sampled on both sides: it is known to the second, not only to the beat.
 */
export const positionSignal: Signal = (ctx) => {
  const { player } = ctx;
  let beatAt = ctx.last();
  let ticks = 0;
  let before: { now: number; m: number } | null = null;
  let pace = 1000;

  function compare(now: number, m: number, rate: number): void {
    if (before !== null) {
      const passed = now - before.now;
      // A page that hung looks again and again at the same instant: that measures nothing.
      if (passed < LOOK_MIN_MS) return;
      const moved = m - before.m;
      const ahead = moved > (passed * rate) / 1000 + JUMP_MS;
      // What the element played through without a jump was played fast.
      if (ahead && !player.playedThrough(before.m, m)) ctx.record({ e: 'seek', from: before.m });
      const off = (moved * 1000) / passed - pace;
      const turned = Math.abs(off) > PACE_CHANGE_PERMILLE;
      pace += turned ? off : off / PACE_LOOKS;
      if (turned) ctx.turn(before);
    }
    before = { now, m };
  }

  const forget = (): void => {
    before = null;
  };

  function look(): void {
    if (player.seeking()) {
      forget();
      return;
    }
    const m = player.position();
    const rate = Math.max(1000, player.ratePermille());
    const mine = before;
    ctx.ask((now) => {
      // A seek in between has been reported by its own witness.
      if (mine === before) compare(now, m, rate);
    });
  }

  player.video.addEventListener('seeking', forget, EARLY);
  const stopTicks = ctx.onTick((now) => {
    ticks += 1;
    if (ticks % LOOK_TICKS !== 0) return;
    look();
    // Together with a look, so that no beat comes between the two sides of a turn; a tick may come a little early.
    if (now - beatAt < ctx.beatMs - EARLY_MS) return;
    beatAt = now;
    ctx.record({ e: 'beat' });
  });
  return () => {
    stopTicks();
    player.video.removeEventListener('seeking', forget, EARLY);
  };
};
