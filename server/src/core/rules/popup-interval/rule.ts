/**
 * `popup-interval` (rules §2; item 20(3): five continuous minutes without popup control).
 *
 * The server issues a popup at a random credited time after the last answered one. From its deadline on, credit stops until
 * it is answered. Violation: media advances by more than the slack past the deadline of a popup that reached the page, counted
 * from the first sample that the page took past it (a page that hangs cannot pause, docs/adr/0014).
 * A popup reached the page when the client confirmed or showed it; or when a connection that stayed up from the issue on
 * still brings samples long after the window: longer than a dead link can go unnoticed.
 *
 * Honest look-alikes that stay valid: the learner is away and the playback stopped; the network is down, so that the popup
 * never arrived (no credit, no accusation); slow but right answers; a wrong answer first.
 */
import type { Directive, LearningEvent, PopupCoverage } from '@zhenxue/protocol';
import { NO_NUMBERS } from '../../credit/interval-set.ts';
import { addFinding, type Draft, extendFinding, refOf, spanOf } from '../../session/draft.ts';
import type { SessionRecord, SittingFacts } from '../../session/records.ts';
import type { Point, SessionState } from '../../session/state.ts';
import { advancedAfter, playedOnAfter, type Step } from '../../session/step.ts';
import { unknownUntilPopulation } from '../attribution.ts';
import { NO_LIMIT, type Rule } from '../rule.ts';
import { type PastPopup, pastPopups, withPast } from './past.ts';
import { challengeOf, drawDue, drawQuestion, isRightAnswer } from './question.ts';
import type { OpenPopup, PopupState } from './state.ts';
import { popupWords } from './words.ts';

/** Popups kept in the verdict; a sitting of 12 h at the shortest due time has fewer. */
const POPUPS_MAX = 4_096;

/** Memory at the opening: the first popup is due at a drawn credited time. */
export function initialPopup(facts: SittingFacts): PopupState {
  return {
    issued: 0,
    open: null,
    dueAtCreditedMs: drawDue(facts, 0, 1),
    answeredAtCreditedMs: 0,
    past: NO_NUMBERS,
  };
}

/** Server time from which an unanswered popup stops credit; {@link NO_LIMIT} while none is open. */
function popupOverdueFrom(state: SessionState): number {
  return state.popup.open?.deadlineAt ?? NO_LIMIT;
}

/**
 * How much may still be credited before a popup must have been answered, ms. So no credited stretch ever reaches the rule's
 * gap without one: the second half of the rule holds by construction.
 */
function popupCreditLeft(state: SessionState): number {
  const { gapMaxMs } = state.facts.pack.popup;
  return Math.max(0, state.popup.answeredAtCreditedMs + gapMaxMs - 1 - state.credit.ms);
}

/** Issues a popup when one is due. */
function issuePopup(draft: Draft, at: number): void {
  const { popup, credit, facts } = draft.state;
  if (popup.open !== null || credit.ms < popup.dueAtCreditedMs || popup.issued >= POPUPS_MAX) return;
  popup.issued += 1;
  const id = `p${popup.issued}`;
  const { answerWindowMs } = facts.pack.popup;
  const challenge = drawQuestion(facts, popup.issued);
  popup.open = {
    id,
    challenge,
    atCreditedMs: credit.ms,
    issuedAt: at,
    deliveredAt: null,
    shownAt: null,
    deadlineAt: at + answerWindowMs,
    overdueSent: false,
    wrong: 0,
    advancedFrom: null,
    advancedMs: 0,
    playedOnMs: 0,
    finding: null,
  };
  draft.directives.push({ kind: 'popup', id, answerMs: answerWindowMs, challenge: challengeOf(challenge) });
}

/** The client took a popup over: its window counts from here, so that a slow network costs nobody anything. */
function popupRecord(draft: Draft, record: SessionRecord, at: number): void {
  const { popup, facts } = draft.state;
  const open = popup.open;
  if (record.kind !== 'delivered' || open === null || open.id !== record.directive) return;
  // Confirmed before: a second confirmation buys no second window.
  if (open.deliveredAt !== null) return;
  popup.open = {
    ...open,
    deliveredAt: at,
    deadlineAt: at + facts.pack.popup.answerWindowMs,
    overdueSent: false,
  };
}

/** Looks at one step: does media advance past the deadline of a popup that reached the page? */
function observePopup(draft: Draft, step: Step): void {
  const { popup, facts } = draft.state;
  const open = popup.open;
  if (open === null) return;
  const fromAt = reachedFrom(draft.state, open);
  if (fromAt === null) return;
  const advancedMs = advancedAfter(step, fromAt);
  if (advancedMs === 0) return;
  const grown: OpenPopup = {
    ...open,
    advancedFrom: open.advancedFrom ?? step.from,
    advancedMs: open.advancedMs + advancedMs,
    playedOnMs: open.playedOnMs + playedOnAfter(step, fromAt),
  };
  popup.open = { ...grown, finding: judge(draft, grown, step.to, facts.pack.credit.slackMs) };
}

