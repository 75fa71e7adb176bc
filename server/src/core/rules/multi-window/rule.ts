/**
 * `multi-window` (rules §2; item 20(3): learning in several windows), as far as one page shows it.
 *
 * Violation: media advances by more than the grace while the page is hidden, in picture-in-picture, or visible without focus.
 * Time away with the playback paused only earns no credit. Honest look-alikes that stay valid: a notification or a
 * permission prompt takes the focus for a moment, an input method window, hiding the page for up to the grace.
 */
import { type Bilingual, type FindingKind, hasState, STATE } from '@zhenxue/protocol';
import { addFinding, type Draft, extendFinding, refOf, spanOf } from '../../session/draft.ts';
import type { Step } from '../../session/step.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
import { seconds } from '../units.ts';
import type { Away, MultiWindowState } from './state.ts';

/** Memory before anything was played. */
export function initialMultiWindow(): MultiWindowState {
  return { hidden: null, unfocused: null, pip: null };
}

/** The ways of being away, with their test and their words. */
const WAYS: readonly {
  readonly name: keyof MultiWindowState;
  readonly kind: FindingKind;
  readonly zh: string;
  readonly en: string;
}[] = [
  { name: 'hidden', kind: 'played-hidden', zh: '学习页面被隐藏', en: 'the page was hidden' },
  { name: 'unfocused', kind: 'played-unfocused', zh: '学习页面失去焦点', en: 'the page had lost the focus' },
  { name: 'pip', kind: 'played-pip', zh: '视频处于画中画', en: 'the video was in picture-in-picture' },
];

/** Whether a sample says that the page is away in this way. Hidden counts as hidden only, not as unfocused too. */
function isAway(name: keyof MultiWindowState, s: number): boolean {
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
export function observeMultiWindow(draft: Draft, step: Step): void {
  const { multiWindow, facts } = draft.state;
  const { hiddenGraceMs, unfocusedGraceMs } = facts.pack.multiWindow;
  for (const way of WAYS) {
    if (!isAway(way.name, step.from.s)) {
      multiWindow[way.name] = null;
      continue;
    }
    const away = multiWindow[way.name] ?? { from: step.from, advancedMs: 0, finding: null };
    const advancedMs = away.advancedMs + step.advancedMs;
    const graceMs = way.name === 'unfocused' ? unfocusedGraceMs : hiddenGraceMs;
    multiWindow[way.name] = {
      ...away,
      advancedMs,
      finding: judge(draft, step, away, advancedMs, graceMs, way),
    };
  }
}

function judge(
  draft: Draft,
  step: Step,
  away: Away,
  advancedMs: number,
  graceMs: number,
  way: (typeof WAYS)[number],
): string | null {
  if (step.advancedMs === 0 || advancedMs <= graceMs) return away.finding;
  const span = spanOf(away.from, step.to);
  if (away.finding !== null) {
    extendFinding(draft, away.finding, span, [refOf(step.to)], advancedMs);
    return away.finding;
  }
  const reason: Bilingual = {
    zh: `${way.zh}期间，视频继续播放了 ${seconds(advancedMs)} 秒（允许 ${seconds(graceMs)} 秒）。`,
    en: `While ${way.en}, the video played on for ${seconds(advancedMs)} s (${seconds(graceMs)} s are allowed).`,
  };
  return addFinding(draft, {
    rule: 'multi-window',
    kind: way.kind,
    severity: 'violation',
    ...byLearnerOrUnknown(draft.state.facts.guard),
    span,
    claimed: null,
    measured: advancedMs,
    reason,
    evidence: [refOf(away.from), refOf(step.to)],
  });
}
