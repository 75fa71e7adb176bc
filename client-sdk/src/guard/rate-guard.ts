import type { GuardCapsule, GuardContext } from './guard-context.ts';

/** Resets within `FIGHT_MS` after which the page counts as working against the guard. */
const RESETS_MAX = 5;
/** Milliseconds over which resets are counted. */
const FIGHT_MS = 3_000;

/** Keeps the rate at 1 or below. Against a page that sets it again and again the video is paused instead. */
export function guardRate(ctx: GuardContext): GuardCapsule {
  const { player } = ctx;
  let resets: number[] = [];
  let told = false;

  function fight(): void {
    const now = ctx.last();
    resets = [...resets.filter((at) => now - at < FIGHT_MS), now];
    if (resets.length <= RESETS_MAX) return;
    player.pauseByGuard();
    if (!told) ctx.overridden();
    told = true;
  }

  const check = (): void => {
    const rate = player.ratePermille();
    if (rate <= 1000) return;
    ctx.act('rate-reset', rate);
    if (!ctx.enforce) return;
    player.resetRate();
    fight();
  };
  player.video.addEventListener('ratechange', check, true);
  const stopTicks = ctx.onTick(check);
  check();
  return {
    stop() {
      stopTicks();
      player.video.removeEventListener('ratechange', check, true);
    },
  };
}
