/** What popups ask, and what answers them. The right answer is never sent. */
import type { PopupChallenge } from '@zhenxue/protocol';
import { draws } from '../../session/draw.ts';
import type { SittingFacts } from '../../session/records.ts';
import type { SessionState } from '../../session/state.ts';
import type { OpenPopup } from './state.ts';

/** Largest summand of a sum. */
const SUMMAND_MAX = 20;

/** Thousandths of the free area. */
const PLACE_MAX = 1_000;

/** Slots of the draws under `popup` (docs/spec/schedules.md). */
const SLOT = { due: 0, kind: 1, first: 2, second: 3 } as const;

/** The popup that comes next. */
export interface NextPopup {
  /** Credited time of the sitting at which it is due. */
  readonly dueAtCreditedMs: number;
  /** What it asks, as one number: see {@link challengeOf}. */
  readonly question: number;
}

/** More than any drawn number of a question. */
const RADIX = 1_024;

/** The n-th popup (1, 2, …): due at a drawn credited time after `creditedMs`, with a drawn question. */
export function drawPopup(facts: SittingFacts, creditedMs: number, n: number): NextPopup {
  const { dueMinMs, dueMaxMs } = facts.pack.popup;
  const pick = draws(facts.seed, 'popup', n);
  const dueAtCreditedMs = creditedMs + pick(SLOT.due, dueMinMs, dueMaxMs);
  const sum = pick(SLOT.kind, 0, 1);
  const [low, high] = sum === 0 ? [0, PLACE_MAX] : [1, SUMMAND_MAX];
  const question = (sum * RADIX + pick(SLOT.first, low, high)) * RADIX + pick(SLOT.second, low, high);
  return { dueAtCreditedMs, question };
}

/** What a drawn question asks: a place to press, or two summands. */
export function challengeOf(question: number): PopupChallenge {
  const second = question % RADIX;
  const first = Math.floor(question / RADIX) % RADIX;
  return question < RADIX * RADIX
    ? { type: 'press', x: first, y: second }
    : { type: 'sum', a: first, b: second };
}

/** Whether an answer is right. */
export function isRightAnswer(challenge: PopupChallenge, answer: string): boolean {
  switch (challenge.type) {
    case 'press':
      return answer === 'ok';
    case 'sum':
      return answer.trim() === String(challenge.a + challenge.b);
    default:
      return challenge satisfies never;
  }
}

/** The popup that waits for an answer, if it is this one. */
export function awaitedPopup(state: SessionState, id: string): OpenPopup | null {
  const { open } = state.popup;
  return open !== null && open.id === id ? open : null;
}
