import type { GuardCapsule, GuardContext } from './guard-context.ts';

/** Milliseconds past the furthest covered point that a seek may go (rules §2, `fast-forward`). */
const SEEK_SLACK_MS = 2_000;

/** Bounces seeks past what was covered, already at `seeking`, before anything of the new place is played. */
export function guardSeek(ctx: GuardContext): GuardCapsule {
  const { player } = ctx;
  const { video } = player;
  let furthest = Math.max(ctx.furthestMs, 0);
  let settled = player.position();
  let before: number | null = null;

  function bounce(target: number): void {
    ctx.act('seek-bounced', target);
    if (ctx.enforce) player.seekTo(Math.min(settled, furthest));
  }

  const seeking = (): void => {
    before = null;
    const target = player.position();
    if (target > furthest + SEEK_SLACK_MS) bounce(target);
  };
  const seeked = (): void => {
    const reached = player.position();
    if (reached <= furthest + SEEK_SLACK_MS) settled = reached;
  };

  function advanced(now: number, m: number): void {
    const played = before === null ? 0 : now - before;
    before = now;
    if (m > furthest + SEEK_SLACK_MS + played) {
      // No `seeking` was heard of: the page swallowed it.
      if (ctx.enforce) bounce(m);
      return;
    }
    settled = m;
    furthest = Math.max(furthest, m);
  }

  const stopTicks = ctx.onTick(() => {
    if (player.seeking()) return;
    const m = player.position();
    ctx.ask((now) => {
      if (!player.seeking()) advanced(now, m);
    });
  });
  video.addEventListener('seeking', seeking, true);
  video.addEventListener('seeked', seeked, true);
  return {
    covered(furthestMs) {
      furthest = Math.max(furthest, furthestMs);
    },
    stop() {
      stopTicks();
      video.removeEventListener('seeking', seeking, true);
      video.removeEventListener('seeked', seeked, true);
    },
  };
}
