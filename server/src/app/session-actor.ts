/**
 * The one place where a live sitting changes. Inputs are taken in one after the other, in the order of their arrival; each
 * becomes records, a decision and one append. Nothing is acknowledged and no directive leaves before the append is durable.
 * While a commit is under way further inputs may be taken in: appends of one sitting keep their order.
 */
import type { Directive, EndReason, Finding } from '@zhenxue/protocol';
import type { SessionRecord } from '../core/session/records.ts';
import type { Engine } from './engine.ts';
import { LeaseLost, Refusal } from './failure.ts';
import type { ClientLink, Clock, Log, Metrics, Schedule, SessionStore } from './ports.ts';
import type { RecordExtras } from './record-codec.ts';
import { nextSummary, type Summarised } from './session-summary.ts';
import { openDirectivesOf, type Sitting, type Taken, takeIn } from './sitting.ts';

/** Appends of one sitting that may wait for their commit; beyond, the client is told to slow down. */
const ACTOR_QUEUE_MAX = 64;

/** Bytes of all sittings that may wait for their commit: a slow store slows the clients down, it never fills the memory. */
export const BACKLOG_BYTES_MAX: number = 64 * 1_048_576;

/** What all sittings of one server have waiting for their commits. */
export interface Backlog {
  bytes: number;
}

/** Longest delay of one timer, ms: longer waits are cut into several (32-bit timers). */
const TIMER_MAX_MS = 86_400_000;

/** Milliseconds between two ticks of one sitting, whatever the engine asks for: a due time must never become a busy loop. */
const TICK_GAP_MIN_MS = 250;

/** What an actor needs from outside. */
export interface ActorDeps {
  readonly engine: Engine;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Shared by the actors of one server. */
  readonly backlog: Backlog;
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
  /** Epoch of the lease under which it writes. */
  readonly epoch: number;
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
  /** The lease is lost: nothing is taken in, sent or acknowledged any more, and the connection is closed. */
  abandon(): void;
  /** True after a failed append: memory is ahead of the store, only a replay can go on. */
  broken(): boolean;
  /** True when nobody is connected and nothing waits. */
  idle(): boolean;
  /** Stops the timer. */
  stop(): void;
}

/** An actor from the inside. */
interface Cell {
  readonly deps: ActorDeps;
  readonly sitting: Sitting;
  readonly epoch: number;
  durable: { readonly seq: number; readonly hash: string };
  inFlight: number;
  /** Null until the first append: what the store has may be older than memory. */
  summarised: Summarised | null;
  tail: Promise<void>;
  broken: boolean;
  stopped: boolean;
  link: ClientLink | null;
  greeted: boolean;
  /** No tick before this time, epoch ms. */
  tickFrom: number;
  /** When the timer is set to fire, epoch ms; null while there is none. */
  timerAt: number | null;
  cancelTimer: () => void;
}

/** Records that must go in whatever waits: a full queue must not keep a sitting from being closed. */
const URGENT: ReadonlySet<SessionRecord['kind']> = new Set<SessionRecord['kind']>([
  'close',
  'connected',
  'disconnected',
  'tick',
]);

function now({ deps, sitting }: Cell): number {
  return Math.max(deps.clock.now(), sitting.at);
}

function refuse(cell: Cell, kind: SessionRecord['kind']): void {
  if (cell.broken) throw new Refusal('unavailable', 'expected a working store');
  if (cell.sitting.sealed) throw new Refusal('session-ended', 'expected a sitting that has not ended');
  if (cell.inFlight >= ACTOR_QUEUE_MAX && !URGENT.has(kind)) {
    cell.deps.metrics.count('sitting.slow_down');
    throw new Refusal('slow-down', `expected at most ${ACTOR_QUEUE_MAX} unanswered messages`);
  }
  if (cell.deps.backlog.bytes >= BACKLOG_BYTES_MAX && !URGENT.has(kind)) {
    cell.deps.metrics.count('sitting.slow_down');
    throw new Refusal('slow-down', 'expected a store that keeps up; its queue is full');
  }
}

function apply(cell: Cell, record: SessionRecord, extras: RecordExtras = {}): Applied {
  refuse(cell, record.kind);
  const { sitting } = cell;
  const first = takeOne(cell, record, extras);
  if (sitting.ended === null || sitting.sealed) return commit(cell, record.kind, [first]);
  // The seed is revealed with the last record, whatever ended the sitting.
  const close: SessionRecord = { kind: 'close', at: record.at, reason: sitting.ended };
  return commit(cell, 'close', [first, takeOne(cell, close, { seed: sitting.facts.seed })]);
}

