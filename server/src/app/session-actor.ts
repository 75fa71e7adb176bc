/**
 * The one place where a live sitting changes. Inputs are taken in one after the other, in the order of their arrival; each
 * becomes records, a decision and one append. Nothing is acknowledged and no directive leaves before the append is durable.
 * While a commit is under way further inputs may be taken in: appends of one sitting keep their order.
 */
import type { Directive, EndReason, Finding } from '@zhenxue/protocol';
import type { SessionRecord } from '../core/session/records.ts';
import type { Engine } from './engine.ts';
import { Refusal } from './failure.ts';
import type { ClientLink, Clock, Log, Metrics, Schedule, SessionStore } from './ports.ts';
import type { RecordExtras } from './record-codec.ts';
import { summaryOf } from './session-summary.ts';
import { openDirectivesOf, type Sitting, takeIn } from './sitting.ts';

/** Appends of one sitting that may wait for their commit; beyond, the client is told to slow down. */
const ACTOR_QUEUE_MAX = 64;

/** Longest delay of one timer, ms: longer waits are cut into several (32-bit timers). */
const TIMER_MAX_MS = 86_400_000;

/** What an actor needs from outside. */
export interface ActorDeps {
  readonly engine: Engine;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Told after the commit that recorded new or extended findings. */
  readonly onFindings: (sitting: Sitting, findings: readonly Finding[]) => void;
}

/** What a record brought, and when it is durable. */
export interface Applied {
  readonly directives: readonly Directive[];
  /** Resolves after the commit; rejects when it failed, and then nothing of this sitting is acknowledged any more. */
  readonly committed: Promise<void>;
}

/** A live sitting. */
export interface SessionActor {
  /** For reading only; everything goes through {@link SessionActor.apply}. */
  readonly sitting: Sitting;
  /** Last durable batch. */
  durable(): { readonly seq: number; readonly hash: string };
  /** Server time for the next record, epoch ms: never before the last one, whatever the system clock does. */
  now(): number;
  /** Takes a record in. @throws Refusal `slow-down`, `session-ended` or `unavailable`. */
  apply(record: SessionRecord, extras?: RecordExtras): Applied;
  /** Resolves when everything taken in so far is durable. */
  settled(): Promise<void>;
  /** Runs a due tick, if one is due. */
  tickIfDue(): Promise<void>;
  close(reason: EndReason): Promise<void>;
  link(): ClientLink | null;
  /** Replaces the present link; the old one is closed by the caller. Nothing is sent before {@link SessionActor.greet}. */
  setLink(link: ClientLink | null): void;
  /** The welcome has left: directives may follow, first those that the client has not confirmed yet. */
  greet(): void;
  /** True when nobody is connected and nothing waits. */
  idle(): boolean;
  /** Stops the timer. */
  stop(): void;
}

/** Mutable part of an actor. */
interface Cell {
  durable: { seq: number; hash: string };
  inFlight: number;
  tail: Promise<void>;
  broken: boolean;
  stopped: boolean;
  link: ClientLink | null;
  greeted: boolean;
  cancelTimer: () => void;
}

/** Records that must go in whatever waits: a full queue must not keep a sitting from being closed. */
const URGENT: ReadonlySet<SessionRecord['kind']> = new Set<SessionRecord['kind']>([
  'close',
  'connected',
  'disconnected',
  'tick',
]);

