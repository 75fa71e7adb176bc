/** A client connected: record it, greet it. A newer connection of the same sitting replaces the older one. */
import { BEAT_MS, PROTOCOL_VERSION, type Welcome } from '@zhenxue/protocol';
import { welcomedAt } from '../core/session/engine.ts';
import type { App } from './context.ts';
import { Refusal } from './failure.ts';
import type { ClientLink } from './ports.ts';
import type { SessionActor } from './session-actor.ts';
import { progressOf } from './session-summary.ts';
import { openDirectivesOf } from './sitting.ts';
import { hearOfOthers } from './tell-elsewhere.ts';

/** Session time counts from the first welcome of the sitting, so that no honest `t` can be ahead of it (rules §1). */
function elapsedMs(actor: SessionActor): number {
  const now = actor.now();
  return now - (welcomedAt(actor.sitting.state) ?? now);
}

/** What the connecting client is told. */
export function welcomeOf(app: Pick<App, 'tokens' | 'newId'>, actor: SessionActor): Welcome {
  const { sitting } = actor;
  const { facts } = sitting;
  const { pack } = facts;
  const expiresAt = sitting.openedAt + pack.session.lengthMaxMs;
  const claims = { kind: 'resume', session: facts.session, jti: app.newId(), expiresAt } as const;
  return {
    v: PROTOCOL_VERSION,
    session: facts.session,
    elapsedMs: elapsedMs(actor),
    genesis: sitting.genesis,
    durable: actor.durable(),
    beatMs: BEAT_MS,
    guard: facts.guard,
    grace: {
      hiddenMs: pack.multiWindow.hiddenGraceMs,
      unfocusedMs: pack.multiWindow.unfocusedGraceMs,
      offlineMs: pack.offlineGraceMs,
    },
    ...progressOf(sitting.state),
    videoMs: facts.videoMs,
    pending: openDirectivesOf(sitting, actor.now()),
    resumeToken: app.tokens.issue(claims),
  };
}

/**
 * Attaches a client to its sitting. `greet` sends the welcome; directives follow only after it.
 * @throws Refusal `session-unknown`, `session-ended`, `slow-down`, `unavailable`.
 */
export async function connectSession(
  app: App,
  session: string,
  link: ClientLink,
  greet: (welcome: Welcome) => void,
): Promise<SessionActor> {
  const actor = await app.actors.get(session, 'wait');
  await actor.tickIfDue();
  const old = actor.link();
  if (old !== null) {
    old.close();
    actor.apply({ kind: 'disconnected', at: actor.now() });
  }
  actor.setLink(link);
  try {
    await actor.apply({ kind: 'connected', at: actor.now() }).committed;
  } catch (error) {
    if (actor.link() === link) actor.setLink(null);
    throw error;
  }
  if (actor.link() !== link) throw new Refusal('unavailable', 'expected no newer connection of this sitting');
  if (actor.sitting.sealed) {
    actor.setLink(null);
    throw new Refusal('session-ended', 'expected a sitting that has not ended');
  }
  app.persons.join(actor);
  hearOfOthers(app, actor);
  await app.places.enter(actor);
  greet(welcomeOf(app, actor));
  actor.greet();
  return actor;
}

function leavePlace(app: Pick<App, 'persons' | 'places'>, actor: SessionActor): void {
  app.persons.leave(actor);
  void app.places.leave(actor);
}

/** The client is gone: recorded, unless a newer connection took its place. */
export async function disconnectSession(
  app: Pick<App, 'persons' | 'places'>,
  actor: SessionActor,
  link: ClientLink,
): Promise<void> {
  if (actor.link() !== link) {
    // Another server took the sitting over, and it is that one's to watch now.
    if (actor.link() === null) leavePlace(app, actor);
    return;
  }
  actor.setLink(null);
  leavePlace(app, actor);
  if (actor.sitting.sealed) return;
  await actor.apply({ kind: 'disconnected', at: actor.now() }).committed;
}
