/** Inputs of the part of the REST interface that concerns faces and consent. */
import { REF_PATTERN } from '@zhenxue/protocol';
import { z } from 'zod';

export { read } from './schemas.ts';

const ref = z.string().regex(REF_PATTERN, 'letters, digits and . _ : - (at most 64)');

/** Photos of an enrolment are numbered from 0; the application knows how many there may be. */
const PHOTO_NUMBER_MAX = 99;

/** A decision about a notice. */
export const consentBody: z.ZodType = z
  .object({
    notice: z.string().min(1).max(64).meta({ description: 'Version of the notice that was shown.' }),
    lang: z.enum(['zh-CN', 'en']),
    scopes: z
      .array(z.enum(['camera', 'comparison', 'evidence-photo']))
      .max(3)
      .meta({ description: 'What was agreed to; empty withdraws everything and starts erasure.' }),
  })
  .meta({ id: 'Consent' });

/** Body of `POST /v1/enrolments`. */
export const enrolmentRequest: z.ZodObject<{
  learner: z.ZodString;
  course: z.ZodString;
  consent: z.ZodOptional<z.ZodType>;
}> = z.object({ learner: ref, course: ref, consent: consentBody.optional() });

/** Path of one enrolment. */
export const enrolmentParams: z.ZodObject<{ enrolment: z.ZodUUID }> = z.object({ enrolment: z.uuid() });

/** Path of one photo of an enrolment. */
export const photoParams: z.ZodObject<{ enrolment: z.ZodUUID; n: z.ZodType<number> }> = z.object({
  enrolment: z.uuid(),
  n: z.coerce.number().int().min(0).max(PHOTO_NUMBER_MAX),
});

/** Path of a learner's course. */
export const learnerParams: z.ZodObject<{ learner: z.ZodString; course: z.ZodString }> = z.object({
  learner: ref,
  course: ref,
});