/** Server time from which advancing media is evidence against the sitting; null while the popup may not have arrived. */
function reachedFrom(state: SessionState, open: OpenPopup): number | null {
  if (open.deliveredAt !== null || open.shownAt !== null) return open.deadlineAt;
  const { upSince } = state;
  if (upSince === null || upSince > open.issuedAt) return null;
  return open.deadlineAt + state.facts.pack.popup.deliveryGraceMs;
}

function judge(draft: Draft, open: OpenPopup, now: Point, slackMs: number): string | null {
  const from = open.advancedFrom;
  if (from === null || open.playedOnMs <= slackMs) return open.finding;
  const span = { ...spanOf(from, now), fromAt: Math.max(from.at, open.deadlineAt) };
  const figures = {
    span,
    claimed: null,
    measured: open.advancedMs,
    reason: popupWords.suppressed(open.id, open.advancedMs, open.shownAt !== null),
  };
  if (open.finding !== null) {
    extendFinding(draft, open.finding, { ...figures, evidence: [refOf(now)] });
    return open.finding;
  }
  return addFinding(draft, {
    rule: 'popup-interval',
    kind: 'popup-suppressed',
    severity: 'violation',
    ...unknownUntilPopulation(),
    ...figures,
    evidence: [refOf(from), refOf(now)],
  });
}

/** Takes what the page says about popups: shown, or answered. */
function popupEvent(draft: Draft, event: LearningEvent, point: Point): void {
  const { popup } = draft.state;
  if (event.e !== 'popup.shown' && event.e !== 'popup.answer') return;
  const open = popup.open;
  if (open === null || open.id !== event.id) return;
  if (event.e === 'popup.shown') {
    popup.open = { ...open, shownAt: open.shownAt ?? point.at, deliveredAt: open.deliveredAt ?? point.at };
    return;
  }
  if (!isRightAnswer(open.challenge, event.a)) {
    const wrong = open.wrong + 1;
    popup.open = { ...open, wrong };
    draft.directives.push({ kind: 'settled', id: `${open.id}.w${wrong}`, ref: open.id, result: 'wrong' });
    return;
  }
  const { atCreditedMs, issuedAt, shownAt, deadlineAt } = open;
  popup.past = withPast(popup.past, { atCreditedMs, issuedAt, shownAt, answeredAt: point.at, deadlineAt });
  popup.open = null;
  popup.answeredAtCreditedMs = draft.state.credit.ms;
  popup.dueAtCreditedMs = drawDue(draft.state.facts, draft.state.credit.ms, popup.issued + 1);
  draft.directives.push({ kind: 'settled', id: `${open.id}.m`, ref: open.id, result: 'met' });
}

/** Tells the client when a popup has become overdue. */
function popupTick(draft: Draft, at: number): void {
  const { popup } = draft.state;
  const open = popup.open;
  if (open === null || open.overdueSent || at < open.deadlineAt) return;
  popup.open = { ...open, overdueSent: true };
  draft.directives.push({ kind: 'settled', id: `${open.id}.o`, ref: open.id, result: 'overdue' });
}

/** When the rule wants a tick; null = it waits for nothing. */
function popupDueAt(state: SessionState): number | null {
  const { open } = state.popup;
  return open === null || open.overdueSent ? null : open.deadlineAt;
}

/** Every popup interval of the sitting with the control that covers it; times in epoch ms. */
export function popupCoverage({ popup, openedAt }: SessionState): readonly PopupCoverage[] {
  const told = (over: PastPopup | OpenPopup, i: number): PopupCoverage => ({
    id: `p${i + 1}`,
    atCreditedMs: over.atCreditedMs,
    issuedAt: openedAt + over.issuedAt,
    shownAt: over.shownAt === null ? null : openedAt + over.shownAt,
    answeredAt: 'answeredAt' in over ? openedAt + over.answeredAt : null,
    deadlineAt: openedAt + over.deadlineAt,
  });
  const all = [...pastPopups(popup.past), ...(popup.open === null ? [] : [popup.open])];
  return all.map(told);
}

/** The open popup as it must be shown again after a reconnect. */
function openPopupDirective(state: SessionState, at: number): Directive | null {
  const { open } = state.popup;
  if (open === null) return null;
  return {
    kind: 'popup',
    id: open.id,
    answerMs: Math.max(0, open.deadlineAt - at),
    challenge: challengeOf(open.challenge),
  };
}

/** See the file's comment. */
export const popupInterval: Rule = {
  id: 'popup-interval',
  step: observePopup,
  overdueFrom: popupOverdueFrom,
  creditLeft: popupCreditLeft,
  event: popupEvent,
  issue: issuePopup,
  record: popupRecord,
  tick: popupTick,
  dueAt: popupDueAt,
  open: openPopupDirective,
};