/** @param sitting as opened or replayed; owned by the actor from here on. */
export function createActor(deps: ActorDeps, sitting: Sitting): SessionActor {
  const cell: Cell = {
    durable: { seq: sitting.seq, hash: sitting.hash },
    inFlight: 0,
    tail: Promise.resolve(),
    broken: false,
    stopped: false,
    link: null,
    greeted: false,
    cancelTimer: () => {},
  };
  const now = () => Math.max(deps.clock.now(), sitting.at);

  function refuse(kind: SessionRecord['kind']): void {
    if (cell.broken) throw new Refusal('unavailable', 'expected a working store');
    if (sitting.sealed) throw new Refusal('session-ended', 'expected a sitting that has not ended');
    if (cell.inFlight >= ACTOR_QUEUE_MAX && !URGENT.has(kind)) {
      deps.metrics.count('sitting.slow_down');
      throw new Refusal('slow-down', `expected at most ${ACTOR_QUEUE_MAX} unanswered messages`);
    }
  }

  function apply(record: SessionRecord, extras: RecordExtras = {}): Applied {
    refuse(record.kind);
    const taken = [takeIn(deps.engine, sitting, record, extras)];
    if (sitting.ended !== null && !sitting.sealed) {
      // The seed is revealed with the last record, whatever ended the sitting.
      const close: SessionRecord = { kind: 'close', at: record.at, reason: sitting.ended };
      taken.push(takeIn(deps.engine, sitting, close, { seed: sitting.facts.seed }));
    }
    const directives = taken.flatMap((t) => t.directives);
    const findings = taken.flatMap((t) => t.findings);
    const { seq, hash } = sitting;
    cell.inFlight += 1;
    armTimer();
    const committed = deps.store
      .append({ row: summaryOf(deps.engine, sitting), records: taken.map((t) => t.stored), findings })
      .then(() => afterCommit({ seq, hash }, directives, findings), afterFailure);
    cell.tail = committed;
    // Whoever needs the outcome awaits it; a failure nobody waits for must not end the process here.
    committed.catch(() => {});
    return { directives, committed };
  }

  function afterCommit(
    durable: Cell['durable'],
    directives: readonly Directive[],
    findings: readonly Finding[],
  ): void {
    cell.inFlight -= 1;
    cell.durable = durable;
    send(directives);
    // At the end once more: whatever an earlier process did not get to is looked at before the sitting is let go.
    if (findings.length > 0 || sitting.sealed) deps.onFindings(sitting, findings);
  }

  function afterFailure(error: unknown): never {
    cell.inFlight -= 1;
    cell.broken = true;
    cell.cancelTimer();
    throw new Refusal('unavailable', 'expected a working store', { cause: error });
  }

  function send(directives: readonly Directive[]): void {
    const link = cell.link;
    if (link === null || !cell.greeted) return;
    for (const directive of directives) {
      link.send(directive).then(
        (taken) => afterSend(link, directive, taken),
        () => deps.metrics.count('directive.failed'),
      );
    }
  }

  function afterSend(link: ClientLink, directive: Directive, taken: boolean): void {
    if (!taken) deps.metrics.count('directive.unconfirmed');
    if (directive.kind === 'end') link.close();
    if (!taken || sitting.sealed || cell.broken || cell.link !== link) return;
    if ((directive.kind === 'popup' || directive.kind === 'photo') && !sitting.delivered.has(directive.id)) {
      attempt({ kind: 'delivered', at: now(), directive: directive.id });
    }
  }

  /** For records that nobody waits for. */
  function attempt(record: SessionRecord): void {
    try {
      apply(record);
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'internal';
      deps.log.warn('sitting.record-skipped', { session: sitting.facts.session, kind: record.kind, code });
    }
  }

  function armTimer(): void {
    cell.cancelTimer();
    if (sitting.dueAt === null || sitting.sealed || cell.stopped) return;
    const delay = Math.min(TIMER_MAX_MS, Math.max(0, sitting.dueAt - deps.clock.now()));
    cell.cancelTimer = deps.schedule(delay, () => {
      if (sitting.dueAt === null || sitting.sealed || cell.broken || cell.stopped) return;
      // Timers may fire a little early, and long waits are cut: only a reached due time is a tick.
      if (deps.clock.now() < sitting.dueAt) armTimer();
      else attempt({ kind: 'tick', at: now() });
    });
  }

  async function tickIfDue(): Promise<void> {
    if (sitting.sealed || sitting.dueAt === null || deps.clock.now() < sitting.dueAt) return;
    await apply({ kind: 'tick', at: now() }).committed;
  }

  async function close(reason: EndReason): Promise<void> {
    if (sitting.sealed) return;
    await apply({ kind: 'close', at: now(), reason }, { seed: sitting.facts.seed }).committed;
  }

  armTimer();
  return {
    sitting,
    durable: () => cell.durable,
    now,
    apply,
    settled: () => cell.tail,
    tickIfDue,
    close,
    link: () => cell.link,
    setLink(link: ClientLink | null): void {
      cell.link = link;
      cell.greeted = false;
    },
    greet(): void {
      cell.greeted = true;
      send(openDirectivesOf(sitting, now()).filter(({ id }) => !sitting.delivered.has(id)));
    },
    idle: () => cell.link === null && cell.inFlight === 0,
    stop(): void {
      cell.stopped = true;
      cell.cancelTimer();
    },
  };
}