function takeOne(cell: Cell, record: SessionRecord, extras: RecordExtras): Taken {
  try {
    return takeIn(cell.deps.engine, cell.sitting, record, extras);
  } catch (error) {
    // The state is changed in place: after a fault of the engine only a replay of what is stored can go on.
    afterFault(cell);
    throw error;
  }
}

/** All of one property of what was taken in; nearly always there is one part, and it is used as it is. */
function allOf<T>(taken: readonly Taken[], read: (part: Taken) => readonly T[]): readonly T[] {
  const [only, ...more] = taken;
  return only !== undefined && more.length === 0 ? read(only) : taken.flatMap(read);
}

/** Hands what was taken in to the store. @param kind of the last record. */
function commit(cell: Cell, kind: SessionRecord['kind'], taken: readonly Taken[]): Applied {
  const { sitting } = cell;
  const directives = allOf(taken, (part) => part.directives);
  const findings = allOf(taken, (part) => part.findings);
  const { seq, hash } = sitting;
  const bytes = taken.reduce((sum, part) => sum + part.stored.bytes.length, 0);
  cell.inFlight += 1;
  cell.deps.backlog.bytes += bytes;
  armTimer(cell);
  const quiet = kind === 'batch' && findings.length === 0;
  const committed = append(cell, taken, findings, quiet).then(
    () => {
      cell.deps.backlog.bytes -= bytes;
      afterCommit(cell, { seq, hash }, directives, findings);
    },
    (error: unknown) => {
      cell.deps.backlog.bytes -= bytes;
      afterFailure(cell, error);
    },
  );
  cell.tail = committed;
  // Whoever needs the outcome awaits it; a failure nobody waits for must not end the process here.
  committed.catch(() => {});
  return { directives, committed };
}

/** Never throws: whatever fails from here on leaves memory ahead of the store, and that breaks the actor. */
function append(
  cell: Cell,
  taken: readonly Taken[],
  findings: readonly Finding[],
  quiet: boolean,
): Promise<void> {
  const { deps, sitting, epoch } = cell;
  try {
    const { row, at, progressOnly } = nextSummary(deps.engine, sitting, cell.summarised, quiet);
    if (!progressOnly) cell.summarised = { row, at };
    const change = { row, records: taken.map((part) => part.stored), findings, epoch };
    return deps.store.append(progressOnly ? { ...change, progressOnly } : change);
  } catch (error) {
    return Promise.reject(error);
  }
}

function afterCommit(
  cell: Cell,
  durable: Cell['durable'],
  directives: readonly Directive[],
  findings: readonly Finding[],
): void {
  cell.inFlight -= 1;
  cell.durable = durable;
  send(cell, directives);
  // At the end once more: whatever an earlier process did not get to is looked at before the sitting is let go.
  if (findings.length > 0 || cell.sitting.sealed) cell.deps.onFindings(cell.sitting, findings);
}

function afterFailure(cell: Cell, error: unknown): never {
  cell.inFlight -= 1;
  afterFault(cell);
  if (error instanceof LeaseLost) cell.deps.metrics.count('lease.lost');
  throw new Refusal('unavailable', 'expected a working store', { cause: error });
}

function afterFault(cell: Cell): void {
  cell.broken = true;
  cell.cancelTimer();
  cell.timerAt = null;
  // After the refusals have left: whoever comes back gets the state as it is stored.
  cell.cancelTimer = cell.deps.schedule(0, () => cell.link?.close());
}

function send(cell: Cell, directives: readonly Directive[]): void {
  const { link, greeted, deps } = cell;
  if (link === null || !greeted) return;
  for (const directive of directives) {
    link.send(directive).then(
      (taken) => afterSend(cell, link, directive, taken),
      () => deps.metrics.count('directive.failed'),
    );
  }
}

/** Records that a popup or a photo request was taken over; after the end the connection has no further use. */
function afterSend(cell: Cell, link: ClientLink, directive: Directive, taken: boolean): void {
  const { deps, sitting } = cell;
  if (!taken) deps.metrics.count('directive.unconfirmed');
  if (directive.kind === 'end') link.close();
  if (!taken || sitting.sealed || cell.broken || cell.link !== link) return;
  const asks = directive.kind === 'popup' || directive.kind === 'photo' || directive.kind === 'liveness';
  if (!asks || sitting.delivered.has(directive.id)) return;
  attempt(cell, { kind: 'delivered', at: now(cell), directive: directive.id });
}

