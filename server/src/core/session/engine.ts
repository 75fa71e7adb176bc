/**
 * The engine's entrances: open a sitting, decide about one record. Pure: time, chance and identity arrive in the records,
 * and the given state is never changed. Replaying the stored records gives the same decisions, byte for byte.
 */
import type { Directive, EndReason, Finding } from '@zhenxue/protocol';
import { initialCredit } from '../credit/credit.ts';
import { NOTHING } from '../credit/interval-set.ts';
import { initialAnswers } from '../rules/answer-pattern/rule.ts';
import { initialFastForward } from '../rules/fast-forward/rule.ts';
import { initialLiveness } from '../rules/liveness-match/rule.ts';
import { initialPopup } from '../rules/popup-interval/rule.ts';
import { initialPhoto } from '../rules/random-photo/rule.ts';
import { HOOKS, issueControls, tickRules } from '../rules/registry.ts';
import { isAtEnd, isComplete } from '../verdict/completion.ts';
import type { Decision } from './decision.ts';
import { type Draft, draftIn, draftOf } from './draft.ts';
import { endMessages } from './end-messages.ts';
import type { SessionRecord, SittingFacts } from './records.ts';
import type { SessionState } from './state.ts';
import { takeBatch } from './take-batch.ts';

/** No findings: one list for all sittings, because most have none. */
const NO_FINDINGS: readonly Finding[] = [];

const NO_DIRECTIVES: readonly Directive[] = [];

/** State of a sitting right after its `open` record. @throws RangeError when the seed is not 64 hex digits. */
export function openSession(facts: SittingFacts, at: number): SessionState {
  return {
    facts: compact(facts),
    openedAt: at,
    at: 0,
    build: '',
    mediaMs: 0,
    last: null,
    clock: {
      originAt: null,
      offsetAt: null,
      aheadBaseMs: 0,
      aheadMaxMs: 0,
      refilledT: 0,
      level: null,
      finding: null,
    },
    upSince: null,
    downSince: 0,
    credit: initialCredit(facts.pack.credit.slackMs),
    fastForward: initialFastForward(),
    multiWindow: null,
    popup: initialPopup(facts),
    photo: initialPhoto(facts),
    liveness: initialLiveness(facts),
    answers: initialAnswers(),
    findings: NO_FINDINGS,
    noted: 0,
    gapEvents: 0,
    ended: null,
    endedAt: null,
  };
}

/** Facts in one plain object of fixed shape: what comes out of a decoder may weigh three times as much. */
function compact(facts: SittingFacts): SittingFacts {
  const { session, platform, learner, course, lesson, videoMs, guard } = facts;
  const { pack, packHash, priorCovered, seed, place, acts } = facts;
  const always = {
    session,
    platform,
    learner,
    course,
    lesson,
    videoMs,
    guard,
    pack,
    packHash,
    priorCovered: priorCovered.length === 0 ? NOTHING : priorCovered,
    seed,
  };
  if (place === undefined && acts === undefined) return always;
  return { ...always, ...(place && { place }), ...(acts && { acts }) };
}

/** Takes one record in. Never throws on hostile content; a record after the end changes nothing. */
export function decide(state: SessionState, record: SessionRecord): Decision {
  if (state.ended !== null) return { state, findings: NO_FINDINGS, directives: [], dueAt: null, ended: null };
  return decided(draftOf(state), record);
}

/**
 * The same decision for whoever owns the state and needs the old one no more: it is changed in place, which saves a copy of
 * all its parts per record. When this throws, the state is of no further use.
 */
export function decideOwned(state: SessionState, record: SessionRecord): Decision {
  if (state.ended !== null) return { state, findings: NO_FINDINGS, directives: [], dueAt: null, ended: null };
  return decided(draftIn(state), record);
}

function decided(draft: Draft, record: SessionRecord): Decision {
  advance(draft, record);
  return {
    state: draft.state,
    findings: draft.findings === null ? NO_FINDINGS : [...draft.findings.values()],
    directives: draft.directives,
    dueAt: dueAtOf(draft.state),
    ended: draft.state.ended,
  };
}

/** A sitting that is being replayed: one `decide` after the other, without a copy per record. */
export interface Replay {
  /** So far. It is changed by the next record: to be kept only after the last one. */
  readonly state: SessionState;
  /** Takes the next record in. @returns what went out because of it. */
  take(record: SessionRecord): readonly Directive[];
  /** When the sitting must be looked at next, epoch ms. */
  dueAt(): number | null;
}

