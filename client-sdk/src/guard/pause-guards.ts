import type { GuardCapsule, GuardContext } from './guard-context.ts';

/** Pauses when playing goes on hidden, in picture-in-picture or unfocused, well before the grace is used up. */
export function guardAttention(ctx: GuardContext): GuardCapsule {
  const { player, page } = ctx;
  let awaySince: number | null = null;
  let blurredSince: number | null = null;
  const stop = ctx.onTick((now) => {
    const away = page.hidden() || page.hiddenWitnessed() || page.pip();
    const blurred = page.unfocused();
    awaySince = away ? (awaySince ?? now) : null;
    blurredSince = blurred ? (blurredSince ?? now) : null;
    if (!player.playing()) return;
    const awayMs = awaySince === null ? 0 : now - awaySince;
    const blurredMs = blurredSince === null ? 0 : now - blurredSince;
    const tooAway = away && awayMs >= ctx.grace.hiddenMs / 2;
    if (!tooAway && !(blurred && blurredMs >= ctx.grace.unfocusedMs / 2)) return;
    if (tooAway) ctx.act('paused-hidden', Math.round(awayMs));
    else ctx.act('paused-unfocused', Math.round(blurredMs));
    if (ctx.enforce) player.pauseByGuard();
  });
  return { stop };
}

/** Keeps the video paused while a popup or a photo is overdue; lets it go on by itself when that is met. */
export function guardControl(ctx: GuardContext): GuardCapsule {
  const { player } = ctx;
  let since: number | null = null;
  let pausedHere = false;
  const check = (): void => {
    const now = ctx.last();
    if (!ctx.controlOverdue(now)) {
      since = null;
      if (pausedHere && !ctx.page.hidden() && !player.playing()) player.play();
      pausedHere = false;
      return;
    }
    since ??= now;
    if (!player.playing()) return;
    ctx.act('paused-control', Math.round(now - since));
    if (!ctx.enforce) return;
    player.pauseByGuard();
    pausedHere = true;
  };
  const stopTicks = ctx.onTick(check);
  player.video.addEventListener('play', check, true);
  return {
    stop() {
      stopTicks();
      player.video.removeEventListener('play', check, true);
    },
  };
}

/** Pauses when there has been no connection for too long: what is played then can no longer be watched over. */
export function guardOffline(ctx: GuardContext): GuardCapsule {
  const stop = ctx.onTick((now) => {
    const since = ctx.offlineSince();
    if (since === null || !ctx.player.playing() || now - since < ctx.grace.offlineMs) return;
    ctx.act('paused-offline', Math.round(now - since));
    if (ctx.enforce) ctx.player.pauseByGuard();
  });
  return { stop };
}
