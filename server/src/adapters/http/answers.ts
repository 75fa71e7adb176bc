/** Answers of the REST interface as schemas, for the OpenAPI document; the types of the protocol are the contract. */
import type {
  BanView,
  Course,
  PlatformStatus,
  SessionDetail,
  TicketIssued,
  Timeline,
} from '@zhenxue/protocol';
import { z } from 'zod';

const ms = z.int().min(0);
const at = z.int().min(0).meta({ description: 'Epoch ms.' });
const date = z.iso.date();
const pair = z.tuple([z.int(), z.int()]);
const bilingual = z.object({ zh: z.string(), en: z.string() });
const endReason = z.enum(['completed', 'left', 'expired', 'banned', 'closed']);
const outcome = z.enum(['in_progress', 'valid', 'invalid', 'undetermined', 'incomplete']);

/** A page of items. */
export function pageOf(item: z.ZodType): z.ZodType {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** Answer of `POST /v1/tickets`. */
export const ticketIssued: z.ZodType<TicketIssued> = z
  .object({ session: z.uuid(), ticket: z.string(), expiresAt: at, resumed: z.boolean() })
  .meta({ id: 'TicketIssued' });

/** A course. */
export const course: z.ZodType<Course> = z
  .object({
    id: z.string(),
    title: z.string(),
    specialised: z.boolean().exactOptional(),
    lessons: z.array(z.object({ id: z.string(), title: z.string(), videoMs: ms })),
  })
  .meta({ id: 'Course' });

const finding = z
  .object({
    id: z.string(),
    rule: z.string(),
    kind: z.string(),
    severity: z.enum(['violation', 'gap', 'hint']),
    attribution: z.enum(['learner', 'platform', 'unknown']),
    attributionReason: bilingual,
    clause: z.string(),
    span: z.object({ fromAt: at, toAt: at, fromT: ms, toT: ms, fromM: ms, toM: ms }),
    claimed: z.int().nullable(),
    measured: z.int().nullable(),
    reason: bilingual,
    evidence: z.array(z.object({ seq: z.int(), index: z.int() })),
  })
  .meta({ id: 'Finding' });

const popup = z.object({
  id: z.string(),
  atCreditedMs: ms,
  issuedAt: at,
  shownAt: at.nullable(),
  answeredAt: at.nullable(),
  deadlineAt: at,
});

const classHour = z.object({
  hour: z.int(),
  fromCreditedMs: ms,
  toCreditedMs: ms,
  photo: z.string().nullable(),
});

/** The verdict of a sitting. */
export const verdict: z.ZodType = z
  .object({
    session: z.uuid(),
    outcome,
    final: z.boolean(),
    pack: z.object({ id: z.string(), version: z.string(), hash: z.string() }),
    ended: endReason.nullable(),
    creditedMs: ms,
    coveragePermille: z.int(),
    credited: z.array(pair),
    popups: z.array(popup),
    classHours: z.array(classHour),
    findings: z.array(finding),
    makeUp: bilingual.nullable(),
  })
  .meta({ id: 'Verdict' });

const summaryShape = {
  session: z.uuid(),
  platform: z.string(),
  learner: z.string(),
  course: z.string(),
  lesson: z.string(),
  lessonTitle: z.string(),
  openedAt: at,
  endedAt: at.nullable(),
  ended: endReason.nullable(),
  outcome,
  creditedMs: ms,
  coveragePermille: z.int(),
  violations: z.int(),
  packId: z.string(),
} satisfies Readonly<Record<Exclude<keyof SessionDetail, 'videoMs' | 'verdict'>, z.ZodType>>;

/** A row of the list of sittings. */
export const sessionSummary: z.ZodType = z.object(summaryShape).meta({ id: 'SessionSummary' });

/** One sitting. */
export const sessionDetail: z.ZodType = z
  .object({ ...summaryShape, videoMs: ms, verdict })
  .meta({ id: 'SessionDetail' });

/** The timeline of a sitting. */
export const timeline: z.ZodType = z
  .object({
    session: z.uuid(),
    openedAt: at,
    endedAt: at.nullable(),
    videoMs: ms,
    points: z.array(z.tuple([z.int(), z.int(), z.boolean()])),
    hidden: z.array(pair),
    unfocused: z.array(pair),
    offline: z.array(pair),
    popups: z.array(popup),
    photos: z.array(z.object({ id: z.string(), requestedAt: at, storedAt: at.nullable() })),
    findings: z.array(finding),
  } satisfies Readonly<Record<keyof Timeline, z.ZodType>>)
  .meta({ id: 'Timeline' });

const term = z.object({ startsOn: date, endsOn: date }).nullable();

/** A platform as listed. */
export const platformView: z.ZodType = z
  .object({
    id: z.string(),
    name: z.string(),
    listed: z.boolean(),
    sessions: z.int(),
    invalid: z.int(),
    ban: term,
  })
  .meta({ id: 'PlatformView' });

/** Public standing of a platform. */
export const platformStatus: z.ZodType = z
  .object({
    platform: z.string(),
    name: z.string(),
    on: date,
    zone: z.string(),
    listed: z.boolean(),
    banned: z.boolean(),
    ban: term,
  } satisfies Readonly<Record<keyof PlatformStatus, z.ZodType>>)
  .meta({ id: 'PlatformStatus' });

const platformFinding = z
  .object({
    id: z.string(),
    platform: z.string(),
    kind: z.string(),
    clause: z.string(),
    violationDate: date,
    foundAt: at,
    reason: bilingual,
    cites: z.array(z.object({ session: z.uuid(), finding: z.string() })),
  })
  .meta({ id: 'PlatformFinding' });

/** A ban as listed. */
export const banView: z.ZodType = z
  .object({
    id: z.string(),
    platform: z.string(),
    platformName: z.string(),
    startsOn: date,
    endsOn: date,
    zone: z.string(),
    imposedAt: at,
    inForce: z.boolean(),
    mode: z.literal('automatic'),
    finding: platformFinding,
  } satisfies Readonly<Record<keyof BanView, z.ZodType>>)
  .meta({ id: 'BanView' });

/** A console token. */
export const consoleToken: z.ZodType = z
  .object({ token: z.string(), expiresAt: at, role: z.enum(['regulator', 'platform']), name: z.string() })
  .meta({ id: 'ConsoleToken' });
