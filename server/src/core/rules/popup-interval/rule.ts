/**
 * `popup-interval` (rules §2; item 20(3): five continuous minutes without popup control).
 *
 * The server issues a popup at a random credited time after the last answered one. From its deadline on, credit stops until
 * it is answered. Violation: media advances by more than the slack past the deadline of a popup that reached the page.
 * A popup reached the page when the client confirmed or showed it; or when a connection that stayed up from the issue on
 * still brings samples long after the window: longer than a dead link can go unnoticed.
 *
 * Honest look-alikes that stay valid: the learner is away and the playback stopped; the network is down, so that the popup
 * never arrived (no credit, no accusation); slow but right answers; a wrong answer first.
 */
import type { LearningEvent, PopupChallenge, PopupCoverage } from '@zhenxue/protocol';
import { addFinding, type Draft, extendFinding, refOf, spanOf } from '../../session/draft.ts';
import { draw } from '../../session/draw.ts';
import type { SittingFacts } from '../../session/records.ts';
import type { Point, SessionState } from '../../session/state.ts';
import { advancedAfter, type Step } from '../../session/step.ts';
import { unknownUntilPopulation } from '../attribution.ts';
import type { OpenPopup, PopupState } from './state.ts';
import { popupWords } from './words.ts';

/** Popups kept in the verdict; a sitting of 12 h at the shortest due time has fewer. */
const POPUPS_MAX = 4_096;

/** Largest summand of a sum. */
const SUMMAND_MAX = 20;

/** Thousandths of the free area. */
const PLACE_MAX = 1_000;

/** Memory at the opening: the first popup is due at a drawn credited time. */
export function initialPopup(facts: SittingFacts): PopupState {
  return { issued: 0, open: null, dueAtCreditedMs: dueAfter(facts, 0, 0), answeredAtCreditedMs: 0, past: [] };
}

function dueAfter(facts: SittingFacts, creditedMs: number, n: number): number {
  const { dueMinMs, dueMaxMs } = facts.pack.popup;
  return creditedMs + draw(facts.seed, 'popup-due', n, dueMinMs, dueMaxMs);
}

/** The n-th popup's question. What answers it is never sent. */
function questionOf(seed: string, n: number): PopupChallenge {
  if (draw(seed, 'popup-kind', n, 0, 1) === 0) {
    return {
      type: 'press',
      x: draw(seed, 'popup-x', n, 0, PLACE_MAX),
      y: draw(seed, 'popup-y', n, 0, PLACE_MAX),
    };
  }
  return {
    type: 'sum',
    a: draw(seed, 'popup-a', n, 1, SUMMAND_MAX),
    b: draw(seed, 'popup-b', n, 1, SUMMAND_MAX),
  };
}

function isRight(challenge: PopupChallenge, answer: string): boolean {
  switch (challenge.type) {
    case 'press':
      return answer === 'ok';
    case 'sum':
      return answer.trim() === String(challenge.a + challenge.b);
    default:
      return challenge satisfies never;
  }
}

/** Server time from which an unanswered popup stops credit; null while none is open. */
export function popupOverdueFrom(state: PopupState): number | null {
  return state.open?.deadlineAt ?? null;
}

/** How much may still be credited before a popup must have been answered, ms. Always stays below the rule's gap. */
export function popupCreditLeft(state: SessionState): number {
  const { gapMaxMs } = state.facts.pack.popup;
  return Math.max(0, state.popup.answeredAtCreditedMs + gapMaxMs - 1 - state.credit.ms);
}

/** Issues a popup when one is due. */
export function issuePopup(draft: Draft, at: number): void {
  const { popup, credit, facts } = draft.state;
  if (popup.open !== null || credit.ms < popup.dueAtCreditedMs || popup.past.length >= POPUPS_MAX) return;
  popup.issued += 1;
  const id = `p${popup.issued}`;
  const { answerWindowMs } = facts.pack.popup;
  const challenge = questionOf(facts.seed, popup.issued);
  popup.open = {
    id,
    challenge,
    atCreditedMs: credit.ms,
    issuedAt: at,
    deliveredAt: null,
    shownAt: null,
    deadlineAt: at + answerWindowMs,
    overdueSent: false,
    advancedFrom: null,
    advancedMs: 0,
    finding: null,
  };
  draft.directives.push({ kind: 'popup', id, answerMs: answerWindowMs, challenge });
}

/** The client took a popup over: its window counts from here, so that a slow network costs nobody anything. */
export function popupDelivered(draft: Draft, directive: string, at: number): void {
  const { popup, facts } = draft.state;
  const open = popup.open;
  if (open === null || open.id !== directive) return;
  popup.open = {
    ...open,
    deliveredAt: at,
    deadlineAt: at + facts.pack.popup.answerWindowMs,
    overdueSent: false,
  };
}

