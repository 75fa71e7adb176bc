/**
 * The engine's entrances: open a sitting, decide about one record. Pure: time, chance and identity arrive in the records,
 * and the given state is never changed. Replaying the stored records gives the same decisions, byte for byte.
 */
import type { Directive, EndReason } from '@zhenxue/protocol';
import { initialCredit } from '../credit/credit.ts';
import { NOTHING } from '../credit/interval-set.ts';
import { initialAnswers } from '../rules/answer-pattern/rule.ts';
import { initialFastForward } from '../rules/fast-forward/rule.ts';
import { initialLiveness } from '../rules/liveness-match/rule.ts';
import { initialMultiWindow } from '../rules/multi-window/rule.ts';
import { initialPopup } from '../rules/popup-interval/rule.ts';
import { initialPhoto } from '../rules/random-photo/rule.ts';
import { HOOKS } from '../rules/registry.ts';
import { isAtEnd, isComplete } from '../verdict/completion.ts';
import type { Decision } from './decision.ts';
import { type Draft, draftOf } from './draft.ts';
import { endMessages } from './end-messages.ts';
import type { SessionRecord, SittingFacts } from './records.ts';
import type { SessionState } from './state.ts';
import { takeBatch } from './take-batch.ts';

/** State of a sitting right after its `open` record. @throws RangeError when the seed is not 64 hex digits. */
export function openSession(facts: SittingFacts, at: number): SessionState {
  return {
    facts: compact(facts),
    openedAt: at,
    at,
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
    link: { upSince: null, downSince: at },
    credit: initialCredit(facts.pack.credit.slackMs),
    fastForward: initialFastForward(),
    multiWindow: initialMultiWindow(),
    popup: initialPopup(facts),
    photo: initialPhoto(facts),
    liveness: initialLiveness(facts),
    answers: initialAnswers(),
    findings: [],
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
  if (state.ended !== null) return { state, findings: [], directives: [], dueAt: null, ended: null };
  return decided(draftOf(state), record);
}

/**
 * The same decision for whoever owns the state and needs the old one no more: it is changed in place, which saves a copy of
 * all its parts per record. When this throws, the state is of no further use.
 */
export function decideOwned(state: SessionState, record: SessionRecord): Decision {
  if (state.ended !== null) return { state, findings: [], directives: [], dueAt: null, ended: null };
  return decided({ state, findings: null, directives: [], own: 0 }, record);
}

function decided(draft: Draft, record: SessionRecord): Decision {
  advance(draft, record);
  return {
    state: draft.state,
    findings: draft.findings === null ? [] : [...draft.findings.values()],
    directives: draft.directives,
    dueAt: dueAtOf(draft.state),
    ended: draft.state.ended,
  };
}

/**
 * The state after all of a sitting's records: the same as one `decide` after the other, without a copy per record.
 * @throws RangeError when the first record is not `open`, or its seed is none.
 */
export function replaySession(records: Iterable<SessionRecord>): SessionState {
  let draft: Draft | null = null;
  for (const record of records) {
    if (draft === null) {
      if (record.kind !== 'open') throw new RangeError('replaySession: expected the open record first');
      draft = { state: openSession(record.facts, record.at), findings: null, directives: [], own: 0 };
    } else if (draft.state.ended === null) {
      advance(draft, record);
      if (draft.directives.length > 0) draft.directives.length = 0;
      draft.findings = null;
    }
  }
  if (draft === null) throw new RangeError('replaySession: expected at least the open record');
  return draft.state;
}

function advance(draft: Draft, record: SessionRecord): void {
  const { state } = draft;
  const at = Math.max(state.at, record.at);
  state.at = at;
  takeRecord(draft, record, at);
  if (state.ended === null) settle(draft, at);
}

/** Directives still open, for a client that comes back, with the time left on the server's clock. */
export function openDirectives(state: SessionState, at: number): readonly Directive[] {
  if (state.ended !== null) return [];
  return HOOKS.open.map((open) => open(state, at)).filter((directive) => directive !== null);
}

/** What the engine itself does with a record; the rules then take what concerns them. */
function takeRecord(draft: Draft, record: SessionRecord, at: number): void {
  const { state } = draft;
  switch (record.kind) {
    case 'batch':
      takeBatch(draft, record.batch, at);
      return;
    case 'connected':
      state.link.upSince = at;
      state.link.downSince = null;
      state.clock.originAt ??= at;
      break;
    case 'disconnected':
      state.link.upSince = null;
      state.link.downSince ??= at;
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
  for (const issue of HOOKS.issue) issue(draft, at);
}

/** What follows from the time alone: overdue controls, a finished lesson, a sitting nobody came back to. */
function settle(draft: Draft, at: number): void {
  const { state } = draft;
  const { session } = state.facts.pack;
  for (const tick of HOOKS.tick) tick(draft, at);
  const { downSince } = state.link;
  if (isAtEnd(state) && isComplete(state) && readyToSeal(draft, at)) close(draft, 'completed', at);
  else if (downSince !== null && at >= downSince + session.resumeGraceMs) close(draft, 'left', at);
  else if (at >= state.openedAt + session.lengthMaxMs) close(draft, 'expired', at);
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
  state.endedAt = at;
  draft.directives.push({ kind: 'end', id: 'end', reason: state.ended, message: endMessages[state.ended] });
}

function dueAtOf(state: SessionState): number | null {
  if (state.ended !== null) return null;
  const { session } = state.facts.pack;
  const { downSince } = state.link;
  let due = state.openedAt + session.lengthMaxMs;
  if (downSince !== null) due = Math.min(due, downSince + session.resumeGraceMs);
  for (const dueAt of HOOKS.dueAt) due = Math.min(due, dueAt(state) ?? due);
  return due;
}
