/**
 * Sittings of a banned platform end (rules §4, effect), on whatever server they are. A server hears of a ban at once where
 * servers can talk to each other; else it finds it in the store when it looks for due sittings.
 */
import { banInForce, localDate } from '../core/sanctions/ban-dates.ts';
import type { App } from './context.ts';
import { Refusal } from './failure.ts';

/** Ends this server's sittings of platforms that are banned now. @returns how many. */
export async function endBanned(app: App): Promise<number> {
  const running = app.actors.loaded().filter(({ sitting }) => !sitting.sealed);
  if (running.length === 0) return 0;
  const at = app.clock.now();
  const bans = await app.registry.bans(null);
  if (bans.length === 0) return 0;
  const here = new Set(running.map(({ sitting }) => sitting.facts.platform));
  // A local date costs more than all the rest of a look: only where a platform's sittings run.
  const banned = new Set(
    bans
      .filter((ban) => here.has(ban.platform) && banInForce(ban, localDate(at, ban.zone)))
      .map(({ platform }) => platform),
  );
  if (banned.size === 0) return 0;
  let ended = 0;
  for (const actor of running) {
    const { session, platform } = actor.sitting.facts;
    if (!banned.has(platform)) continue;
    try {
      await actor.close('banned');
      ended += 1;
    } catch (error) {
      // Sealed meanwhile, or another server's by now: that one ends it.
      if (!(error instanceof Refusal)) app.log.error('ban.end-failed', { session, error: String(error) });
    }
  }
  return ended;
}
