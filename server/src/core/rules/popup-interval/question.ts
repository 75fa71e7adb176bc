/** What popups ask, and what answers them. The right answer is never sent. */
import type { PopupChallenge } from '@zhenxue/protocol';
import { draws } from '../../session/draw.ts';
import type { SittingFacts } from '../../session/records.ts';
import type { SessionState } from '../../session/state.ts';
import { CODES, codeText, drawCode } from './drawn-code.ts';
import type { OpenPopup, PopupQuestion } from './state.ts';

/** Largest summand of a sum. */
const SUMMAND_MAX = 20;

/** Thousandths of the free area. */
const PLACE_MAX = 1_000;

/** Slots of the draws under `popup` (docs/spec/schedules.md). */
const SLOT = { due: 0, kind: 1, first: 2, second: 3, code: 4 } as const;

/** Credited time of the sitting, ms, at which the n-th popup (1, 2, …) is due: drawn, counted from `creditedMs`. */
export function drawDue(facts: SittingFacts, creditedMs: number, n: number): number {
  const { dueMinMs, dueMaxMs } = facts.pack.popup;
  return creditedMs + draws(facts.seed, 'popup', n)(SLOT.due, dueMinMs, dueMaxMs);
}

/** What the n-th popup asks. Drawn when it is issued: nothing has to be remembered until then. */
export function drawQuestion(facts: SittingFacts, n: number): PopupQuestion {
  const { codePermille = 0 } = facts.pack.popup;
  const pick = draws(facts.seed, 'popup', n);
  if (pick(SLOT.kind, 0, 1) === 0) {
    return { type: 'press', x: pick(SLOT.first, 0, PLACE_MAX), y: pick(SLOT.second, 0, PLACE_MAX) };
  }
  const [a, b] = [pick(SLOT.first, 1, SUMMAND_MAX), pick(SLOT.second, 1, SUMMAND_MAX)];
  const look = pick(SLOT.code, 0, 1_000 * CODES - 1);
  if (Math.floor(look / CODES) >= codePermille) return { type: 'sum', a, b };
  return { type: 'code', code: codeText(look % CODES), look, a, b };
}

/** What is sent of a question. */
export function challengeOf(question: PopupQuestion): PopupChallenge {
  if (question.type !== 'code') return question;
  const { a, b, code, look } = question;
  return { type: 'code', strokes: drawCode(code, look), a, b };
}

/** Whether an answer is right. */
export function isRightAnswer(question: PopupQuestion, answer: string): boolean {
  const text = answer.trim();
  switch (question.type) {
    case 'press':
      return answer === 'ok';
    case 'sum':
      return text === String(question.a + question.b);
    case 'code':
      // Who cannot see the drawing is asked for the sum in its place.
      return text.toUpperCase() === question.code || text === String(question.a + question.b);
    default:
      return question satisfies never;
  }
}

/** The popup that waits for an answer, if it is this one. */
export function awaitedPopup(state: SessionState, id: string): OpenPopup | null {
  const { open } = state.popup;
  return open !== null && open.id === id ? open : null;
}