/** Begins a replay after the `open` record. @throws RangeError when the seed is not 64 hex digits. */
export function startReplay(facts: SittingFacts, at: number): Replay {
  const state = openSession(facts, at);
  const draft = draftIn(state);
  return {
    state,
    take(record) {
      if (state.ended !== null) return NO_DIRECTIVES;
      advance(draft, record);
      draft.findings = null;
      return draft.directives.length === 0 ? NO_DIRECTIVES : draft.directives.splice(0);
    },
    dueAt: () => dueAtOf(state),
  };
}

/**
 * The state after all of a sitting's records: the same as one `decide` after the other.
 * @throws RangeError when the first record is not `open`, or its seed is none.
 */
export function replaySession(records: Iterable<SessionRecord>): SessionState {
  let replay: Replay | null = null;
  for (const record of records) {
    if (replay !== null) replay.take(record);
    else if (record.kind === 'open') replay = startReplay(record.facts, record.at);
    else throw new RangeError('replaySession: expected the open record first');
  }
  if (replay === null) throw new RangeError('replaySession: expected at least the open record');
  return replay.state;
}

function advance(draft: Draft, record: SessionRecord): void {
  const { state } = draft;
  const at = Math.max(state.at, record.at - state.openedAt);
  state.at = at;
  takeRecord(draft, record, at);
  if (state.ended === null) settle(draft, at);
}

/** Directives still open, for a client that comes back, with the time left on the server's clock at `at` (epoch ms). */
export function openDirectives(state: SessionState, at: number): readonly Directive[] {
  if (state.ended !== null) return [];
  return HOOKS.open.map((open) => open(state, at - state.openedAt)).filter((directive) => directive !== null);
}

/** What the engine itself does with a record; the rules then take what concerns them. */
function takeRecord(draft: Draft, record: SessionRecord, at: number): void {
  const { state } = draft;
  switch (record.kind) {
    case 'batch':
      takeBatch(draft, record.batch, at);
      return;
    case 'connected':
      state.upSince = at;
      state.downSince = null;
      state.clock.originAt ??= at;
      break;
    case 'disconnected':
      state.upSince = null;
      state.downSince ??= at;
      break;
    case 'close':
      close(draft, record.reason, at);
      return;
    case 'open':
    case 'tick':
      return;
    case 'delivered':
    case 'photo':
    case 'conflict':
    case 'liveness':
    case 'elsewhere':
    case 'content':
      break;
    default:
      record satisfies never;
  }
  for (const take of HOOKS.record) take(draft, record, at);
  issueControls(draft, at);
}

/** What follows from the time alone: overdue controls, a finished lesson, a sitting nobody came back to. */
function settle(draft: Draft, at: number): void {
  const { state } = draft;
  const { session } = state.facts.pack;
  tickRules(draft, at);
  const { downSince } = state;
  if (isAtEnd(state) && isComplete(state) && readyToSeal(draft, at)) close(draft, 'completed', at);
  else if (downSince !== null && at >= downSince + session.resumeGraceMs) close(draft, 'left', at);
  else if (at >= session.lengthMaxMs) close(draft, 'expired', at);
}

/** Every rule is asked, because each may have a last control to ask for. */
function readyToSeal(draft: Draft, at: number): boolean {
  let ready = true;
  for (const ask of HOOKS.readyToSeal) ready = ask(draft, at) && ready;
  return ready;
}

function close(draft: Draft, reason: EndReason, at: number): void {
  const { state } = draft;
  const complete = isComplete(state);
  for (const seal of HOOKS.sealing) seal(draft, complete);
  state.ended = complete && (reason === 'left' || reason === 'expired') ? 'completed' : reason;
  state.endedAt = state.openedAt + at;
  draft.directives.push({ kind: 'end', id: 'end', reason: state.ended, message: endMessages[state.ended] });
}

/** When the engine wants a `tick` record at the latest, epoch ms; null = not before something else happens. */
function dueAtOf(state: SessionState): number | null {
  if (state.ended !== null) return null;
  const { session } = state.facts.pack;
  const { downSince } = state;
  let due = session.lengthMaxMs;
  if (downSince !== null) due = Math.min(due, downSince + session.resumeGraceMs);
  for (const dueAt of HOOKS.dueAt) due = Math.min(due, dueAt(state) ?? due);
  return state.openedAt + due;
}

/** Server time (epoch ms) of the first welcome; null before it. Session time begins there (docs/adr/0002). */
export function welcomedAt(state: SessionState): number | null {
  const { originAt } = state.clock;
  return originAt === null ? null : state.openedAt + originAt;
}

/** Server time (epoch ms) of the last sample, or of the opening when there was none yet. */
export function lastSampleAt(state: SessionState): number {
  return state.openedAt + (state.last?.at ?? 0);
}
