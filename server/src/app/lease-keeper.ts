/**
 * Keeps this server's leases: says again and again that it lives, lets go of sittings that another server waits for, and
 * stops those that were taken over while it did not run (a paused process, a long stall). None of this guards the record:
 * that is done by the epoch of every append. It only decides who serves whom, and how soon.
 */
import type { ActorRegistry } from './actor-registry.ts';
import type { NodeBus } from './node-ports.ts';
import type { Clock, LeaseStore, Log, Metrics, Schedule } from './ports.ts';
import type { SharedPlaces } from './shared-places.ts';

/** Milliseconds that an owner lives after it last said so: a dead server's sittings can be taken after this. */
export const OWNER_LIFE_MS = 15_000;

/** Milliseconds between two signs of life: two may get lost before anybody takes over. */
export const BEAT_EVERY_MS = 4_000;

/** Signs of life between two looks at everything held, for takings that clocks apart from each other have hidden. */
const CHECK_EVERY_BEATS = 8;

/** What the keeper needs. */
export interface KeeperDeps {
  readonly leases: LeaseStore;
  readonly owner: string;
  readonly actors: Pick<ActorRegistry, 'handOver' | 'keepOnly' | 'peek'>;
  /** For persons whom another server told of while no message arrived. */
  readonly places: Pick<SharedPlaces, 'look'>;
  readonly bus: NodeBus;
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly metrics: Metrics;
  readonly log: Log;
}

async function handOverWanted({ leases, owner, actors }: KeeperDeps): Promise<void> {
  for (const lease of await leases.held(owner, 'wanted')) await actors.handOver(lease);
}

/** One look at the leases. @returns until when this server lives, epoch ms. */
async function look(deps: KeeperDeps, lived: number, thorough: boolean): Promise<number> {
  const { leases, owner, actors } = deps;
  const now = deps.clock.now();
  const until = now + OWNER_LIFE_MS;
  await leases.beat(owner, until);
  // While it lives nobody takes anything from it; after a silence others may have.
  if (thorough || now >= lived) actors.keepOnly(await leases.held(owner, 'all'));
  await handOverWanted(deps);
  await deps.places.look();
  return until;
}

/**
 * Gives the first sign of life and then one every {@link BEAT_EVERY_MS}.
 * @returns its stop, which lets everything go at once. Call it when nothing is written any more.
 */
export async function startLeaseKeeper(deps: KeeperDeps): Promise<() => Promise<void>> {
  let stopped = false;
  let cancel = () => {};
  let beats = 0;
  let until = await look(deps, Number.POSITIVE_INFINITY, false);
  let running: Promise<void> = Promise.resolve();
  let asked = false;

  async function beat(): Promise<void> {
    try {
      beats += 1;
      until = await look(deps, until, beats % CHECK_EVERY_BEATS === 0);
    } catch (error) {
      deps.metrics.count('lease.beat_failed');
      deps.log.error('lease.beat-failed', { error: String(error) });
    }
    if (!stopped) cancel = deps.schedule(BEAT_EVERY_MS, start);
  }

  function start(): void {
    running = running.then(beat);
  }

  /** Somebody waits at another server: one look for all who wait by then, after the present one. */
  async function answer(): Promise<void> {
    asked = false;
    if (stopped) return;
    try {
      await handOverWanted(deps);
    } catch (error) {
      deps.metrics.count('lease.beat_failed');
      deps.log.warn('lease.answer-failed', { error: String(error) });
    }
  }

  const deafen = deps.bus.listen((message) => {
    if (message.kind !== 'wanted' || asked || deps.actors.peek(message.session) === null) return;
    asked = true;
    running = running.then(answer);
  });

  cancel = deps.schedule(BEAT_EVERY_MS, start);
  return async () => {
    stopped = true;
    deafen();
    cancel();
    await running;
    await deps.leases.beat(deps.owner, 0).catch((error: unknown) => {
      deps.log.warn('lease.give-up-failed', { error: String(error) });
    });
  };
}
