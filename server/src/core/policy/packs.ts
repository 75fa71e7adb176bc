/** The policy packs that ship with the server. A sitting keeps the pack it began with. */
import type { PolicyPack } from './pack.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The Zhengzhou notice of 2022 (rules.md). */
const ZZ_2022_2: PolicyPack = {
  id: 'zz-2022-2',
  version: '1',
  source: 'zz-2022-2',
  clause: '20(3)',
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
  },
  photo: { answerWindowMs: 30 * SECOND, deliveryGraceMs: 45 * SECOND, attemptsMax: 8 },
  // Required by the notice; off until the face engine can judge a challenge, because an unanswerable one earns nobody credit.
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
  sanctions: {
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
  },
  photo: { answerWindowMs: 12 * SECOND, deliveryGraceMs: 12 * SECOND, attemptsMax: 8 },
  offlineGraceMs: 20 * SECOND,
  session: { resumeGraceMs: 2 * MINUTE, lengthMaxMs: 2 * 60 * MINUTE },
  sanctions: { ...ZZ_2022_2.sanctions, populationLearners: 2 },
};

/** Every shipped pack by id. */
export const POLICY_PACKS: ReadonlyMap<string, PolicyPack> = new Map(
  [ZZ_2022_2, DEMO].map((pack) => [pack.id, pack]),
);
