/**
 * The live sittings of this process. An actor is loaded when it is needed and let go when nobody is connected. Before a
 * sitting is read its lease is taken, so that what was read is what will be written after: an older owner writes no more.
 */
import type { Finding } from '@zhenxue/protocol';
import { HeldElsewhere, Refusal } from './failure.ts';
import type { NodeBus } from './node-ports.ts';
import type { HeldLease, LeaseStore } from './ports.ts';
import { type ActorDeps, createActor, type SessionActor } from './session-actor.ts';
import { replaySitting, type Sitting } from './sitting.ts';

/** Milliseconds that an actor without a connection is kept: long enough for a reload of the page. */
const IDLE_EVICT_MS = 60_000;

/** Live sittings in one process; beyond, clients are told to come back. */
const ACTORS_MAX = 50_000;

/** What to do about a sitting that another server holds: leave it, ask for it, or ask and wait a while for it. */
export type WhenHeld = 'leave' | 'ask' | 'wait';

/**
 * Milliseconds between the questions for a sitting that another server holds: together longer than a living holder needs to let
 * go, at first short since it hears at once where servers can talk, then longer since all clients of a dead one wait at once.
 */
const ASK_WAITS_MS: readonly number[] = [250, 500, 1_000, 1_500, 2_000, 2_000];

/** See the file's comment. */
export interface ActorRegistry {
  /**
   * The sitting's actor, loaded by replay when needed.
   * @param whenHeld by another server; `ask` when not said.
   * @throws Refusal `session-unknown`, `session-ended`, `slow-down`, or HeldElsewhere.
   */
  get(session: string, whenHeld?: WhenHeld): Promise<SessionActor>;
  /** The actor if it is in memory. */
  peek(session: string): SessionActor | null;
  /** All actors in memory. */
  loaded(): readonly SessionActor[];
  /** Sittings in memory. */
  size(): number;
  /** Lets go of actors that nobody uses. */
  evictIdle(): void;
  /** Another server waits for this sitting: disconnect, write everything, give the lease up. */
  handOver(lease: HeldLease): Promise<void>;
  /** Stops at once, without a write, every actor whose lease is not among these: somebody else writes its sitting now. */
  keepOnly(leases: readonly HeldLease[]): void;
  /** Disconnects everybody, waits until all is durable and stops the timers. Nothing is loaded afterwards. */
  stop(): Promise<void>;
}

/** Replays a sitting from the store. @throws Refusal `session-unknown`; Error when the stored record is damaged. */
export async function loadSitting(
  deps: Pick<ActorDeps, 'engine' | 'store'>,
  session: string,
): Promise<Sitting> {
  const seed = await deps.store.seed(session);
  if (seed === null) throw new Refusal('session-unknown', 'expected the id of an existing sitting');
  return replaySitting(deps.engine, await deps.store.records(session), seed);
}

/** What the registry needs besides what its actors need. */
interface RegistryDeps extends ActorDeps {
  readonly leases: LeaseStore;
  /** Name under which this server holds leases. */
  readonly owner: string;
  readonly bus: NodeBus;
}

async function lease(deps: RegistryDeps, session: string, whenHeld: WhenHeld): Promise<number> {
  const { owner, leases, clock, schedule, bus } = deps;
  const want = whenHeld !== 'leave';
  for (let asks = 0; ; asks += 1) {
    const epoch = await leases.acquire({ session, owner, at: clock.now(), want });
    if (epoch !== null) return epoch;
    if (want && asks === 0) bus.tell({ kind: 'wanted', session });
    const waitMs = ASK_WAITS_MS[asks];
    if (whenHeld !== 'wait' || waitMs === undefined) throw new HeldElsewhere();
    await new Promise<void>((resolve) => void schedule(waitMs, resolve));
  }
}

async function loadActor(deps: RegistryDeps, session: string, whenHeld: WhenHeld): Promise<SessionActor> {
  const row = await deps.store.get(session);
  if (row === null) throw new Refusal('session-unknown', 'expected the id of an existing sitting');
  if (row.endedAt !== null) throw new Refusal('session-ended', 'expected a sitting that has not ended');
  const epoch = await lease(deps, session, whenHeld);
  const actor = createActor(deps, await loadSitting(deps, session), epoch);
  // The process that saw the client connect is gone: nobody recorded that the connection was lost.
  if (actor.sitting.connected && !actor.sitting.sealed) {
    await actor.apply({ kind: 'disconnected', at: actor.now() }).committed;
  }
  return actor;
}

