/** One answer of the list that recognition gives: a requirement, whether it is met, and every reason why not. */
import type { Bilingual } from '@zhenxue/protocol';
import type { ClauseSubject, PolicyPack } from '../policy/pack.ts';
import { clauseOf } from '../policy/pack.ts';

/** The requirements, in the order in which they are answered. */
export type RequirementId =
  | 'platform-registered'
  | 'platform-ban'
  | 'lessons-covered'
  | 'class-hours'
  | 'lesson-order'
  | 'training-spacing'
  | 'video-approved'
  | 'online-share';

/** Reasons given per requirement; further ones are counted. */
export const REASONS_MAX = 32;

/** Why a requirement is not met, or why hours were cut. */
export interface RecognitionReason {
  readonly text: Bilingual;
  readonly lesson: string | null;
  readonly session: string | null;
  /** The local date that it is about, such as the first admissible one. */
  readonly date: string | null;
}

/** The answer to one requirement. */
export interface RequirementAnswer {
  readonly id: RequirementId;
  /** `<pack source>:<item>`. */
  readonly clause: string;
  readonly met: boolean;
  /** `refuses`: unmet, the training is not recognised. `caps`: unmet, fewer hours are. */
  readonly effect: 'refuses' | 'caps';
  /** Empty when met. At most {@link REASONS_MAX}. */
  readonly reasons: readonly RecognitionReason[];
  /** Reasons beyond those listed. */
  readonly moreReasons: number;
}

const SUBJECTS: Readonly<Record<RequirementId, ClauseSubject | null>> = {
  'platform-registered': 'platform-registered',
  'platform-ban': 'platform-ban',
  'lessons-covered': null,
  'class-hours': 'class-hour',
  'lesson-order': 'lesson-order',
  'training-spacing': 'training-spacing',
  'video-approved': 'video-approved',
  'online-share': 'online-share',
};

/** A reason, with what it is about. */
export function reason(
  text: Bilingual,
  about: Partial<Omit<RecognitionReason, 'text'>> = {},
): RecognitionReason {
  return { text, lesson: about.lesson ?? null, session: about.session ?? null, date: about.date ?? null };
}

/** The answer to a requirement from the reasons against it. */
export function answer(
  pack: PolicyPack,
  id: RequirementId,
  reasons: readonly RecognitionReason[],
): RequirementAnswer {
  const subject = SUBJECTS[id];
  return {
    id,
    clause: subject === null ? `${pack.source}:${pack.clause}` : clauseOf(pack, subject),
    met: reasons.length === 0,
    effect: id === 'online-share' ? 'caps' : 'refuses',
    reasons: reasons.slice(0, REASONS_MAX),
    moreReasons: Math.max(0, reasons.length - REASONS_MAX),
  };
}
