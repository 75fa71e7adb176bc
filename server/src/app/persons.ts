/**
 * Who is studying where at this moment (rules §1: one learner cannot be credited for two places at once; §2: a second live
 * sitting). Connected sittings by person, on this server.
 */
import type { SittingFacts } from '../core/session/records.ts';
import type { SessionActor } from './session-actor.ts';

/** See the file's comment. */
export interface Persons {
  /** A client of this sitting is connected. */
  join(actor: SessionActor): void;
  /** It is not any more. */
  leave(actor: SessionActor): void;
  /** The same person's other connected sittings that have not ended. */
  others(actor: SessionActor): readonly SessionActor[];
}

/**
 * The person across platforms where the platform told, else the learner of this platform. The length keeps apart what only
 * together reads the same; asked for with every batch, so it is no JSON.
 */
export function personOf({ person, platform, learner }: SittingFacts): string {
  return person === undefined ? `${platform.length}:${platform}:${learner}` : `person:${person}`;
}

/** Nobody else. */
const NOBODY: readonly SessionActor[] = [];

/** An empty index. Bounded by the live sittings of the server. */
export function createPersons(): Persons {
  const sittings = new Map<string, Map<string, SessionActor>>();
  // Persons with several sittings. Nearly always there are none, and then nobody needs to be looked up.
  let several = 0;
  return {
    join(actor) {
      const person = personOf(actor.sitting.facts);
      const own = sittings.get(person) ?? new Map<string, SessionActor>();
      const before = own.size;
      sittings.set(person, own.set(actor.sitting.facts.session, actor));
      if (before === 1 && own.size === 2) several += 1;
    },
    leave(actor) {
      const { facts } = actor.sitting;
      const own = sittings.get(personOf(facts));
      if (own?.get(facts.session) !== actor) return;
      own.delete(facts.session);
      if (own.size === 1) several -= 1;
      if (own.size === 0) sittings.delete(personOf(facts));
    },
    others(actor) {
      if (several === 0) return NOBODY;
      const own = sittings.get(personOf(actor.sitting.facts));
      if (own === undefined || own.size < 2) return NOBODY;
      return [...own.values()].filter(
        (other) => other !== actor && other.link() !== null && !other.sitting.sealed,
      );
    },
  };
}
