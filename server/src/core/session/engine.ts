/**
 * The engine's entrances: open a sitting, decide about one record. Pure: time, chance and identity arrive in the records,
 * and the given state is never changed. Replaying the stored records gives the same decisions, byte for byte.
 */
import type { Directive, EndReason } from '@zhenxue/protocol';
import { initialCredit } from '../credit/credit.ts';
import { closeFastForward, initialFastForward } from '../rules/fast-forward/rule.ts';
import { initialMultiWindow } from '../rules/multi-window/rule.ts';
import {
  initialPopup,
  openPopupDirective,
  popupDelivered,
  popupDueAt,
  popupTick,
} from '../rules/popup-interval/rule.ts';
import {
  closePhoto,
  initialPhoto,
  lastPhotoSettled,
  openPhotoDirective,
  photoDelivered,
  photoDueAt,
  photoStored,
  photoTick,
} from '../rules/random-photo/rule.ts';
import { observeConflict } from '../rules/record-integrity/rule.ts';
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
    facts,
    openedAt: at,
    at,
    build: '',
    last: null,
    clock: { originAt: null, offsetAt: null },
    link: { upSince: null, downSince: at },
    credit: initialCredit(facts.pack.credit.slackMs),
    fastForward: initialFastForward(),
    multiWindow: initialMultiWindow(),
    popup: initialPopup(facts),
    photo: initialPhoto(facts),
    findings: [],
    gapEvents: 0,
    ended: null,
    endedAt: null,
  };
}

/** Takes one record in. Never throws on hostile content; a record after the end changes nothing. */
export function decide(state: SessionState, record: SessionRecord): Decision {
  if (state.ended !== null) return { state, findings: [], directives: [], dueAt: null, ended: null };
  const draft = draftOf(state);
  draft.state.at = Math.max(state.at, record.at);
  takeRecord(draft, record);
  if (draft.state.ended === null) settle(draft, draft.state.at);
  return {
    state: draft.state,
    findings: [...draft.findings.values()],
    directives: draft.directives,
    dueAt: dueAtOf(draft.state),
    ended: draft.state.ended,
  };
}

/** Directives still open, for a client that comes back, with the time left on the server's clock. */
export function openDirectives(state: SessionState, at: number): readonly Directive[] {
  if (state.ended !== null) return [];
  return [openPopupDirective(state.popup, at), openPhotoDirective(state.photo, at)].filter((d) => d !== null);
}

function takeRecord(draft: Draft, record: SessionRecord): void {
  const { state } = draft;
  switch (record.kind) {
    case 'open':
    case 'tick':
      return;
    case 'connected':
      state.link = { upSince: record.at, downSince: null };
      state.clock.originAt ??= record.at;
      return;
    case 'disconnected':
      state.link = { upSince: null, downSince: record.at };
      return;
    case 'delivered':
      popupDelivered(draft, record.directive, record.at);
      photoDelivered(draft, record.directive, record.at);
      return;
    case 'batch':
      takeBatch(draft, record.batch, record.at);
      return;
    case 'photo':
      photoStored(draft, record.id, record.at);
      return;
    case 'conflict':
      observeConflict(draft, record.seq, record.at);
      return;
    case 'close':
      close(draft, record.reason, record.at);
      return;
    default:
      record satisfies never;
  }
}

/** What follows from the time alone: overdue controls, a finished lesson, a sitting nobody came back to. */
function settle(draft: Draft, at: number): void {
  const { state } = draft;
  const { session } = state.facts.pack;
  popupTick(draft, at);
  photoTick(draft, at);
  if (isComplete(state) && isAtEnd(state) && lastPhotoSettled(draft, at)) close(draft, 'completed', at);
  else if (state.link.downSince !== null && at >= state.link.downSince + session.resumeGraceMs)
    close(draft, 'left', at);
  else if (at >= state.openedAt + session.lengthMaxMs) close(draft, 'expired', at);
}

function close(draft: Draft, reason: EndReason, at: number): void {
  const { state } = draft;
  closeFastForward(draft);
  const complete = isComplete(state);
  if (complete) closePhoto(draft);
  state.ended = complete && (reason === 'left' || reason === 'expired') ? 'completed' : reason;
  state.endedAt = at;
  draft.directives.push({ kind: 'end', id: 'end', reason: state.ended, message: endMessages[state.ended] });
}

function dueAtOf(state: SessionState): number | null {
  if (state.ended !== null) return null;
  const { session } = state.facts.pack;
  const { downSince } = state.link;
  const times = [
    popupDueAt(state.popup),
    photoDueAt(state),
    downSince === null ? null : downSince + session.resumeGraceMs,
    state.openedAt + session.lengthMaxMs,
  ];
  return Math.min(...times.filter((time) => time !== null));
}
