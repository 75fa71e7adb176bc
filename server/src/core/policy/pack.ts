/**
 * A policy pack: everything that a rule needs to know, as data (rules.md, opening). The engine has no number of its own.
 * All durations are integer milliseconds; shares are thousandths.
 */

import type { RuleId } from '@zhenxue/protocol';

/** The platform's duties (rules §3). */
export type DutyId =
  | 'platform-registered'
  | 'video-approved'
  | 'training-spacing'
  | 'online-share'
  | 'platform-ban';

/** What a clause can be about. */
export type ClauseSubject = RuleId | DutyId | 'class-hour';

/** `automatic`: imposed at once, appeal open. `reviewed`: proposed, notified, answered, imposed by two officials (rules §4). */
export type SanctionMode = 'automatic' | 'reviewed';

/** Thresholds and schedules of one set of rules, with the clauses they come from. */
export interface PolicyPack {
  readonly id: string;
  readonly version: string;
  /** Prefix of clause references, such as `zz-2022-2`. */
  readonly source: string;
  /** Clause of the invalidity rules and of the ban, without the source: `20(3)`. */
  readonly clause: string;
  /** Clauses of what stands elsewhere in the source than {@link PolicyPack.clause}. */
  readonly clauses: Readonly<Partial<Record<ClauseSubject, string>>>;
  /** First and last local date on which sittings may begin under this pack; null = open. */
  readonly effective: { readonly from: string; readonly to: string | null };
  /** Zone of every local date. */
  readonly zone: string;
  readonly credit: {
    /** Media may run ahead of the clock by this much over a run of playing (rules §1). */
    readonly slackMs: number;
    /** The slack refills at most once in this time. */
    readonly slackRefillMs: number;
    /** Share of the video that must be credited for the lesson to be complete. */
    readonly coverageRequiredPermille: number;
    /** Class hour in credited time (item 20(1)). */
    readonly classHourMs: number;
  };
  readonly fastForward: {
    /** Highest measured slope that is still honest, thousandths. */
    readonly slopeMaxPermille: number;
    /** Playing time over which a slope is measured. */
    readonly slopeWindowMs: number;
    /** Media that may advance at a reported rate above 1, or after a forward seek, before it counts. */
    readonly advanceMaxMs: number;
    /** A forward seek may go this far past the furthest covered point. */
    readonly seekSlackMs: number;
    /** The SDK has this long to reset a rate or a seek for it to count as an attempt. */
    readonly resetWithinMs: number;
  };
  readonly multiWindow: {
    readonly hiddenGraceMs: number;
    readonly unfocusedGraceMs: number;
    /** Media that may advance while another sitting of the learner advances: both clocks are estimates. */
    readonly secondSittingGraceMs: number;
  };
  readonly popup: {
    /** The rule itself: the longest credited stretch without a shown and answered popup. */
    readonly gapMaxMs: number;
    /** A popup is due at a random credited time in this range after the last answered one. */
    readonly dueMinMs: number;
    readonly dueMaxMs: number;
    readonly answerWindowMs: number;
    /**
     * A popup that was never confirmed counts as suppressed only this long after its window, and only on a connection that
     * stayed up throughout: longer than a dead link can go unnoticed.
     */
    readonly deliveryGraceMs: number;
    /** Of the popups that are no button: thousandths that are a drawn code instead of a sum. Absent in packs of before: 0. */
    readonly codePermille?: number;
  };
  readonly photo: {
    readonly answerWindowMs: number;
    /** As for popups. */
    readonly deliveryGraceMs: number;
    /** Requests per class hour before it is left without a photo. */
    readonly attemptsMax: number;
  };
  readonly liveness: {
    /** False: no challenge is asked. Only while no engine that could judge one is connected. */
    readonly required: boolean;
    /** Live failures after which the sitting is invalid. */
    readonly attempts: number;
    /** Challenges per requirement before it is left unmet. */
    readonly challengesMax: number;
    readonly answerWindowMs: number;
    /** Random instants per lesson, besides the challenge before any credit. */
    readonly perLesson: number;
  };
  /** When answers to popups deserve a reviewer's look; never decides an outcome. */
  readonly hints: {
    /** Popups answered before their rhythm is looked at. */
    readonly answersMin: number;
    /** All latencies this close together, or this close to a fixed grid, are no human's. */
    readonly regularSpreadMs: number;
    readonly gridMs: number;
    readonly gridToleranceMs: number;
    /** Faster is no human; twice is a hint. */
    readonly inhumanMs: number;
    /** Share of right answers up to which they look guessed, over at least `guessesMin` answers. */
    readonly guessedPermille: number;
    readonly guessesMin: number;
    /** A client clock this far behind on a live connection. */
    readonly clockLagMs: number;
  };
  /** Offline playing allowed by the guard before it pauses. */
  readonly offlineGraceMs: number;
  readonly session: {
    /** A sitting without a connection for this long is sealed. */
    readonly resumeGraceMs: number;
    /** No sitting lasts longer. */
    readonly lengthMaxMs: number;
  };
  /** The platform's duties (rules §3). */
  readonly duties: {
    /** Whether a platform must be listed in the unified supervision platform on every day of a training. */
    readonly listingRequired: boolean;
    /** Whether new video material must be approved before use. */
    readonly approvalRequired: boolean;
    /** Calendar months that must have passed since the previous training's assessment ended; 0 = no spacing. */
    readonly spacingMonths: number;
    /** Largest share of a programme's class hours on line, thousandths (item 21). */
    readonly onlineShareMaxPermille: number;
  };
  readonly sanctions: {
    readonly mode: SanctionMode;
    /** `reviewed` only: local days that the platform has for its answer, the day of the notice not counted. */
    readonly responseWindowDays: number;
    readonly banYears: number;
    /** Distinct sittings with platform findings that trigger a ban. */
    readonly minSessions: number;
    readonly populationLearners: number;
    readonly populationSharePermille: number;
    readonly populationWindowMs: number;
  };
}

/** The reference of the clause behind a rule or duty, such as `zz-2022-2:20(3)`. */
export function clauseOf(
  pack: Pick<PolicyPack, 'source' | 'clause' | 'clauses'>,
  subject: ClauseSubject,
): string {
  return `${pack.source}:${pack.clauses[subject] ?? pack.clause}`;
}