async function stopActor(actor: SessionActor): Promise<void> {
  const link = actor.link();
  actor.setLink(null);
  link?.close();
  if (link !== null && !actor.sitting.sealed) {
    await actor.apply({ kind: 'disconnected', at: actor.now() }).committed;
  }
  actor.stop();
  await actor.settled();
}

/** What giving up and keeping need. */
type Keeping = Pick<RegistryDeps, 'leases' | 'metrics'>;

/** One entry of the registry. */
interface Entry {
  readonly loading: Promise<SessionActor>;
  actor: SessionActor | null;
  /** Somebody was connected, or asked for it, epoch ms. */
  usedAt: number;
}

async function handOver(deps: Keeping, entries: Map<string, Entry>, held: HeldLease): Promise<void> {
  const entry = entries.get(held.session);
  const actor = entry?.actor ?? null;
  // Being loaded just now: whoever waits asks again.
  if (entry !== undefined && actor === null) return;
  if (actor !== null) {
    entries.delete(held.session);
    await stopActor(actor).catch(() => deps.metrics.count('lease.hand_over_failed'));
  }
  await deps.leases.release(held);
}

function keepOnly(deps: Keeping, entries: Map<string, Entry>, leases: readonly HeldLease[]): void {
  const epochs = new Map(leases.map(({ session, epoch }) => [session, epoch]));
  for (const [session, { actor }] of entries) {
    if (actor === null || epochs.get(session) === actor.epoch) continue;
    entries.delete(session);
    actor.abandon();
    deps.metrics.count('lease.lost');
  }
}

/** Lets go of whoever nobody needed for a while. */
function evictIdle(entries: Map<string, Entry>, now: number, giveUp: (held: HeldLease) => void): void {
  for (const [session, entry] of entries) {
    const { actor } = entry;
    if (actor === null) continue;
    // The time counts from the last look that found somebody there, not from when they came.
    if (!actor.idle()) entry.usedAt = now;
    if (!actor.idle() || (entry.usedAt > now - IDLE_EVICT_MS && !actor.sitting.sealed)) continue;
    actor.stop();
    entries.delete(session);
    giveUp({ session, epoch: actor.epoch });
  }
}

/** @param shared by all actors. */
export function createActorRegistry(
  shared: Omit<RegistryDeps, 'onFindings' | 'backlog'> & {
    readonly onFindings: (sitting: Sitting, findings: readonly Finding[]) => void;
  },
): ActorRegistry {
  const deps: RegistryDeps = { ...shared, backlog: { bytes: 0 } };
  const entries = new Map<string, Entry>();
  let stopping = false;

  function giveUp(held: HeldLease): void {
    // When this fails the lease ends with the owner's life, or with the next question of whoever waits for it.
    deps.leases.release(held).catch(() => deps.metrics.count('lease.release_failed'));
  }

  function load(session: string, whenHeld: WhenHeld): Entry {
    if (stopping) throw new Refusal('unavailable', 'expected a server that is not stopping');
    if (entries.size >= ACTORS_MAX) {
      throw new Refusal('slow-down', `expected at most ${ACTORS_MAX} live sittings on this server`);
    }
    const entry: Entry = {
      loading: loadActor(deps, session, whenHeld),
      actor: null,
      usedAt: deps.clock.now(),
    };
    entries.set(session, entry);
    entry.loading.then(
      (actor) => {
        entry.actor = actor;
      },
      () => {
        if (entries.get(session) === entry) entries.delete(session);
      },
    );
    return entry;
  }

  return {
    async get(session: string, whenHeld: WhenHeld = 'ask'): Promise<SessionActor> {
      if (entries.get(session)?.actor?.broken() === true) entries.delete(session);
      const entry = entries.get(session) ?? load(session, whenHeld);
      entry.usedAt = deps.clock.now();
      return entry.loading;
    },
    peek: (session) => entries.get(session)?.actor ?? null,
    loaded(): readonly SessionActor[] {
      const actors: SessionActor[] = [];
      for (const { actor } of entries.values()) if (actor !== null) actors.push(actor);
      return actors;
    },
    size: () => entries.size,
    evictIdle: () => evictIdle(entries, deps.clock.now(), giveUp),
    handOver: (held) => handOver(deps, entries, held),
    keepOnly: (leases) => keepOnly(deps, entries, leases),
    async stop(): Promise<void> {
      stopping = true;
      const actors = [...entries.values()].map((entry) => entry.actor).filter((actor) => actor !== null);
      await Promise.allSettled(actors.map(stopActor));
      entries.clear();
    },
  };
}
