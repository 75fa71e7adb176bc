/** The part of the OpenAPI document that concerns faces and consent. */
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import * as inputs from './schemas-identity.ts';

const at = z.int().min(0).meta({ description: 'Epoch ms.' });
const bilingual = z.object({ zh: z.string(), en: z.string() });

const issued = z
  .object({ enrolment: z.uuid(), ticket: z.string(), expiresAt: at, photosMin: z.int() })
  .meta({ id: 'EnrolmentIssued' });

const view = z
  .object({
    enrolment: z.uuid(),
    status: z.enum(['open', 'complete', 'replaced', 'erased']),
    photos: z.int(),
    photosMin: z.int(),
    expiresAt: at,
    completedAt: at.nullable(),
    problem: z.enum(['too-few-photos', 'photo-unusable', 'different-people']).optional(),
    photo: z.int().nullable().optional(),
  })
  .meta({ id: 'Enrolment' });

const photo = z
  .object({
    accepted: z.boolean(),
    photos: z.int().optional(),
    problem: z.string().optional().meta({ description: 'What the person can change, such as `too-dark`.' }),
    text: bilingual.optional(),
  })
  .meta({ id: 'EnrolmentPhoto' });

const list = z.object({ items: z.array(z.record(z.string(), z.unknown())), next: z.null() });
const anything = z.record(z.string(), z.unknown());

/** How the document words refusals and security. */
export interface OperationParts {
  readonly problems: NonNullable<ZodOpenApiOperationObject['responses']>;
  readonly key: NonNullable<ZodOpenApiOperationObject['security']>;
}

const json = (schema: z.ZodType) => ({ content: { 'application/json': { schema } } });

/** Words shared by all operations. */
function wordsOf({ problems, key }: OperationParts) {
  return {
    ok: (schema: z.ZodType, status = '200') => ({
      [status]: { description: 'Done.', ...json(schema) },
      ...problems,
    }),
    done: { '204': { description: 'Written down.' }, ...problems },
    operation: (operationId: string, summary: string) => ({ operationId, summary, security: key }),
  };
}

/** Paths of enrolment, consent, export and review. */
export function identityPaths(parts: OperationParts): ZodOpenApiPathsObject {
  return { ...enrolmentPaths(parts), ...learnerPaths(parts) };
}

function enrolmentPaths(parts: OperationParts): ZodOpenApiPathsObject {
  const { ok, done, operation } = wordsOf(parts);
  const enrolment = { path: inputs.enrolmentParams };
  return {
    '/v1/enrolments': {
      post: {
        ...operation('openEnrolment', 'Begin an enrolment of one learner in one course'),
        requestBody: { required: true, ...json(inputs.enrolmentRequest) },
        responses: ok(issued, '201'),
      },
    },
    '/v1/enrolments/{enrolment}': {
      get: {
        ...operation('enrolment', 'How an enrolment stands'),
        requestParams: enrolment,
        responses: ok(view),
      },
    },
    '/v1/enrolments/{enrolment}/consent': {
      post: {
        ...operation('enrolmentConsent', "The learner's decision about the notice"),
        requestParams: enrolment,
        requestBody: { required: true, ...json(inputs.consentBody) },
        responses: done,
      },
    },
    '/v1/enrolments/{enrolment}/photos/{n}': {
      put: {
        ...operation('enrolmentPhoto', 'Give one photo; a bad one is answered with what to change'),
        requestParams: { path: inputs.photoParams },
        requestBody: {
          required: true,
          content: { 'image/jpeg': { schema: z.string().meta({ format: 'binary' }) } },
        },
        responses: ok(photo),
      },
    },
    '/v1/enrolments/{enrolment}/complete': {
      post: {
        ...operation('completeEnrolment', 'Make the template of the photos given'),
        requestParams: enrolment,
        responses: ok(view),
      },
    },
  };
}

function learnerPaths(parts: OperationParts): ZodOpenApiPathsObject {
  const { ok, done, operation } = wordsOf(parts);
  const learner = { path: inputs.learnerParams };
  return {
    '/v1/learners/{learner}/courses/{course}/consent': {
      get: {
        ...operation('consents', 'Every decision of a learner about the notice, oldest first'),
        requestParams: learner,
        responses: ok(list),
      },
      put: {
        ...operation('putConsent', 'A decision that the platform asked for; an empty list of scopes erases'),
        requestParams: learner,
        requestBody: { required: true, ...json(inputs.consentBody) },
        responses: done,
      },
    },
    '/v1/learners/{learner}/courses/{course}/export': {
      get: {
        ...operation('exportLearner', 'Everything stored about a learner, own photos included'),
        requestParams: learner,
        responses: ok(anything),
      },
    },
    '/v1/reviews': {
      get: { ...operation('reviews', 'Faces for a person to look at, newest first'), responses: ok(list) },
    },
    '/v1/face-subjects': {
      get: {
        ...operation('faceSubjects', 'Number of people whose faces are stored, and what would be filed'),
        responses: ok(anything),
      },
    },
  };
}
