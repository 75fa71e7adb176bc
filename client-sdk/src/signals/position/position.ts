import type { Signal } from '../signal.ts';

/** Milliseconds by which the position may run ahead between two looks before it is reported as a jump. */
const JUMP_MS = 1_500;

/** Ticks between two looks. */
const LOOK_TICKS = 4;

/**
 * The measured slope: a beat at the server's pace holds position and Worker time of one instant. Between beats the position is
 * compared with the clock, so that a jump whose `seeking` event was swallowed is reported as the seek that it was.
 */
export const positionSignal: Signal = (ctx) => {
  const { player } = ctx;
  let beatAt = ctx.last();
  let ticks = 0;
  let before: { now: number; m: number } | null = null;

  function compare(now: number, m: number, rate: number): void {
    const explained = before === null || m - before.m <= ((now - before.now) * rate) / 1000 + JUMP_MS;
    if (!explained && before !== null) ctx.record({ e: 'seek', from: before.m });
    before = { now, m };
  }

  function look(): void {
    if (player.seeking()) {
      before = null;
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

  const forget = (): void => {
    before = null;
  };
  player.video.addEventListener('seeking', forget, true);
  const stopTicks = ctx.onTick((now) => {
    ticks += 1;
    if (ticks % LOOK_TICKS === 0) look();
    if (now - beatAt < ctx.beatMs) return;
    beatAt = now;
    ctx.record({ e: 'beat' });
  });
  return () => {
    stopTicks();
    player.video.removeEventListener('seeking', forget, true);
  };
};
