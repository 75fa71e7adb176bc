/** The policy packs that ship with the server. A sitting keeps the pack it began with. */
import { holdsDate, needDate } from '../calendar/local-date.ts';
import type { PolicyPack } from './pack.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The Zhengzhou notice of 2022 (rules.md). */
const ZZ_2022_2: PolicyPack = {
  id: 'zz-2022-2',
  version: '2',
  source: 'zz-2022-2',
  clause: '20(3)',
  clauses: { 'online-share': '21', 'class-hour': '20(1)' },
  effective: { from: '2022-01-01', to: null },
  zone: 'Asia/Shanghai',
  credit: {
    slackMs: 2 * SECOND,
    slackRefillMs: 5 * MINUTE,
    coverageRequiredPermille: 980,
    classHourMs: 40 * MINUTE,
  },
  fastForward: {
    slopeMaxPermille: 1_050,
    slopeWindowMs: 20 * SECOND,
    advanceMaxMs: 1 * SECOND,
    seekSlackMs: 2 * SECOND,
    resetWithinMs: 1 * SECOND,
  },
  multiWindow: {
    hiddenGraceMs: 5 * SECOND,
    unfocusedGraceMs: 10 * SECOND,
    secondSittingGraceMs: 10 * SECOND,
  },
  popup: {
    gapMaxMs: 5 * MINUTE,
    dueMinMs: 2 * MINUTE,
    dueMaxMs: 4 * MINUTE,
    answerWindowMs: 45 * SECOND,
    deliveryGraceMs: 45 * SECOND,
    codePermille: 500,
  },
  photo: { answerWindowMs: 30 * SECOND, deliveryGraceMs: 45 * SECOND, attemptsMax: 8 },
  // Required by the notice: `zz-2022-2-faces` below asks for it, on servers that can judge it (docs/adr/0022).
  liveness: {
    required: false,
    attempts: 3,
    challengesMax: 8,
    answerWindowMs: 60 * SECOND,
    perLesson: 1,
  },
  hints: {
    answersMin: 6,
    regularSpreadMs: 60,
    gridMs: 250,
    gridToleranceMs: 5,
    inhumanMs: 300,
    guessedPermille: 200,
    guessesMin: 10,
    clockLagMs: 2 * MINUTE,
  },
  offlineGraceMs: 60 * SECOND,
  session: { resumeGraceMs: 30 * MINUTE, lengthMaxMs: 12 * 60 * MINUTE },
  duties: {
    listingRequired: true,
    approvalRequired: true,
    spacingMonths: 1,
    onlineShareMaxPermille: 400,
  },
  sanctions: {
    mode: 'automatic',
    // The notice names no window; this one is longer than five working days over any public holiday.
    responseWindowDays: 15,
    banYears: 2,
    minSessions: 1,
    populationLearners: 5,
    populationSharePermille: 500,
    populationWindowMs: 24 * 60 * MINUTE,
  },
};

/** The same rules with short times, for demonstrations and end-to-end tests. Never a basis for recognition. */
const DEMO: PolicyPack = {
  ...ZZ_2022_2,
  id: 'demo',
  credit: { ...ZZ_2022_2.credit, classHourMs: 30 * SECOND },
  fastForward: { ...ZZ_2022_2.fastForward, slopeWindowMs: 8 * SECOND },
  popup: {
    gapMaxMs: 40 * SECOND,
    dueMinMs: 10 * SECOND,
    dueMaxMs: 20 * SECOND,
    answerWindowMs: 12 * SECOND,
    deliveryGraceMs: 12 * SECOND,
    codePermille: 500,
  },
  photo: { answerWindowMs: 12 * SECOND, deliveryGraceMs: 12 * SECOND, attemptsMax: 8 },
  offlineGraceMs: 20 * SECOND,
  session: { resumeGraceMs: 2 * MINUTE, lengthMaxMs: 2 * 60 * MINUTE },
  sanctions: { ...ZZ_2022_2.sanctions, populationLearners: 2 },
};

/**
 * An invented provincial notice with other numbers, clauses, zone of validity and a reviewed procedure: what stays the same
 * under it is hard-wired, and nothing may be. Never a basis for recognition.
 */
