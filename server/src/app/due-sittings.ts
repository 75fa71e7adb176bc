/** Sittings whose time has come although nobody is connected, and other work that only time brings. */
import type { App } from './context.ts';
import { endBanned } from './end-banned.ts';
import { HeldElsewhere, Refusal } from './failure.ts';
import { banNow } from './platform-standing.ts';
import type { Schedule } from './ports.ts';

/** Milliseconds between two looks. */
const SWEEP_MS = 5_000;

/** Sittings per look: the rest follow in the next one. */
const SWEEP_SITTINGS_MAX = 500;

/** Used and expired tickets are kept this long, so that a late second use is still told why it is refused. */
const TICKET_KEPT_MS = 3_600_000;

/** Loads every due sitting that is not in memory; its timer does the rest. */
export async function runDueSittings(app: App): Promise<number> {
  const due = await app.sessions.due(app.clock.now(), SWEEP_SITTINGS_MAX);
  let ticked = 0;
  for (const session of due) {
    if (app.actors.peek(session) !== null) continue;
    try {
      const actor = await app.actors.get(session, 'leave');
      if ((await banNow(app, actor.sitting.facts.platform)) === null) await actor.tickIfDue();
      else await actor.close('banned');
      ticked += 1;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'session-ended') continue;
      // Its own server looks after it.
      if (error instanceof HeldElsewhere) continue;
      app.metrics.count('sitting.due_failed');
      app.log.error('sitting.due-failed', { session, error: String(error) });
    }
  }
  return ticked;
}

/** Looks now and then again and again. @returns its stop; resolves when no look is under way. */
export function startSweeper(app: App, schedule: Schedule): () => Promise<void> {
  let stopped = false;
  let cancel = () => {};
  let running: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    try {
      await runDueSittings(app);
      await endBanned(app);
      app.actors.evictIdle();
      await app.tickets.sweep(app.clock.now() - TICKET_KEPT_MS);
      await app.places.sweep(app.clock.now());
    } catch (error) {
      app.log.error('sweep.failed', { error: String(error) });
    }
    if (!stopped) cancel = schedule(SWEEP_MS, start);
  }

  function start(): void {
    running = look();
  }

  cancel = schedule(0, start);
  return async () => {
    stopped = true;
    cancel();
    await running;
  };
}
