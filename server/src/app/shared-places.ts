/**
 * One person at several servers (rules §1, §2). Sittings on one server tell each other directly (`tell-elsewhere.ts`); over
 * servers the store keeps who is connected where. Nearly everybody is in one place, and then this costs one write when a
 * client comes and one when it goes. Only where a person is connected twice do the sittings exchange what they were credited
 * for: before every batch, and again after it. Being connected twice accuses nobody: a phone taken over, a reload, a socket
 * that died unnoticed are told apart from a second sitting by media that advances in both (the rule decides that).
 */
import { type IntervalSet, subtract } from '../core/credit/interval-set.ts';
import type { App } from './context.ts';
import { hashText } from './hash.ts';
import type { OtherPlace, PlaceStore, Stretches } from './node-ports.ts';
import { personOf } from './persons.ts';
import type { SessionActor } from './session-actor.ts';
import { creditedStretches, tellStretches } from './tell-elsewhere.ts';

/**
 * Milliseconds by which the clocks of two servers may differ. A stretch of another server is shortened by it at both ends, so
 * that clocks apart never make one sitting after the other look like both at once.
 */
const CLOCKS_APART_MS = 2_000;

/** Milliseconds that a place is kept after the longest time that its sitting may last. */
const KEPT_AFTER_MS = 60_000;

/** What this needs of the application. */
type Deps = Pick<App, 'persons' | 'metrics' | 'log' | 'bus' | 'lock'> & {
  readonly places: PlaceStore;
  readonly owner: string;
  /** The sitting's actor, if it is on this server. */
  readonly peek: (session: string) => SessionActor | null;
};

/** See the file's comment. */
export interface SharedPlaces {
  /** A client of this sitting is connected, and hears what the person's other places were credited for. */
  enter(actor: SessionActor): Promise<void>;
  /** It is not any more. Never throws. */
  leave(actor: SessionActor): Promise<void>;
  /** Whether the person is connected at another server too, as far as is known here. */
  isShared(session: string): boolean;
  /** Tells the store what the sitting was credited for, and the sitting what the person's other places were. */
  exchange(actor: SessionActor): Promise<void>;
  /** Looks which sittings of this server are shared, and lets those exchange. */
  look(): Promise<void>;
  /** Forgets places that expired before `at`. */
  sweep(at: number): Promise<number>;
}

/** The person's name in the store: nobody can be recognised by it. */
function keyOf(actor: SessionActor): string {
  return hashText(personOf(actor.sitting.facts));
}

/** What a stretch of another server's clock certainly covers on this one's. */
function certain(stretches: Stretches): IntervalSet {
  return stretches
    .map(([from, to]): readonly [number, number] => [from + CLOCKS_APART_MS, to - CLOCKS_APART_MS])
    .filter(([from, to]) => to > from);
}

/** What a sitting was told of each other one. */
type Told = Map<string, IntervalSet>;

function hear(deps: Deps, known: Told, actor: SessionActor, other: OtherPlace): void {
  // The person's sittings of this server have told it themselves, at once and by the same clock.
  const here = deps.persons.others(actor).some(({ sitting }) => sitting.facts.session === other.session);
  if (here) return;
  const { openedAt, state } = actor.sitting;
  const second = state.multiWindow?.second ?? null;
  const before: IntervalSet = [
    [0, openedAt],
    ...(known.get(other.session) ?? []),
    ...(second?.stretches ?? []),
  ];
  // Once an overlap is beyond doubt the two are compared to the last second.
  const stretches = (second?.sharedMs ?? 0) > 0 ? other.stretches : certain(other.stretches);
  tellStretches(deps, other.session, actor, subtract(stretches, before));
  known.set(other.session, stretches);
}

async function exchangeWith(deps: Deps, known: Told | undefined, actor: SessionActor): Promise<void> {
  const { session } = actor.sitting.facts;
  const others = await deps.places.exchange(keyOf(actor), session, creditedStretches(actor));
  if (known !== undefined) for (const other of others) hear(deps, known, actor, other);
}

/** @param deps the index of this server's sittings, and the store. */
export function createSharedPlaces(deps: Deps): SharedPlaces {
  const { places, owner } = deps;
  /** Sittings of shared places, with what each was told of others. Bounded by the sittings connected here. */
  const told = new Map<string, Told>();

  const exchange = (actor: SessionActor) => exchangeWith(deps, told.get(actor.sitting.facts.session), actor);

  function share(session: string): void {
    if (!told.has(session)) told.set(session, new Map());
  }

  async function look(): Promise<void> {
    const shared = new Set(await places.shared(owner));
    for (const session of [...told.keys()]) if (!shared.has(session)) told.delete(session);
    for (const session of shared) {
      const actor = deps.peek(session);
      if (actor === null || actor.link() === null || told.has(session)) continue;
      share(session);
      await exchange(actor);
    }
  }

  async function enter(actor: SessionActor): Promise<void> {
    const { session, pack } = actor.sitting.facts;
    const person = keyOf(actor);
    const expiresAt = actor.sitting.openedAt + pack.session.lengthMaxMs + KEPT_AFTER_MS;
    if (!(await places.enter({ person, session, owner, expiresAt }))) return;
    share(session);
    deps.metrics.count('place.shared');
    await exchange(actor);
    deps.bus.tell({ kind: 'shared', person });
  }

  async function leave(actor: SessionActor): Promise<void> {
    const { session } = actor.sitting.facts;
    // Back already: the newer connection stays.
    if (actor.link() !== null) return;
    try {
      if (told.has(session)) await exchange(actor);
      await places.leave({ person: keyOf(actor), session, owner });
    } catch (error) {
      deps.log.warn('place.leave-failed', { session, error: String(error) });
    }
    told.delete(session);
  }

  // One after the other: a page that reloads leaves and enters within milliseconds.
  const inTurn = (actor: SessionActor, task: () => Promise<void>) =>
    deps.lock(`place:${actor.sitting.facts.session}`, task);
  return {
    enter: (actor) => inTurn(actor, () => enter(actor)),
    leave: (actor) => inTurn(actor, () => leave(actor)),
    isShared: (session) => told.has(session),
    exchange,
    look,
    sweep: (at) => places.sweep(at),
  };
}
