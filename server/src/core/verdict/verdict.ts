/** The verdict of a sitting (rules §0), computed from its state and nothing else. */
import type { Bilingual, Outcome, Verdict } from '@zhenxue/protocol';
import { creditedSet } from '../credit/credit.ts';
import { popupCoverage } from '../rules/popup-interval/rule.ts';
import { classHourCoverage } from '../rules/random-photo/rule.ts';
import type { SessionState } from '../session/state.ts';
import { coveragePermille, isComplete } from './completion.ts';

/** The outcome as of the last record. A violation decides at once, also while the sitting is live. */
export function outcomeOf(state: SessionState): Outcome {
  if (state.findings.some((finding) => finding.severity === 'violation')) return 'invalid';
  if (state.ended === null) return 'in_progress';
  const gaps = state.findings.filter((finding) => finding.severity === 'gap');
  if (isComplete(state)) return gaps.length > 0 ? 'undetermined' : 'valid';
  // Without a passed challenge nothing is ever credited: that is not a lesson broken off.
  return gaps.some((finding) => finding.kind === 'liveness-missing') ? 'undetermined' : 'incomplete';
}

/** Controls that were found suppressed in this sitting: what population evidence is made of (rules §4). */
export function suppressionsOf(state: SessionState): readonly string[] {
  const kinds = state.findings
    .filter((finding) => finding.severity === 'violation' && finding.kind.endsWith('-suppressed'))
    .map((finding) => finding.kind);
  return [...new Set(kinds)];
}

function makeUpOf(state: SessionState, outcome: Outcome, coverage: number): Bilingual | null {
  switch (outcome) {
    case 'undetermined':
      if (state.findings.some((finding) => finding.kind === 'liveness-missing')) {
        return {
          zh: '请在光线充足、只有本人入镜、允许使用摄像头的情况下重新学习本课时；也可以申请人工复核。',
          en: 'Study the lesson again with the camera allowed, enough light and nobody else in the picture, or ask for a human review.',
        };
      }
      return {
        zh: '请在允许使用摄像头的情况下重新学习缺少照片的课时；也可以申请人工复核。',
        en: 'Study the class hour without a photo again with the camera allowed, or ask for a human review.',
      };
    case 'incomplete': {
      const percent = (coverage / 10).toFixed(1);
      return {
        zh: `已学习 ${percent}%，请继续学习本课时尚未计入的部分。`,
        en: `${percent} % of the lesson is credited; go on with the parts that are not.`,
      };
    }
    case 'invalid':
      return {
        zh: '本次学习无效，请重新学习本课时；如有异议，可以申请人工复核。',
        en: 'This sitting is invalid; study the lesson again. If you disagree, ask for a human review.',
      };
    default:
      return null;
  }
}

/** What is asked for after every record: the part of the verdict that costs nothing to tell. */
export type Standing = Pick<Verdict, 'outcome' | 'creditedMs' | 'coveragePermille' | 'credited' | 'findings'>;

/** Where a sitting stands as of the last record. */
export function standingOf(state: SessionState): Standing {
  return {
    outcome: outcomeOf(state),
    creditedMs: state.credit.ms,
    coveragePermille: coveragePermille(state),
    credited: creditedSet(state),
    findings: state.findings,
  };
}

/** The verdict as of the last record. */
export function verdictOf(state: SessionState): Verdict {
  const { facts } = state;
  const { outcome, creditedMs, coveragePermille: coverage, credited, findings } = standingOf(state);
  return {
    session: facts.session,
    outcome,
    final: state.ended !== null,
    pack: { id: facts.pack.id, version: facts.pack.version, hash: facts.packHash },
    ended: state.ended,
    creditedMs,
    coveragePermille: coverage,
    credited,
    popups: popupCoverage(state),
    classHours: classHourCoverage(facts, state.photo),
    findings,
    makeUp: makeUpOf(state, outcome, coverage),
  };
}
