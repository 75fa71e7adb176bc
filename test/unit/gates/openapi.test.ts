import { describe, expect, it } from 'vitest';
import { lintOpenApi } from '../../../scripts/check-openapi.mjs';

/** The smallest document that meets the rules. */
const good = {
  openapi: '3.1.0',
  info: { title: 'Test', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
  servers: [{ url: '/' }],
  paths: {
    '/things': {
      get: {
        operationId: 'listThings',
        summary: 'Things',
        security: [],
        responses: { '200': { description: 'Done.' }, '4XX': { description: 'Refused.' } },
      },
    },
  },
};
const { get } = good.paths['/things'];

describe('the OpenAPI gate', () => {
  it('passes a complete document', async () => {
    expect(await lintOpenApi(good)).toEqual([]);
  });

  it.each([
    [
      'an operation without a refusal',
      { ...get, responses: { '200': get.responses['200'] } },
      'operation-4xx-response',
    ],
    [
      'an operation without security',
      { operationId: 'a', summary: 'A', responses: get.responses },
      'security-defined',
    ],
    [
      'a response without a description',
      { ...get, responses: { ...get.responses, '200': {} } },
      'description',
    ],
  ])('names %s', async (_name, broken, rule) => {
    const problems = await lintOpenApi({ ...good, paths: { '/things': { get: broken } } });
    expect(problems.join('\n')).toContain(rule);
  });

  it('names what is no OpenAPI document', async () => {
    expect((await lintOpenApi({ hello: 'world' })).length).toBeGreaterThan(0);
  });
});
