/** Inputs of the REST interface. The OpenAPI document is made from the same schemas. */
import {
  COURSE_LESSONS_MAX,
  MEDIA_TIME_MAX_MS,
  type Outcome,
  PAGE_ITEMS_MAX,
  REF_PATTERN,
} from '@zhenxue/protocol';
import { z } from 'zod';
import { Refusal } from '../../app/failure.ts';

/** Controls that exist. */
const CONTROLS = 3;
/** Characters of a title. */
const TITLE_CHARS_MAX = 200;
/** Characters of a token in a body. */
const TOKEN_CHARS_MAX = 2_048;
/** Characters of a cursor. */
const CURSOR_CHARS_MAX = 200;
/** Sessions on a page when nothing is said. */
const PAGE_ITEMS_DEFAULT = 50;
/** Epoch ms of the year 9999: later instants are mistakes. */
const INSTANT_MAX_MS = 253_402_300_799_999;

const ref = z.string().regex(REF_PATTERN, 'letters, digits and . _ : - (at most 64)');
const title = z.string().min(1).max(TITLE_CHARS_MAX);
const instant = z.coerce.number().int().min(0).max(INSTANT_MAX_MS);
const date = z.iso.date();
const OUTCOMES = ['in_progress', 'valid', 'invalid', 'undetermined', 'incomplete'] as const;

/** Body of `POST /v1/tickets`. */
export const ticketRequest: z.ZodObject<{
  learner: z.ZodString;
  course: z.ZodString;
  lesson: z.ZodString;
  guard: z.ZodOptional<z.ZodEnum<{ enforce: 'enforce'; observe: 'observe' }>>;
  person: z.ZodOptional<z.ZodString>;
  overrideOrder: z.ZodOptional<z.ZodBoolean>;
  controlsOff: z.ZodOptional<z.ZodArray<z.ZodEnum<{ popup: 'popup'; photo: 'photo'; liveness: 'liveness' }>>>;
}> = z.object({
  learner: ref.meta({ description: 'Pseudonymous learner reference; never a name or an ID number.' }),
  course: ref,
  lesson: ref,
  guard: z.enum(['enforce', 'observe']).optional(),
  person: ref.optional().meta({
    description: "The learner's pseudonym in the supervision platform, the same on every platform.",
  }),
  overrideOrder: z
    .boolean()
    .optional()
    .meta({ description: 'Skip the order check of a specialised course: a violation once it is played.' }),
  controlsOff: z
    .array(z.enum(['popup', 'photo', 'liveness']))
    .max(CONTROLS)
    .optional()
    .meta({
      description: 'Required controls not wanted; asked for all the same, and a violation once played.',
    }),
});

/** Body of `POST /v1/tickets/check`. */
export const ticketCheck: z.ZodObject<{ ticket: z.ZodString }> = z.object({
  ticket: z.string().max(TOKEN_CHARS_MAX),
});

/** Path of one course. */
export const courseParams: z.ZodObject<{ course: z.ZodString }> = z.object({ course: ref });

/** Body of `PUT /v1/courses/{course}`. */
export const courseBody: z.ZodObject<{
  title: z.ZodString;
  specialised: z.ZodOptional<z.ZodBoolean>;
  lessons: z.ZodArray<z.ZodObject<{ id: z.ZodString; title: z.ZodString; videoMs: z.ZodNumber }>>;
}> = z.object({
  title,
  specialised: z.boolean().optional(),
  lessons: z
    .array(z.object({ id: ref, title, videoMs: z.number().int().min(1).max(MEDIA_TIME_MAX_MS) }))
    .min(1)
    .max(COURSE_LESSONS_MAX),
});

/** Path of one sitting. */
export const sessionParams: z.ZodObject<{ session: z.ZodUUID }> = z.object({ session: z.uuid() });

/** Query of `GET /v1/sessions`. */
export const sessionQuery: z.ZodObject<{
  platform: z.ZodOptional<z.ZodString>;
  learner: z.ZodOptional<z.ZodString>;
  course: z.ZodOptional<z.ZodString>;
  outcome: z.ZodOptional<z.ZodType<Outcome>>;
  openedFrom: z.ZodOptional<z.ZodType<number>>;
  openedBefore: z.ZodOptional<z.ZodType<number>>;
  limit: z.ZodType<number>;
  cursor: z.ZodOptional<z.ZodString>;
}> = z.object({
  platform: ref.optional(),
  learner: ref.optional(),
  course: ref.optional(),
  outcome: z.enum(OUTCOMES).optional(),
  openedFrom: instant.optional(),
  openedBefore: instant.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_ITEMS_MAX).default(PAGE_ITEMS_DEFAULT),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
});

/** Path of one platform. */
export const platformParams: z.ZodObject<{ platform: z.ZodString }> = z.object({ platform: ref });

/** Query of `GET /v1/platforms/{platform}/status`. */
export const statusQuery: z.ZodObject<{ on: z.ZodOptional<z.ZodISODate> }> = z.object({
  on: date.optional(),
});

/** Body of `POST /demo/api/ticket`. */
export const demoTicket: z.ZodObject<{ learner: z.ZodOptional<z.ZodString>; lesson: z.ZodString }> = z.object(
  { learner: ref.optional(), lesson: ref },
);

/**
 * Reads an input.
 * @param where names the part of the request in the refusal: `body`, `query`, `path`.
 * @throws Refusal `invalid-request` that says what was expected where, never what came.
 */
export function read<T>(schema: z.ZodType<T>, where: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 5).map((issue) => {
    const at = [where, ...issue.path.map(String)].join('.');
    return `${at}: ${issue.message}`;
  });
  throw new Refusal('invalid-request', problems.join('; '));
}

/** Without the members that are undefined: absent and undefined are two things under exact optional types. */
export function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> };
}