/** For records that nobody waits for. */
function attempt(cell: Cell, record: SessionRecord): void {
  try {
    apply(cell, record);
  } catch (error) {
    const code = error instanceof Refusal ? error.code : 'internal';
    const { session } = cell.sitting.facts;
    cell.deps.log.warn('sitting.record-skipped', { session, kind: record.kind, code });
  }
}

/**
 * Sets the timer for the next tick. One that fires earlier stays as it is and sets itself anew: a due time moves with
 * nearly every batch, nearly always away.
 */
function armTimer(cell: Cell): void {
  const { deps, sitting } = cell;
  const idle = sitting.dueAt === null || sitting.sealed || cell.stopped;
  const tickAt = idle ? null : Math.max(sitting.dueAt ?? 0, cell.tickFrom);
  if (tickAt !== null && cell.timerAt !== null && cell.timerAt <= tickAt) return;
  cell.cancelTimer();
  cell.timerAt = null;
  if (tickAt === null) return;
  const now = deps.clock.now();
  const delay = Math.min(TIMER_MAX_MS, Math.max(0, tickAt - now));
  cell.timerAt = now + delay;
  cell.cancelTimer = deps.schedule(delay, () => onTimer(cell));
}

function onTimer(cell: Cell): void {
  const { deps, sitting } = cell;
  cell.timerAt = null;
  if (sitting.dueAt === null || sitting.sealed || cell.broken || cell.stopped) return;
  // Timers may fire a little early, long waits are cut, due times move: only a reached one is a tick.
  if (deps.clock.now() < Math.max(sitting.dueAt, cell.tickFrom)) {
    armTimer(cell);
    return;
  }
  cell.tickFrom = deps.clock.now() + TICK_GAP_MIN_MS;
  attempt(cell, { kind: 'tick', at: now(cell) });
}

async function tickIfDue(cell: Cell): Promise<void> {
  const { deps, sitting } = cell;
  if (sitting.sealed || sitting.dueAt === null || deps.clock.now() < sitting.dueAt) return;
  await apply(cell, { kind: 'tick', at: now(cell) }).committed;
}

async function close(cell: Cell, reason: EndReason): Promise<void> {
  const { sitting } = cell;
  if (sitting.sealed) return;
  await apply(cell, { kind: 'close', at: now(cell), reason }, { seed: sitting.facts.seed }).committed;
}

function abandon(cell: Cell): void {
  cell.broken = true;
  cell.stopped = true;
  cell.cancelTimer();
  const { link } = cell;
  cell.link = null;
  link?.close();
}

/**
 * @param sitting as opened or replayed; owned by the actor from here on.
 * @param epoch of the lease taken before the sitting was read; 0 when it was never leased.
 */
export function createActor(deps: ActorDeps, sitting: Sitting, epoch = 0): SessionActor {
  const cell: Cell = {
    deps,
    sitting,
    epoch,
    durable: { seq: sitting.seq, hash: sitting.hash },
    inFlight: 0,
    summarised: null,
    tail: Promise.resolve(),
    broken: false,
    stopped: false,
    link: null,
    greeted: false,
    tickFrom: 0,
    timerAt: null,
    cancelTimer: () => {},
  };
  armTimer(cell);
  return {
    sitting,
    epoch,
    durable: () => cell.durable,
    now: () => now(cell),
    apply: (record, extras) => apply(cell, record, extras),
    settled: () => cell.tail,
    tickIfDue: () => tickIfDue(cell),
    close: (reason) => close(cell, reason),
    link: () => cell.link,
    setLink(link: ClientLink | null): void {
      cell.link = link;
      cell.greeted = false;
    },
    greet(): void {
      cell.greeted = true;
      send(
        cell,
        openDirectivesOf(sitting, now(cell)).filter(({ id }) => !sitting.delivered.has(id)),
      );
    },
    abandon: () => abandon(cell),
    broken: () => cell.broken && cell.inFlight === 0,
    idle: () => cell.link === null && cell.inFlight === 0,
    stop(): void {
      cell.stopped = true;
      cell.cancelTimer();
    },
  };
}
