/**
 * `answer-pattern` (rules §2, last paragraph): patterns across popups that speak for a script. Hints only: they fill the
 * review queue and never change an outcome. Latencies run from showing to the right answer, on the reconciled clock.
 *
 * - all latencies close together, or all on a fixed grid: a timer answers;
 * - inhumanly fast, twice or more;
 * - as many wrong answers as guessing gives;
 * - an answer to a popup that was never shown.
 */
import type { Bilingual, FindingKind, LearningEvent } from '@zhenxue/protocol';
import { addFinding, type Draft, firstTime, ONCE, refOf, spanOf } from '../../session/draft.ts';
import type { Point } from '../../session/state.ts';
import { notAttributed } from '../attribution.ts';
import { awaitedPopup, isRightAnswer } from '../popup-interval/question.ts';
import type { Rule } from '../rule.ts';
import { seconds } from '../units.ts';
import type { AnswerState } from './state.ts';

/** Before the first answer. */
export function initialAnswers(): AnswerState {
  return { right: 0, wrong: 0, minMs: 0, maxMs: 0, onGrid: 0, quick: 0 };
}

function observeAnswer(draft: Draft, event: LearningEvent, point: Point): void {
  if (event.e !== 'popup.answer') return;
  const { answers, facts } = draft.state;
  const popup = awaitedPopup(draft.state, event.id);
  if (popup === null) return;
  if (!isRightAnswer(popup.challenge, event.a)) {
    answers.wrong += 1;
    judgeGuesses(draft, point);
    return;
  }
  if (popup.shownAt === null) {
    note(draft, point, 'answers-unshown', ONCE.answersUnshown, null, {
      zh: `弹窗 ${popup.id} 从未显示，却有了正确答案。`,
      en: `Popup ${popup.id} was answered rightly without ever having been shown.`,
    });
    return;
  }
  count(answers, Math.max(0, point.at - popup.shownAt), facts.pack.hints);
  judgeSpeed(draft, point);
  judgeRhythm(draft, point);
}

function count(
  answers: AnswerState,
  latencyMs: number,
  hints: { gridMs: number; gridToleranceMs: number; inhumanMs: number },
): void {
  answers.right += 1;
  answers.minMs = answers.right === 1 ? latencyMs : Math.min(answers.minMs, latencyMs);
  answers.maxMs = Math.max(answers.maxMs, latencyMs);
  const off = latencyMs % hints.gridMs;
  if (Math.min(off, hints.gridMs - off) <= hints.gridToleranceMs) answers.onGrid += 1;
  if (latencyMs < hints.inhumanMs) answers.quick += 1;
}

function judgeSpeed(draft: Draft, point: Point): void {
  const { answers } = draft.state;
  if (answers.quick < 2) return;
  note(draft, point, 'answers-inhuman', ONCE.answersInhuman, answers.minMs, {
    zh: `弹窗在显示后 ${seconds(answers.minMs)} 秒内即被正确作答，不止一次，快于常人。`,
    en: `Popups were answered rightly within ${seconds(answers.minMs)} s, more than once: faster than a person.`,
  });
}

function judgeRhythm(draft: Draft, point: Point): void {
  const { answers, facts } = draft.state;
  const { answersMin, regularSpreadMs } = facts.pack.hints;
  if (answers.right < answersMin) return;
  const spreadMs = answers.maxMs - answers.minMs;
  if (spreadMs > regularSpreadMs && answers.onGrid < answers.right) return;
  note(draft, point, 'answers-regular', ONCE.answersRegular, spreadMs, {
    zh: `${answers.right} 次弹窗作答的用时几乎完全一致或落在固定节拍上，疑似脚本作答。`,
    en: `The latencies of ${answers.right} answers are nearly the same or lie on a fixed grid, as a script’s would.`,
  });
}

function judgeGuesses(draft: Draft, point: Point): void {
  const { answers, facts } = draft.state;
  const { guessesMin, guessedPermille } = facts.pack.hints;
  const all = answers.right + answers.wrong;
  if (all < guessesMin || answers.right * 1_000 > guessedPermille * all) return;
  note(draft, point, 'answers-guessed', ONCE.answersGuessed, answers.wrong, {
    zh: `${all} 次作答中只有 ${answers.right} 次正确，与随意猜测相当。`,
    en: `Only ${answers.right} of ${all} answers were right, as guessing would give.`,
  });
}

function note(
  draft: Draft,
  point: Point,
  kind: FindingKind,
  once: number,
  measured: number | null,
  reason: Bilingual,
): void {
  if (!firstTime(draft, once)) return;
  addFinding(draft, {
    rule: 'answer-pattern',
    kind,
    severity: 'hint',
    ...notAttributed(),
    span: spanOf(point, point),
    claimed: null,
    measured,
    reason,
    evidence: [refOf(point)],
  });
}

/** See the file's comment. Stands before `popup-interval` in the registry: it looks at a popup before the answer closes it. */
export const answerPattern: Rule = { id: 'answer-pattern', event: observeAnswer };
