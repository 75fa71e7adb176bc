/**
 * Reads a policy pack that an operator wrote. Every parameter has a range that a rule could still be meant with, and
 * parameters that only make sense together are checked together, so that no pack accuses honest learners by construction.
 */
import { type Result, SESSION_TIME_MAX_MS } from '@zhenxue/protocol';
import { isLocalDate, isZone } from '../calendar/local-date.ts';
import {
  bool,
  type Fault,
  fault,
  integer,
  object,
  oneOf,
  orAbsent,
  orNull,
  partialRecord,
  text,
} from './check.ts';
import { coherenceOf } from './coherence.ts';
import type { ClauseSubject, PolicyPack, SanctionMode } from './pack.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ID = /^[a-z0-9][a-z0-9-]{0,31}$/;
const VERSION = /^[0-9]{1,4}(\.[0-9]{1,4}){0,2}$/;
/** Letters of any script, so that a clause can be called as its source calls it; nothing that a reference is split by. */
const CLAUSE = /^[\p{L}\p{N}][\p{L}\p{N}().、§-]{0,31}$/u;

const id = text((value) => ID.test(value), 'lower-case letters, digits and hyphens, at most 32');
const clause = text((value) => CLAUSE.test(value), 'a clause such as 20(3), at most 32 characters');
const date = text(isLocalDate, 'a date YYYY-MM-DD');

const MODES: readonly SanctionMode[] = ['automatic', 'reviewed'];

/** Every subject; the type makes a missing one an error of the compiler. */
const SUBJECTS: Readonly<Record<ClauseSubject, true>> = {
  'fast-forward': true,
  'multi-window': true,
  'popup-interval': true,
  'liveness-match': true,
  'lesson-order': true,
  'random-photo': true,
  'record-integrity': true,
  'platform-duties': true,
  'answer-pattern': true,
  'platform-registered': true,
  'video-approved': true,
  'training-spacing': true,
  'online-share': true,
  'platform-ban': true,
  'class-hour': true,
};

const credit = object<PolicyPack['credit']>({
  slackMs: integer(0, 10 * SECOND, 'ms'),
  slackRefillMs: integer(SECOND, HOUR, 'ms'),
  coverageRequiredPermille: integer(500, 1_000, 'thousandths'),
  classHourMs: integer(10 * SECOND, 4 * HOUR, 'ms'),
});

const fastForward = object<PolicyPack['fastForward']>({
  slopeMaxPermille: integer(1_000, 1_500, 'thousandths'),
  slopeWindowMs: integer(5 * SECOND, 5 * MINUTE, 'ms'),
  advanceMaxMs: integer(100, 10 * SECOND, 'ms'),
  seekSlackMs: integer(0, 30 * SECOND, 'ms'),
  resetWithinMs: integer(100, 10 * SECOND, 'ms'),
});

const multiWindow = object<PolicyPack['multiWindow']>({
  hiddenGraceMs: integer(0, MINUTE, 'ms'),
  unfocusedGraceMs: integer(0, MINUTE, 'ms'),
  secondSittingGraceMs: integer(0, MINUTE, 'ms'),
});

const popup = object<PolicyPack['popup']>({
  gapMaxMs: integer(20 * SECOND, 30 * MINUTE, 'ms'),
  dueMinMs: integer(SECOND, 30 * MINUTE, 'ms'),
  dueMaxMs: integer(SECOND, 30 * MINUTE, 'ms'),
  // Less than this a careful reader or a keyboard user cannot answer in.
  answerWindowMs: integer(5 * SECOND, 5 * MINUTE, 'ms'),
  deliveryGraceMs: integer(SECOND, 5 * MINUTE, 'ms'),
  codePermille: orAbsent(integer(0, 1_000, 'thousandths')),
});

const photo = object<PolicyPack['photo']>({
  answerWindowMs: integer(5 * SECOND, 5 * MINUTE, 'ms'),
  deliveryGraceMs: integer(SECOND, 5 * MINUTE, 'ms'),
  attemptsMax: integer(1, 32, 'requests'),
});

const liveness = object<PolicyPack['liveness']>({
  required: bool,
  // Never decided on a single frame, and one failure is a bad day.
  attempts: integer(2, 10, 'failures'),
  challengesMax: integer(1, 32, 'challenges'),
  answerWindowMs: integer(10 * SECOND, 5 * MINUTE, 'ms'),
  perLesson: integer(0, 8, 'instants'),
});

