/** The requirements that look at the lessons of a training: coverage and order (rules §3). */
import { type IntervalSet, overlap, unite } from '../credit/interval-set.ts';
import type { PolicyPack } from '../policy/pack.ts';
import { answer, type RecognitionReason, type RequirementAnswer, reason } from './check.ts';
import type { LessonFacts, TrainingFacts, TrainingSitting } from './facts.ts';

/** Outcomes whose credit counts; what a violation spoiled or what is still running does not. */
const COUNTING: ReadonlySet<TrainingSitting['outcome']> = new Set(['valid', 'undetermined', 'incomplete']);

/** What the sittings of one lesson add up to. */
export interface LessonProgress {
  readonly lesson: LessonFacts;
  /** A valid sitting closes it, and the credit of its sittings that no violation spoils covers it. */
  readonly covered: boolean;
  readonly coveragePermille: number;
  readonly hasValid: boolean;
  /** First opening that earned credit, epoch ms; null = none did. */
  readonly firstAt: number | null;
  /**
   * When its credit first covered it, epoch ms; null = it does not. For the order it does not matter whether a photo was
   * missing in that sitting and made up for later: the content was studied.
   */
  readonly completedAt: number | null;
}

function progressOf(
  lesson: LessonFacts,
  sittings: readonly TrainingSitting[],
  pack: PolicyPack,
): LessonProgress {
  const counting = sittings.filter((sitting) => COUNTING.has(sitting.outcome) && sitting.credited.length > 0);
  const hasValid = sittings.some((sitting) => sitting.outcome === 'valid');
  const { videoMs } = lesson;
  if (!Number.isSafeInteger(videoMs) || videoMs <= 0)
    throw new RangeError('videoMs: expected a length above 0 ms');
  const required = pack.credit.coverageRequiredPermille;
  let set: IntervalSet = [];
  let coveragePermille = 0;
  let completedAt: number | null = null;
  for (const sitting of counting.sort((a, b) => a.endedAt - b.endedAt)) {
    set = unite(set, sitting.credited);
    coveragePermille = Math.floor((1_000 * overlap(set, 0, videoMs)) / videoMs);
    if (coveragePermille >= required) completedAt ??= sitting.endedAt;
  }
  return {
    lesson,
    covered: hasValid && completedAt !== null,
    coveragePermille,
    hasValid,
    firstAt: counting.reduce<number | null>(
      (first, sitting) => Math.min(first ?? sitting.openedAt, sitting.openedAt),
      null,
    ),
    completedAt,
  };
}

/** The progress of every lesson, in the order of the course. @throws RangeError when a lesson is named twice. */
export function progress(facts: TrainingFacts, pack: PolicyPack): readonly LessonProgress[] {
  const byLesson = new Map<string, TrainingSitting[]>();
  for (const sitting of facts.sittings) {
    const same = byLesson.get(sitting.lesson);
    if (same === undefined) byLesson.set(sitting.lesson, [sitting]);
    else same.push(sitting);
  }
  if (new Set(facts.lessons.map((lesson) => lesson.lesson)).size < facts.lessons.length)
    throw new RangeError('lessons: expected every lesson once, since its class hours count once');
  return facts.lessons.map((lesson) => progressOf(lesson, byLesson.get(lesson.lesson) ?? [], pack));
}

/** Every lesson is covered by a valid session. */
export function lessonsCovered(lessons: readonly LessonProgress[], pack: PolicyPack): RequirementAnswer {
  const reasons: RecognitionReason[] = [];
  if (lessons.length === 0) reasons.push(reason({ zh: '课程没有课时。', en: 'The course has no lessons.' }));
  for (const { lesson, covered, hasValid, coveragePermille } of lessons) {
    if (covered) continue;
    const percent = (coveragePermille / 10).toFixed(1);
    const required = (pack.credit.coverageRequiredPermille / 10).toFixed(1);
    const text = hasValid
      ? {
          zh: `课时 ${lesson.lesson} 有效学习仅覆盖 ${percent}%，须达到 ${required}%。`,
          en: `Lesson ${lesson.lesson} is covered to ${percent} % only; ${required} % are required.`,
        }
      : {
          zh: `课时 ${lesson.lesson} 没有判定为有效的学习。`,
          en: `Lesson ${lesson.lesson} has no sitting that was found valid.`,
        };
    reasons.push(reason(text, { lesson: lesson.lesson }));
  }
  return answer(pack, 'lessons-covered', reasons);
}

/** In a specialised course no lesson earned credit before every lesson ahead of it was complete. */
export function lessonsInOrder(
  lessons: readonly LessonProgress[],
  specialised: boolean,
  pack: PolicyPack,
): RequirementAnswer {
  const reasons: RecognitionReason[] = [];
  if (specialised) {
    let readyAt = Number.NEGATIVE_INFINITY;
    for (const { lesson, firstAt, completedAt } of lessons) {
      if (firstAt !== null && firstAt < readyAt) {
        const text = {
          zh: `专业课程须按顺序学习：课时 ${lesson.lesson} 在前面的课时完成之前已开始。`,
          en: `A specialised course is studied in order: lesson ${lesson.lesson} was begun before the lessons ahead of it were complete.`,
        };
        reasons.push(reason(text, { lesson: lesson.lesson }));
      }
      readyAt = Math.max(readyAt, completedAt ?? Number.POSITIVE_INFINITY);
    }
  }
  return answer(pack, 'lesson-order', reasons);
}
