/** The requirements that look at the days of a training: listing, ban, approval of videos (rules §3). */
import { addDays, type DateSpan, holdsDate, localDate } from '../calendar/local-date.ts';
import type { PolicyPack } from '../policy/pack.ts';
import { answer, type RecognitionReason, type RequirementAnswer, reason } from './check.ts';
import type { TrainingFacts, TrainingSitting } from './facts.ts';

/** Local days that one sitting may touch: none lasts longer than 48 h. */
const SITTING_DAYS_MAX = 4;

/** The local days that a sitting touches. */
export function daysOf(sitting: TrainingSitting, zone: string): readonly string[] {
  const last = localDate(sitting.endedAt, zone);
  const days: string[] = [localDate(sitting.openedAt, zone)];
  for (
    let day = addDays(days[0] ?? last, 1);
    day <= last && days.length < SITTING_DAYS_MAX;
    day = addDays(day, 1)
  )
    days.push(day);
  // One that claims to be longer is still looked at on its last day.
  if (!days.includes(last)) days.push(last);
  return days;
}

/** The days of a training, each once, in order, with a sitting that took place on it. */
function trainingDays(facts: TrainingFacts, zone: string): readonly (readonly [string, TrainingSitting])[] {
  const days = new Map<string, TrainingSitting>();
  for (const sitting of facts.sittings) {
    for (const day of daysOf(sitting, zone)) if (!days.has(day)) days.set(day, sitting);
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1));
}

function within(spans: readonly DateSpan[], date: string): boolean {
  return spans.some((span) => holdsDate(span, date));
}

/** The platform is listed on every day of the training. */
export function platformRegistered(facts: TrainingFacts, pack: PolicyPack): RequirementAnswer {
  const reasons: RecognitionReason[] = [];
  if (pack.duties.listingRequired) {
    for (const [date, { session }] of trainingDays(facts, pack.zone)) {
      if (within(facts.listed, date)) continue;
      const text = {
        zh: `${date}，该平台未纳入统一监管平台。`,
        en: `On ${date} the platform was not listed in the unified supervision platform.`,
      };
      reasons.push(reason(text, { session, date }));
    }
  }
  return answer(pack, 'platform-registered', reasons);
}

/** No day of the training lies in a ban, days between violation and discovery included. */
export function platformNotBanned(facts: TrainingFacts, pack: PolicyPack): RequirementAnswer {
  const reasons: RecognitionReason[] = [];
  for (const [date, { session }] of trainingDays(facts, pack.zone)) {
    if (!within(facts.banned, date)) continue;
    const text = {
      zh: `${date}，该平台处于禁止参与补贴培训的期间（自违规之日起计算）。`,
      en: `On ${date} the platform was banned from subsidised training; the ban counts from the day of the violation.`,
    };
    reasons.push(reason(text, { session, date }));
  }
  return answer(pack, 'platform-ban', reasons);
}

/** Every video was approved on every day on which it was used. */
export function videosApproved(facts: TrainingFacts, pack: PolicyPack): RequirementAnswer {
  const reasons: RecognitionReason[] = [];
  const lessons = new Map(facts.lessons.map((lesson) => [lesson.lesson, lesson]));
  const seen = new Set<string>();
  if (pack.duties.approvalRequired) {
    for (const sitting of facts.sittings) {
      const lesson = lessons.get(sitting.lesson);
      if (lesson?.needsApproval === false) continue;
      for (const date of daysOf(sitting, pack.zone)) {
        const key = `${date} ${sitting.lesson}`;
        if (seen.has(key) || within(lesson?.approved ?? [], date)) continue;
        seen.add(key);
        const text = {
          zh: `${date}，课时 ${sitting.lesson} 的视频资料尚未经审核同意。`,
          en: `On ${date} the video of lesson ${sitting.lesson} was not approved.`,
        };
        reasons.push(reason(text, { session: sitting.session, lesson: sitting.lesson, date }));
      }
    }
  }
  return answer(pack, 'video-approved', reasons);
}