const hints = object<PolicyPack['hints']>({
  answersMin: integer(2, 1_000, 'answers'),
  regularSpreadMs: integer(0, SECOND, 'ms'),
  gridMs: integer(1, 10 * SECOND, 'ms'),
  gridToleranceMs: integer(0, SECOND, 'ms'),
  inhumanMs: integer(0, 2 * SECOND, 'ms'),
  guessedPermille: integer(0, 1_000, 'thousandths'),
  guessesMin: integer(2, 1_000, 'answers'),
  clockLagMs: integer(SECOND, HOUR, 'ms'),
});

const session = object<PolicyPack['session']>({
  resumeGraceMs: integer(SECOND, 4 * HOUR, 'ms'),
  lengthMaxMs: integer(MINUTE, SESSION_TIME_MAX_MS, 'ms'),
});

const duties = object<PolicyPack['duties']>({
  listingRequired: bool,
  approvalRequired: bool,
  spacingMonths: integer(0, 24, 'months'),
  onlineShareMaxPermille: integer(0, 1_000, 'thousandths'),
});

const sanctions = object<PolicyPack['sanctions']>({
  mode: oneOf(MODES),
  responseWindowDays: integer(1, 90, 'days'),
  banYears: integer(1, 20, 'years'),
  minSessions: integer(1, 1_000, 'sittings'),
  // Two at least: what one learner can forge must never ban a platform (rules §4).
  populationLearners: integer(2, 1_000, 'learners'),
  populationSharePermille: integer(1, 1_000, 'thousandths'),
  populationWindowMs: integer(HOUR, 31 * DAY, 'ms'),
});

const pack = object<PolicyPack>({
  id,
  version: text((value) => VERSION.test(value), 'a version such as 1 or 2.1'),
  source: id,
  clause,
  clauses: partialRecord(Object.keys(SUBJECTS) as ClauseSubject[], clause),
  effective: object<PolicyPack['effective']>({ from: date, to: orNull(date) }),
  zone: text(isZone, 'the name of a time zone such as Asia/Shanghai'),
  credit,
  fastForward,
  multiWindow,
  popup,
  photo,
  liveness,
  hints,
  offlineGraceMs: integer(0, 10 * MINUTE, 'ms'),
  session,
  duties,
  sanctions,
});

/**
 * Parses one pack. The result is a frozen copy with known members only; the error lists every fault at once.
 * @param value parsed JSON that nobody vouches for.
 */
export function parsePolicyPack(value: unknown): Result<PolicyPack, readonly Fault[]> {
  const faults: Fault[] = [];
  const parsed = pack(value, 'pack', faults);
  if (parsed === undefined) return { ok: false, error: faults };
  const incoherent = coherenceOf(parsed);
  return incoherent.length > 0 ? { ok: false, error: incoherent } : { ok: true, value: parsed };
}

/** Packs in one installation. */
export const PACKS_MAX = 64;

/**
 * Parses a set of packs that are to be chosen from by date: no id and version twice, and no two versions of an id in
 * effect on the same day.
 */
export function parsePackSet(values: readonly unknown[]): Result<readonly PolicyPack[], readonly Fault[]> {
  const faults: Fault[] = [];
  if (values.length > PACKS_MAX) {
    fault(faults, 'packs', `at most ${PACKS_MAX} packs`, String(values.length));
    return { ok: false, error: faults };
  }
  const packs: PolicyPack[] = [];
  values.forEach((value, index) => {
    const parsed = parsePolicyPack(value);
    if (!parsed.ok) {
      for (const { path, expected, got } of parsed.error)
        fault(faults, `packs[${index}].${path}`, expected, got);
      return;
    }
    const clash = packs.find((other) => other.id === parsed.value.id && clashes(other, parsed.value));
    if (clash !== undefined)
      fault(
        faults,
        `packs[${index}]`,
        `a version and days of its own for ${clash.id}`,
        `those of version ${clash.version}`,
      );
    packs.push(parsed.value);
  });
  return faults.length > 0 ? { ok: false, error: faults } : { ok: true, value: packs };
}

function clashes(a: PolicyPack, b: PolicyPack): boolean {
  const aFirst = a.effective.to === null || b.effective.from <= a.effective.to;
  const bFirst = b.effective.to === null || a.effective.from <= b.effective.to;
  return a.version === b.version || (aFirst && bFirst);
}