const LJ_2026_8: PolicyPack = {
  id: 'lj-2026-8',
  version: '1',
  source: 'lj-2026-8',
  clause: '12',
  clauses: {
    'fast-forward': '12(1)',
    'multi-window': '12(2)',
    'popup-interval': '12(3)',
    'liveness-match': '12(4)',
    'lesson-order': '12(5)',
    'random-photo': '12(6)',
    'platform-registered': '5',
    'video-approved': '6',
    'class-hour': '7(1)',
    'online-share': '7(2)',
    'training-spacing': '9',
    'platform-ban': '31',
  },
  effective: { from: '2026-01-01', to: '2029-12-31' },
  zone: 'Asia/Shanghai',
  credit: {
    slackMs: 1_500,
    slackRefillMs: 4 * MINUTE,
    coverageRequiredPermille: 950,
    classHourMs: 30 * MINUTE,
  },
  fastForward: {
    slopeMaxPermille: 1_080,
    slopeWindowMs: 30 * SECOND,
    advanceMaxMs: 1_500,
    seekSlackMs: 3 * SECOND,
    resetWithinMs: 1_500,
  },
  multiWindow: { hiddenGraceMs: 3 * SECOND, unfocusedGraceMs: 6 * SECOND, secondSittingGraceMs: 8 * SECOND },
  popup: {
    gapMaxMs: 3 * MINUTE,
    dueMinMs: 60 * SECOND,
    dueMaxMs: 110 * SECOND,
    answerWindowMs: 30 * SECOND,
    deliveryGraceMs: 45 * SECOND,
  },
  photo: { answerWindowMs: 20 * SECOND, deliveryGraceMs: 45 * SECOND, attemptsMax: 5 },
  liveness: { required: false, attempts: 4, challengesMax: 6, answerWindowMs: 40 * SECOND, perLesson: 2 },
  hints: {
    answersMin: 8,
    regularSpreadMs: 50,
    gridMs: 200,
    gridToleranceMs: 4,
    inhumanMs: 250,
    guessedPermille: 250,
    guessesMin: 12,
    clockLagMs: 3 * MINUTE,
  },
  offlineGraceMs: 40 * SECOND,
  session: { resumeGraceMs: 20 * MINUTE, lengthMaxMs: 8 * 60 * MINUTE },
  duties: {
    listingRequired: true,
    approvalRequired: true,
    spacingMonths: 2,
    onlineShareMaxPermille: 500,
  },
  sanctions: {
    mode: 'reviewed',
    responseWindowDays: 10,
    banYears: 3,
    minSessions: 3,
    populationLearners: 8,
    populationSharePermille: 600,
    populationWindowMs: 48 * 60 * MINUTE,
  },
};

/**
 * The notice with its live face comparison (docs/adr/0022): a challenge before any credit and one at a random instant of every lesson.
 * Needs a server with a face engine, and learners who have enrolled.
 */
const ZZ_2022_2_FACES: PolicyPack = {
  ...ZZ_2022_2,
  id: 'zz-2022-2-faces',
  version: '1',
  liveness: { ...ZZ_2022_2.liveness, required: true },
};

/** The demonstration with faces. Never a basis for recognition. */
const DEMO_FACES: PolicyPack = {
  ...DEMO,
  id: 'demo-faces',
  version: '1',
  liveness: { ...DEMO.liveness, required: true },
};

/** Every shipped pack in every version, newest last. */
export const SHIPPED_PACKS: readonly PolicyPack[] = [ZZ_2022_2, DEMO, LJ_2026_8, ZZ_2022_2_FACES, DEMO_FACES];

/** The newest version of every shipped pack, by id. */
export const POLICY_PACKS: ReadonlyMap<string, PolicyPack> = new Map(
  SHIPPED_PACKS.map((pack) => [pack.id, pack]),
);

/**
 * The pack of an id under which a sitting may begin on a local date, or null when none is in effect.
 * @throws RangeError when `date` is no date.
 */
export function packFor(
  date: string,
  id: string,
  packs: readonly PolicyPack[] = SHIPPED_PACKS,
): PolicyPack | null {
  needDate(date, 'date');
  return packs.findLast((pack) => pack.id === id && holdsDate(pack.effective, date)) ?? null;
}
