/**
 * `multi-window` (rules §2; item 20(3): learning in several windows).
 *
 * Violations: media advances by more than the grace while the page is hidden, in picture-in-picture, or visible without
 * focus, and by more than the slack after the first sample that the page took at its end or later: a page that is alive
 * then and lets it play on (docs/adr/0014). Or while media advances in a second live sitting of the same learner
 * (`second-sitting.ts`). Past the grace nothing is credited in any case.
 *
 * Time away with the playback paused only earns no credit. Honest look-alikes that stay valid: a notification or a permission
 * prompt takes the focus for a moment, an input method window, hiding the page for up to the grace, a page whose main thread
 * hangs while it is away, a class behind one address, one sitting after the other.
 */
import { type Bilingual, type FindingKind, hasState, STATE } from '@zhenxue/protocol';
import { addFinding, type Draft, extendFinding, refOf, spanOf } from '../../session/draft.ts';
import type { SessionState } from '../../session/state.ts';
import type { Step } from '../../session/step.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
import { NO_LIMIT, type Rule } from '../rule.ts';
import { seconds } from '../units.ts';
import { observeSecond, takeElsewhere } from './second-sitting.ts';
import { type Away, nothingKnown } from './state.ts';

/** A way of being away in one page. */
type Way = 'hidden' | 'unfocused' | 'pip';

/** Any of them. */
const AWAY = STATE.hidden | STATE.hiddenWitnessed | STATE.unfocused | STATE.pip;

/** The ways of being away, with their test and their words. */
const WAYS: readonly {
  readonly name: Way;
  readonly kind: FindingKind;
  readonly zh: string;
  readonly en: string;
}[] = [
  { name: 'hidden', kind: 'played-hidden', zh: '学习页面被隐藏', en: 'the page was hidden' },
  { name: 'unfocused', kind: 'played-unfocused', zh: '学习页面失去焦点', en: 'the page had lost the focus' },
  { name: 'pip', kind: 'played-pip', zh: '视频处于画中画', en: 'the video was in picture-in-picture' },
];

/** Whether a sample says that the page is away in this way. Hidden counts as hidden only, not as unfocused too. */
function isAway(name: Way, s: number): boolean {
  const hidden = hasState(s, STATE.hidden | STATE.hiddenWitnessed);
  switch (name) {
    case 'hidden':
      return hidden;
    case 'unfocused':
      return !hidden && hasState(s, STATE.unfocused) && !hasState(s, STATE.pip);
    case 'pip':
      return !hidden && hasState(s, STATE.pip);
    default:
      return name satisfies never;
  }
}

/** Looks at one step: the state at its start held over it. */
function observeMultiWindow(draft: Draft, step: Step): void {
  observeSecond(draft, step);
  const { multiWindow } = draft.state;
  if (hasState(step.from.s, AWAY)) observeAway(draft, step);
  else if (multiWindow !== null) cameBack(draft);
}

/** A new page begins in front, as far as is known. */
function cameBack(draft: Draft): void {
  const { state } = draft;
  const { multiWindow } = state;
  if (multiWindow === null) return;
  if (multiWindow.second === null) state.multiWindow = null;
  else if (multiWindow.hidden !== null || multiWindow.unfocused !== null || multiWindow.pip !== null)
    state.multiWindow = { ...nothingKnown(), second: multiWindow.second };
}

function observeAway(draft: Draft, step: Step): void {
  const { state } = draft;
  state.multiWindow ??= nothingKnown();
  const { multiWindow, facts } = state;
  const { hiddenGraceMs, unfocusedGraceMs } = facts.pack.multiWindow;
  for (const way of WAYS) {
    if (!isAway(way.name, step.from.s)) {
      multiWindow[way.name] = null;
      continue;
    }
    const before = multiWindow[way.name] ?? { from: step.from, advancedMs: 0, playedOnMs: 0, finding: null };
    const graceMs = way.name === 'unfocused' ? unfocusedGraceMs : hiddenGraceMs;
    const alive = before.advancedMs >= graceMs;
    const away: Away = {
      ...before,
      advancedMs: before.advancedMs + step.advancedMs,
      playedOnMs: before.playedOnMs + (alive ? step.advancedMs : 0),
    };
    multiWindow[way.name] = { ...away, finding: judge(draft, step, away, graceMs, way) };
  }
}

function judge(
  draft: Draft,
  step: Step,
  away: Away,
  graceMs: number,
  way: (typeof WAYS)[number],
): string | null {
  const { advancedMs } = away;
  if (step.advancedMs === 0 || away.playedOnMs <= draft.state.facts.pack.credit.slackMs) return away.finding;
  const reason: Bilingual = {
    zh: `${way.zh}期间，视频继续播放了 ${seconds(advancedMs)} 秒（允许 ${seconds(graceMs)} 秒）。`,
    en: `While ${way.en}, the video played on for ${seconds(advancedMs)} s (${seconds(graceMs)} s are allowed).`,
  };
  // A page that said all along that it was in front claims that nothing played hidden.
  const masked = way.name === 'hidden' && !hasState(away.from.s | step.from.s, STATE.hidden);
  const claimed = masked ? 0 : null;
  const figures = { span: spanOf(away.from, step.to), claimed, measured: advancedMs, reason };
  if (away.finding !== null) {
    extendFinding(draft, away.finding, { ...figures, evidence: [refOf(step.to)] });
    return away.finding;
  }
  return addFinding(draft, {
    rule: 'multi-window',
    kind: way.kind,
    severity: 'violation',
    ...byLearnerOrUnknown(draft.state.facts.guard),
    ...figures,
    evidence: [refOf(away.from), refOf(step.to)],
  });
}

/** Past the grace nothing is credited, also not the step that crossed it, whether or not it is evidence. */
function creditLeft(state: SessionState): number {
  const { multiWindow } = state;
  if (multiWindow === null) return NO_LIMIT;
  const { hidden, unfocused, pip } = multiWindow;
  const { hiddenGraceMs, unfocusedGraceMs } = state.facts.pack.multiWindow;
  const over =
    (hidden?.advancedMs ?? 0) > hiddenGraceMs ||
    (pip?.advancedMs ?? 0) > hiddenGraceMs ||
    (unfocused?.advancedMs ?? 0) > unfocusedGraceMs;
  return over ? 0 : NO_LIMIT;
}

/** See the file's comment. */
export const multiWindow: Rule = {
  id: 'multi-window',
  pageOpened: cameBack,
  step: observeMultiWindow,
  creditLeft,
  record: takeElsewhere,
};