/** Looks at one step: does media advance past the deadline of a popup that reached the page? */
export function observePopup(draft: Draft, step: Step): void {
  const { popup, facts } = draft.state;
  const open = popup.open;
  if (open === null) return;
  const fromAt = reachedFrom(draft.state, open);
  const advancedMs = fromAt === null ? 0 : advancedAfter(step, fromAt);
  if (advancedMs === 0) return;
  const grown: OpenPopup = {
    ...open,
    advancedFrom: open.advancedFrom ?? step.from,
    advancedMs: open.advancedMs + advancedMs,
  };
  popup.open = { ...grown, finding: judge(draft, grown, step.to, facts.pack.credit.slackMs) };
}

/** Server time from which advancing media is evidence against the sitting; null while the popup may not have arrived. */
function reachedFrom(state: SessionState, open: OpenPopup): number | null {
  if (open.deliveredAt !== null || open.shownAt !== null) return open.deadlineAt;
  const { upSince } = state.link;
  if (upSince === null || upSince > open.issuedAt) return null;
  return open.deadlineAt + state.facts.pack.popup.deliveryGraceMs;
}

function judge(draft: Draft, open: OpenPopup, now: Point, slackMs: number): string | null {
  const from = open.advancedFrom;
  if (from === null || open.advancedMs <= slackMs) return open.finding;
  const span = { ...spanOf(from, now), fromAt: Math.max(from.at, open.deadlineAt) };
  if (open.finding !== null) {
    extendFinding(draft, open.finding, span, [refOf(now)], open.advancedMs);
    return open.finding;
  }
  return addFinding(draft, {
    rule: 'popup-interval',
    kind: 'popup-suppressed',
    severity: 'violation',
    ...unknownUntilPopulation(),
    span,
    claimed: null,
    measured: open.advancedMs,
    reason: popupWords.suppressed(open.id, open.advancedMs, open.shownAt !== null),
    evidence: [refOf(from), refOf(now)],
  });
}

/** Takes what the page says about popups: shown, or answered. */
export function popupEvent(draft: Draft, event: LearningEvent, point: Point): void {
  const { popup } = draft.state;
  if (event.e !== 'popup.shown' && event.e !== 'popup.answer') return;
  const open = popup.open;
  if (open === null || open.id !== event.id) return;
  if (event.e === 'popup.shown') {
    popup.open = { ...open, shownAt: open.shownAt ?? point.at, deliveredAt: open.deliveredAt ?? point.at };
    return;
  }
  if (!isRight(open.challenge, event.a)) {
    draft.directives.push({ kind: 'settled', id: `${open.id}.w`, ref: open.id, result: 'wrong' });
    return;
  }
  popup.past = [...popup.past, coverageOf(open, point.at)];
  popup.open = null;
  popup.answeredAtCreditedMs = draft.state.credit.ms;
  popup.dueAtCreditedMs = dueAfter(draft.state.facts, draft.state.credit.ms, popup.issued);
  draft.directives.push({ kind: 'settled', id: `${open.id}.m`, ref: open.id, result: 'met' });
}

/** Tells the client when a popup has become overdue. */
export function popupTick(draft: Draft, at: number): void {
  const { popup } = draft.state;
  const open = popup.open;
  if (open === null || open.overdueSent || at < open.deadlineAt) return;
  popup.open = { ...open, overdueSent: true };
  draft.directives.push({ kind: 'settled', id: `${open.id}.o`, ref: open.id, result: 'overdue' });
}

/** When the rule wants a tick; null = it waits for nothing. */
export function popupDueAt(state: PopupState): number | null {
  return state.open === null || state.open.overdueSent ? null : state.open.deadlineAt;
}

function coverageOf(open: OpenPopup, answeredAt: number | null): PopupCoverage {
  const { id, atCreditedMs, issuedAt, shownAt, deadlineAt } = open;
  return { id, atCreditedMs, issuedAt, shownAt, answeredAt, deadlineAt };
}

/** Every popup interval of the sitting with the control that covers it. */
export function popupCoverage(state: PopupState): readonly PopupCoverage[] {
  return state.open === null ? state.past : [...state.past, coverageOf(state.open, null)];
}

/** The open popup as it must be shown again after a reconnect. */
export function openPopupDirective(
  state: PopupState,
  at: number,
): { kind: 'popup'; id: string; answerMs: number; challenge: PopupChallenge } | null {
  const open = state.open;
  if (open === null) return null;
  return {
    kind: 'popup',
    id: open.id,
    answerMs: Math.max(0, open.deadlineAt - at),
    challenge: open.challenge,
  };
}
