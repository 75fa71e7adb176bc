/** The queryable summary of a sitting, from the engine's state. */
import { furthestReached } from '../core/rules/fast-forward/rule.ts';
import type { SessionState } from '../core/session/state.ts';
import { suppressionsOf } from '../core/verdict/verdict.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Engine } from './engine.ts';
import type { SessionRow } from './ports.ts';
import type { Sitting } from './sitting.ts';

/** Credited time and the furthest position reached by playing, ms; earlier sittings count for the latter. */
export function progressOf(state: SessionState): {
  readonly creditedMs: number;
  readonly furthestMs: number;
} {
  return { creditedMs: state.credit.ms, furthestMs: furthestReached(state) };
}

/** Milliseconds: the stored due time of a connected sitting moves in such steps, not with every batch. */
const DUE_STEP_MS = 60_000;

function roundUp(at: number): number {
  return Math.ceil(at / DUE_STEP_MS) * DUE_STEP_MS;
}

/** When the sitting must be looked at again even if this process is gone: then nobody would see the client leave. */
function dueOf(sitting: Sitting): number | null {
  if (sitting.sealed) return null;
  if (!sitting.connected) return sitting.dueAt;
  const unseen = roundUp(sitting.at + sitting.facts.pack.session.resumeGraceMs);
  return sitting.dueAt === null ? unseen : Math.min(sitting.dueAt, unseen);
}

/** Milliseconds that the stored progress of a live sitting may be old: credit, coverage and `seq` follow from the records. */
const PROGRESS_MS = 60_000;

/** The row that was handed to the store last, and what it depends on. */
export interface Summarised {
  readonly row: SessionRow;
  readonly at: number;
}

/**
 * The row for the next append, and whether it brings nothing but progress. Whatever else can be queried (outcome, findings,
 * build, end, due time) is written at once; a verdict and a row per batch would cost as much as deciding it.
 * @param last what the store has, null when that is not known. @param quiet batches without findings were all that came since.
 */
export function nextSummary(
  engine: Engine,
  sitting: Sitting,
  last: Summarised | null,
  quiet: boolean,
): Summarised & { readonly progressOnly: boolean } {
  const { at, state } = sitting;
  if (quiet && last !== null && sitting.ended === null && at - last.at < PROGRESS_MS) {
    const { row } = last;
    const same = row.build === state.build && row.dueAt === dueOf(sitting);
    if (same) return { row: { ...row, seq: sitting.seq }, at: last.at, progressOnly: true };
  }
  return { row: summaryOf(engine, sitting), at, progressOnly: false };
}

/** Whether a stored row may differ from the present one: in the progress of a live sitting, by less than the time above. */
export function progressMayLag(
  stored: SessionRow,
  present: SessionRow,
  storedAt: number,
  at: number,
): boolean {
  const { creditedMs, coveragePermille, credited, seq } = stored;
  if (present.endedAt !== null || at - storedAt >= PROGRESS_MS) return false;
  const lagging = { ...present, creditedMs, coveragePermille, credited, seq };
  return canonicalJson(lagging) === canonicalJson(stored);
}

/** The row to store with the sitting's newest records. */
export function summaryOf(engine: Engine, sitting: Sitting): SessionRow {
  const { facts, state } = sitting;
  const { outcome, creditedMs, coveragePermille, findings, credited } = engine.standing(state);
  return {
    session: facts.session,
    platform: facts.platform,
    learner: facts.learner,
    course: facts.course,
    lesson: facts.lesson,
    packId: facts.pack.id,
    build: state.build,
    openedAt: sitting.openedAt,
    endedAt: sitting.ended === null ? null : (state.endedAt ?? sitting.at),
    ended: sitting.ended,
    outcome,
    creditedMs,
    coveragePermille,
    violations: findings.filter((f) => f.severity === 'violation').length,
    suppressions: suppressionsOf(state),
    credited,
    seq: sitting.seq,
    dueAt: dueOf(sitting),
  };
}
