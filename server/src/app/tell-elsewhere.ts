/**
 * Tells a person's other live sittings what this one was credited for, so that no stretch of server time is credited twice and
 * a second sitting is seen (rules §1, §2). What was credited first stays; the later sitting learns of it before its next
 * batch is decided.
 */
import { creditedAt } from '../core/credit/credit.ts';
import { type IntervalSet, subtract } from '../core/credit/interval-set.ts';
import { lastSampleAt } from '../core/session/engine.ts';
import type { App } from './context.ts';
import { Refusal } from './failure.ts';
import type { SessionActor } from './session-actor.ts';

/** What the use of this file needs of the application. */
type Deps = Pick<App, 'persons' | 'metrics'>;

/** Stretches told at once: a batch holds few, a returning client may have to hear of more. */
const STRETCHES_TOLD_MAX = 16;

/** Server-time stretches that a sitting was credited for so far. */
export function creditedStretches(actor: SessionActor): IntervalSet {
  return creditedAt(actor.sitting.state);
}

/** Before a batch: what the sitting was credited for so far; null when nobody would hear of it. */
export function creditedBefore(deps: Deps, actor: SessionActor): IntervalSet | null {
  return deps.persons.others(actor).length === 0 ? null : creditedStretches(actor);
}

/** Tells a sitting what another one of the same person, `session`, was credited for. */
export function tellStretches(
  deps: Pick<Deps, 'metrics'>,
  session: string,
  to: SessionActor,
  stretches: IntervalSet,
): void {
  for (const [start, end] of stretches.slice(-STRETCHES_TOLD_MAX)) {
    try {
      to.apply({ kind: 'elsewhere', at: to.now(), session, from: start, to: end, credited: true });
    } catch (error) {
      // A sitting that ended or cannot take anything in credits nothing either.
      if (!(error instanceof Refusal)) throw error;
      deps.metrics.count('sitting.elsewhere_skipped');
    }
  }
}

/** After a batch: the others hear what it added. @param before what {@link creditedBefore} said. */
export function tellOthers(deps: Deps, actor: SessionActor, before: IntervalSet | null): void {
  if (before === null) return;
  const others = deps.persons.others(actor);
  const added = subtract(creditedStretches(actor), before);
  for (const other of others) tellStretches(deps, actor.sitting.facts.session, other, added);
}

/** At a connection: the sitting hears what the others were credited for since its own last sample, which it may claim too. */
export function hearOfOthers(deps: Deps, actor: SessionActor): void {
  const { state } = actor.sitting;
  const since = lastSampleAt(state);
  for (const other of deps.persons.others(actor)) {
    tellStretches(deps, other.sitting.facts.session, actor, subtract(creditedStretches(other), [[0, since]]));
  }
}
