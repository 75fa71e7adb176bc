/**
 * Recognition of a training (rules §3): may it be counted, and paid? One answer with every reason, apart from the verdicts
 * on its sittings: a learner who declined the camera is not recognised, but is not a fraud.
 */
import type { Bilingual } from '@zhenxue/protocol';
import { needDate } from '../calendar/local-date.ts';
import type { PolicyPack } from '../policy/pack.ts';
import { packHash } from '../policy/pack-hash.ts';
import { answer, type RecognitionReason, type RequirementAnswer, reason } from './check.ts';
import { classHoursIn, type OnlineShare, onlineShare } from './class-hours.ts';
import { platformNotBanned, platformRegistered, videosApproved } from './days.ts';
import { TRAINING_SITTINGS_MAX, type TrainingFacts } from './facts.ts';
import { lessonsCovered, lessonsInOrder, progress } from './lessons.ts';
import { admissibleOn } from './spacing.ts';

/** The single answer. */
export interface Recognition {
  readonly recognised: boolean;
  /** Class hours in complete lessons. */
  readonly creditedHours: number;
  /** Class hours that may be counted: capped by the share on line, 0 when not recognised. */
  readonly recognisedHours: number;
  /** Every requirement, always all of them, in fixed order. */
  readonly requirements: readonly RequirementAnswer[];
  readonly summary: Bilingual;
  /** How the learner can have it looked at by a person; null when nothing was refused or cut. */
  readonly review: Bilingual | null;
  readonly pack: { readonly id: string; readonly version: string; readonly hash: string };
}

function classHours(credited: number, declared: number, pack: PolicyPack): RequirementAnswer {
  if (!Number.isSafeInteger(declared) || declared < 1)
    throw new RangeError('declaredHours: expected a whole number from 1 on');
  const reasons: RecognitionReason[] = [];
  if (credited < declared) {
    const minutes = pack.credit.classHourMs / 60_000;
    const text = {
      zh: `申报 ${declared} 课时，已完成的课时视频合计只有 ${credited} 课时（每课时 ${minutes} 分钟）。`,
      en: `${declared} class hours are declared; the complete lessons hold ${credited} (of ${minutes} minutes each).`,
    };
    reasons.push(reason(text));
  }
  return answer(pack, 'class-hours', reasons);
}

function trainingSpacing(facts: TrainingFacts, pack: PolicyPack): RequirementAnswer {
  const months = facts.subsidised ? pack.duties.spacingMonths : 0;
  const { admissible, firstAdmissible, because } = admissibleOn(facts.enrolledOn, facts.previous, months);
  const reasons: RecognitionReason[] = [];
  if (!admissible && firstAdmissible === null) {
    const text = {
      zh: `上一个培训项目（${because?.training ?? ''}）尚未考核。`,
      en: `The previous training (${because?.training ?? ''}) has not been assessed.`,
    };
    reasons.push(reason(text));
  } else if (!admissible) {
    const text = {
      zh: `上一个培训项目考核结束后须满 ${months} 个月，最早可于 ${firstAdmissible} 参加。`,
      en: `${months} calendar month(s) must pass after the previous training's assessment; the first admissible date is ${firstAdmissible}.`,
    };
    reasons.push(reason(text, { date: firstAdmissible }));
  }
  return answer(pack, 'training-spacing', reasons);
}

function onlineCap(creditedHours: number, share: OnlineShare, pack: PolicyPack): RequirementAnswer {
  const reasons: RecognitionReason[] = [];
  if (!share.withinCap) {
    const percent = (pack.duties.onlineShareMaxPermille / 10).toFixed(1);
    const text = {
      zh: `线上课时不得超过总课时的 ${percent}%：${creditedHours} 课时中只认可 ${share.countedHours} 课时。`,
      en: `At most ${percent} % of the programme's class hours may be on line: ${share.countedHours} of ${creditedHours} are counted.`,
    };
    reasons.push(reason(text));
  }
  return answer(pack, 'online-share', reasons);
}

function summaryOf(recognised: boolean, hours: number, unmet: number): Bilingual {
  if (!recognised)
    return {
      zh: `本次培训不予认可，有 ${unmet} 项要求未满足。`,
      en: `This training is not recognised; ${unmet} requirement(s) are not met.`,
    };
  return {
    zh: `本次培训予以认可，计 ${hours} 课时。`,
    en: `This training is recognised with ${hours} class hour(s).`,
  };
}

const REVIEW: Bilingual = {
  zh: '以上结论由系统自动作出；如有异议，可以申请人工复核，并会收到书面答复。',
  en: 'This answer was made automatically; if you disagree, ask for a human review, and a person will decide and tell you why.',
};

/**
 * Decides on one training.
 * @param pack the pack in effect on the day of enrolment.
 * @throws RangeError when a fact is no date, no count or no length: a wrong fact must never become an answer.
 */
export function recognise(facts: TrainingFacts, pack: PolicyPack): Recognition {
  needDate(facts.enrolledOn, 'enrolledOn');
  if (facts.sittings.length > TRAINING_SITTINGS_MAX)
    throw new RangeError(`sittings: expected at most ${TRAINING_SITTINGS_MAX}`);
  const lessons = progress(facts, pack);
  const complete = lessons.filter((lesson) => lesson.covered).map((lesson) => lesson.lesson.videoMs);
  const creditedHours = classHoursIn(complete, pack.credit.classHourMs);
  const share = onlineShare(creditedHours, facts.programmeHours, pack.duties);
  const requirements = [
    platformRegistered(facts, pack),
    platformNotBanned(facts, pack),
    lessonsCovered(lessons, pack),
    classHours(creditedHours, facts.declaredHours, pack),
    lessonsInOrder(lessons, facts.specialised, pack),
    trainingSpacing(facts, pack),
    videosApproved(facts, pack),
    onlineCap(creditedHours, share, pack),
  ];
  const refusing = requirements.filter(
    (requirement) => !requirement.met && requirement.effect === 'refuses',
  ).length;
  const recognised = refusing === 0;
  const recognisedHours = recognised ? share.countedHours : 0;
  return {
    recognised,
    creditedHours,
    recognisedHours,
    requirements,
    summary: summaryOf(recognised, recognisedHours, refusing),
    review: requirements.every((requirement) => requirement.met) ? null : REVIEW,
    pack: { id: pack.id, version: pack.version, hash: packHash(pack) },
  };
}
