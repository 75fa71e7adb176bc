import { EARLY } from '../../monitor/player.ts';
import type { EarlierSample } from '../../monitor/sampler.ts';
import type { Signal } from '../signal.ts';

interface Look extends EarlierSample {
  readonly rate: number;
}

/** Milliseconds by which the position may run ahead between two looks before it is held for a jump. */
const JUMP_MS = 1_500;

/** Thousandths of the Worker's time; a look at which the position advanced by more is reported, as is the one before it. */
const FAST_PERMILLE = 1_150;

/** Ticks between two looks. */
const LOOK_TICKS = 4;

/**
 * The measured slope: a beat at the server's pace holds position and Worker time of one instant. Between beats the position is
 * compared with the clock. Faster playing is reported look by look, from the look before it to the first one at ordinary speed, so
 * that its interval is known to the second; a jump that the element did not play through and whose `seeking` event was
 * swallowed is reported as the seek that it was.
 */
export const positionSignal: Signal = (ctx) => {
  const { player } = ctx;
  let beatAt = ctx.last();
  let ticks = 0;
  let before: Look | null = null;
  let fast = false;

  function compare(look: Look, from: Look): void {
    const passed = look.now - from.now;
    const advanced = look.m - from.m;
    const jumped = advanced > (passed * look.rate) / 1000 + JUMP_MS && !player.playedThrough(from.m, look.m);
    const wasFast = fast;
    fast = !jumped && passed > 0 && advanced * 1000 > passed * FAST_PERMILLE;
    if (jumped) ctx.record({ e: 'seek', from: from.m });
    else if (fast || wasFast) {
      if (!wasFast) ctx.recordAt({ e: 'beat' }, from);
      ctx.recordAt({ e: 'beat' }, look);
    }
  }

  function look(): void {
    if (player.seeking()) {
      before = null;
      return;
    }
    const m = player.position();
    const s = ctx.page.bits();
    const r = player.ratePermille();
    const mine = before;
    ctx.ask((now) => {
      // A seek in between has been reported by its own witness.
      if (mine !== before) return;
      const seen = { now, m, s, r, rate: Math.max(1000, r) };
      if (before !== null) compare(seen, before);
      before = seen;
    });
  }

  const forget = (): void => {
    before = null;
    fast = false;
  };
  player.video.addEventListener('seeking', forget, EARLY);
  const stopTicks = ctx.onTick((now) => {
    ticks += 1;
    if (ticks % LOOK_TICKS === 0) look();
    if (now - beatAt < ctx.beatMs) return;
    beatAt = now;
    ctx.record({ e: 'beat' });
  });
  return () => {
    stopTicks();
    player.video.removeEventListener('seeking', forget, EARLY);
  };
};
