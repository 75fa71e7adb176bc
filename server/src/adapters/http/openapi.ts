/** The OpenAPI 3.1 document, made from the schemas that the routes read with. Loaded only when somebody asks. */
import { ERROR_CODES } from '@zhenxue/protocol';
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import * as answers from './answers.ts';
import { identityPaths } from './openapi-identity.ts';
import * as inputs from './schemas.ts';

const KEY = [{ accessKey: [] }];
const KEY_OR_TOKEN = [{ accessKey: [] }, { consoleToken: [] }];

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(ERROR_CODES),
    detail: z.string(),
    banEndsOn: z.iso.date().optional().meta({ description: 'With `platform-banned`: last day of the ban.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });

const refusal = (description: string): ZodOpenApiResponseObject => ({
  description,
  content: { 'application/problem+json': { schema: problem } },
});

const problems = {
  '4XX': refusal('Refused; `code` says why.'),
  '5XX': refusal('Not at present; `code` says why.'),
};

function ok(
  schema: z.ZodType,
  status = '200',
  description = 'Done.',
): ZodOpenApiOperationObject['responses'] {
  return { [status]: { description, content: { 'application/json': { schema } } }, ...problems };
}

function json(schema: z.ZodType): NonNullable<ZodOpenApiOperationObject['requestBody']> {
  return { required: true, content: { 'application/json': { schema } } };
}

function platformSidePaths(): ZodOpenApiPathsObject {
  return {
    '/v1/tickets': {
      post: {
        operationId: 'issueTicket',
        summary: 'Ask for a single-use ticket for one learner and one lesson',
        security: KEY,
        requestBody: json(inputs.ticketRequest),
        responses: ok(answers.ticketIssued, '201', 'Issued.'),
      },
    },
    '/v1/tickets/check': {
      post: {
        operationId: 'checkTicket',
        summary: 'Learn why a ticket is refused; does not use it up',
        security: [],
        requestBody: json(inputs.ticketCheck),
        responses: { '204': { description: 'It would be accepted.' }, ...problems },
      },
    },
    '/v1/courses': {
      get: {
        operationId: 'listCourses',
        summary: "The platform's courses",
        security: KEY,
        responses: ok(answers.pageOf(answers.course)),
      },
    },
    '/v1/courses/{course}': {
      put: {
        operationId: 'registerCourse',
        summary: 'Create or replace a course',
        security: KEY,
        requestParams: { path: inputs.courseParams },
        requestBody: json(inputs.courseBody),
        responses: {
          '201': { description: 'Created.', content: { 'application/json': { schema: answers.course } } },
          ...ok(answers.course, '200', 'Replaced.'),
        },
      },
    },
  };
}

function sessionPaths(): ZodOpenApiPathsObject {
  const one = { requestParams: { path: inputs.sessionParams }, security: KEY_OR_TOKEN };
  return {
    '/v1/sessions': {
      get: {
        operationId: 'listSessions',
        summary: 'Sittings, newest first; a platform sees its own',
        security: KEY_OR_TOKEN,
        requestParams: { query: inputs.sessionQuery },
        responses: ok(answers.pageOf(answers.sessionSummary)),
      },
    },
    '/v1/sessions/{session}': {
      get: { operationId: 'getSession', summary: 'A sitting', ...one, responses: ok(answers.sessionDetail) },
    },
    '/v1/sessions/{session}/verdict': {
      get: { operationId: 'getVerdict', summary: 'Its verdict', ...one, responses: ok(answers.verdict) },
    },
    '/v1/sessions/{session}/timeline': {
      get: { operationId: 'getTimeline', summary: 'Its timeline', ...one, responses: ok(answers.timeline) },
    },
  };
}

function publicPaths(): ZodOpenApiPathsObject {
  return {
    '/v1/platforms': {
      get: {
        operationId: 'listPlatforms',
        summary: 'Platforms with their figures; for regulators',
        security: KEY_OR_TOKEN,
        responses: ok(answers.pageOf(answers.platformView)),
      },
    },
    '/v1/platforms/{platform}/status': {
      get: {
        operationId: 'getPlatformStatus',
        summary: 'Standing of a platform on a local date; public',
        security: [],
        requestParams: { path: inputs.platformParams, query: inputs.statusQuery },
        responses: ok(answers.platformStatus),
      },
    },
    '/v1/bans': {
      get: {
        operationId: 'listBans',
        summary: 'Bans; public',
        security: [],
        responses: ok(answers.pageOf(answers.banView)),
      },
    },
    '/v1/console/tokens': {
      post: {
        operationId: 'consoleLogin',
        summary: 'Exchange an access key for a short console token',
        security: KEY,
        responses: ok(answers.consoleToken, '201', 'Issued.'),
      },
    },
  };
}

/** The document; made anew at each call. */
export function openApiDocument(): ReturnType<typeof createDocument> {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Zhenxue 真学',
      version: '1',
      description:
        'Was this sitting genuinely studied? Times are epoch milliseconds unless a name says date.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: {
      ...platformSidePaths(),
      ...sessionPaths(),
      ...publicPaths(),
      ...identityPaths({ problems, key: KEY }),
    },
    components: {
      securitySchemes: {
        accessKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access key `zx_live_…` or `zx_test_…`.',
        },
        consoleToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A console token.',
        },
      },
    },
  });
}
