/**
 * `lesson-order` (rules §2; item 20(3): specialised lessons out of order).
 *
 * A request to open a later lesson is refused by the application, so an honest sitting never gets here. Violations: a
 * specialised course's lesson is played with earlier ones unfinished, because the platform had the order check overridden (the
 * platform's own act: attribution `platform`); or the content of a later lesson was recognised in this sitting (a page or
 * a script could have put it there: attribution `unknown`).
 *
 * Honest look-alikes that stay valid: general courses, re-watching earlier lessons, an override without effect (a hint of
 * `platform-duties`).
 */
import { addFinding, type Draft, firstTime, lastPoint, ONCE, refOf, spanOf } from '../../session/draft.ts';
import type { SessionRecord } from '../../session/records.ts';
import type { Step } from '../../session/step.ts';
import { byPlatformAct, unknownSide } from '../attribution.ts';
import { hasPlayed } from '../played.ts';
import type { Rule } from '../rule.ts';

function observeOrder(draft: Draft, step: Step): void {
  const { place, acts } = draft.state.facts;
  if (place === undefined || acts?.orderOverridden !== true) return;
  if (!place.specialised || place.unfinishedBefore === 0 || !hasPlayed(draft.state, step)) return;
  if (!firstTime(draft, ONCE.lessonOrder)) return;
  addFinding(draft, {
    rule: 'lesson-order',
    kind: 'lesson-skipped',
    severity: 'violation',
    ...byPlatformAct(),
    span: spanOf(step.from, step.to),
    claimed: place.position,
    measured: place.unfinishedBefore,
    reason: {
      zh: `专业课程第 ${place.position} 课在前面 ${place.unfinishedBefore} 课尚未完成时被播放，平台绕过了顺序检查。`,
      en: `Lesson ${place.position} of a specialised course was played with ${place.unfinishedBefore} earlier one(s) unfinished: the platform had overridden the order check.`,
    },
    evidence: [refOf(step.from), refOf(step.to)],
  });
}

function observeContent(draft: Draft, record: SessionRecord, at: number): void {
  const { place } = draft.state.facts;
  if (record.kind !== 'content' || place === undefined) return;
  if (!place.specialised || record.position <= place.position || !firstTime(draft, ONCE.laterContent)) return;
  const now = lastPoint(draft.state);
  addFinding(draft, {
    rule: 'lesson-order',
    kind: 'later-content',
    severity: 'violation',
    ...unknownSide(),
    span: { ...spanOf(now, now), toAt: at },
    claimed: place.position,
    measured: record.position,
    reason: {
      zh: `第 ${place.position} 课的学习中播放的是第 ${record.position} 课的内容。`,
      en: `What was played in the sitting of lesson ${place.position} is the content of lesson ${record.position}.`,
    },
    evidence: [refOf(now)],
  });
}

/** See the file's comment. */
export const lessonOrder: Rule = {
  id: 'lesson-order',
  irregularStep: observeOrder,
  record: observeContent,
};
