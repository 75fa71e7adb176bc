import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;
let files: string;

beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), 'zhenxue-files-'));
  for (const folder of ['sdk', 'console/assets', 'demo'])
    await mkdir(join(files, folder), { recursive: true });
  await writeFile(join(files, 'sdk/zhenxue.mjs'), 'export {};\n');
  await writeFile(join(files, 'console/index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(files, 'console/assets/app-1a2b.js'), 'void 0;\n');
  await writeFile(join(files, 'demo/index.html'), '<!doctype html><title>demo</title>');
  const [sdk, page, demo] = [join(files, 'sdk'), join(files, 'console'), join(files, 'demo')];
  await writeFile(join(files, 'demo/clip.json'), '{"durationMs":61000}');
  server = await startTestServer({ folders: { sdk, console: page, demo }, env: { ZHENXUE_DEMO: '1' } });
});

afterAll(async () => {
  await server.destroy();
  await rm(files, { recursive: true, force: true });
});

describe('errors', () => {
  const cases: readonly (readonly [string, string, string, unknown, number, string])[] = [
    ['malformed JSON', 'POST', '/v1/tickets', '{"learner":', 400, 'malformed-json'],
    ['an oversized body', 'POST', '/v1/tickets', `"${'x'.repeat(600_000)}"`, 413, 'payload-too-large'],
    ['a body of the wrong shape', 'POST', '/v1/tickets', { learner: { $ne: 1 } }, 400, 'invalid-request'],
    [
      'an unknown course',
      'POST',
      '/v1/tickets',
      { learner: 'l', course: 'no', lesson: 'no' },
      404,
      'lesson-unknown',
    ],
    ['an unknown path', 'GET', '/v1/nothing', undefined, 404, 'not-found'],
    ['an unknown asset', 'GET', '/console/assets/none.js', undefined, 404, 'not-found'],
    ['a path that climbs', 'GET', '/sdk/..%2f..%2fpackage.json', undefined, 404, 'not-found'],
    ['a bad escape', 'GET', '/v1/sessions/%E0%A4%A', undefined, 400, 'invalid-request'],
    ['a session id that is none', 'GET', '/v1/sessions/1', undefined, 400, 'invalid-request'],
    ['a foreign cursor', 'GET', '/v1/sessions?cursor=AAAA', undefined, 400, 'invalid-request'],
    ['a limit too high', 'GET', '/v1/sessions?limit=100000', undefined, 400, 'invalid-request'],
    [
      'a date that is none',
      'GET',
      '/v1/platforms/school-a/status?on=2026-02-30',
      undefined,
      400,
      'invalid-request',
    ],
    ['the wrong scope', 'GET', '/v1/platforms', undefined, 403, 'forbidden'],
  ];

  it.each(cases)(
    'given %s, then a problem with a stable code comes back',
    async (_n, method, path, body, status, code) => {
      const answer = await server.call(method, path, { key: server.platformKey, body });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
      expect(answer.body).toMatchObject({
        type: `urn:zhenxue:problem:${code}`,
        status,
        detail: expect.any(String),
      });
    },
  );

  it('given no key, an unknown key or a key in the wrong place, then the answer is 401', async () => {
    const wrong = [undefined, 'zx_live_unknown', 'not.a.token', 'x'.repeat(3_000)];
    for (const key of wrong) {
      const answer = await server.call('GET', '/v1/sessions', key === undefined ? {} : { key });
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    }
    const inUrl = await server.call('GET', `/v1/sessions?access_token=${server.platformKey}`);
    expect(inUrl.status).toBe(401);
  });
});

describe('tenants', () => {
  it("given another platform's sitting, then it does not exist, and its tickets cannot be asked for", async () => {
    const { session } = await server.ticket('tenant');
    for (const path of ['', '/verdict', '/timeline']) {
      const answer = await server.call('GET', `/v1/sessions/${session}${path}`, { key: server.otherKey });
      expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
      expect(
        (await server.call('GET', `/v1/sessions/${session}${path}`, { key: server.platformKey })).status,
      ).toBe(200);
      expect(
        (await server.call('GET', `/v1/sessions/${session}${path}`, { key: server.regulatorKey })).status,
      ).toBe(200);
    }
    const list = await server.call('GET', '/v1/sessions?platform=school-a', { key: server.otherKey });
    expect(list.body).toEqual({ items: [], next: null });
    const body = { learner: 'x', course: 'course-a', lesson: 'lesson-1' };
    expect((await server.call('POST', '/v1/tickets', { key: server.otherKey, body })).status).toBe(404);
  });

  it('given many sittings, when the pages are followed, then each appears once, newest first', async () => {
    for (let i = 0; i < 7; i += 1) {
      server.time.advance(1);
      await server.ticket(`paged-${i}`, 'lesson-2');
    }
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const path = `/v1/sessions?limit=3&course=course-a${cursor}`;
      const { body } = await server.call('GET', path, { key: server.platformKey });
      seen.push(...(body.items as { learner: string }[]).map(({ learner }) => learner));
      if (body.next === null) break;
      cursor = `&cursor=${String(body.next)}`;
    }
    expect(seen.slice(0, 3)).toEqual(['paged-6', 'paged-5', 'paged-4']);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('given an unlisted platform, then its tickets are refused', async () => {
    await server.running.putPlatform({ id: 'school-c', name: '丙校', listed: false });
    const scopes = ['tickets'] as const;
    const key = await server.running.createKey({ label: 'c', platform: 'school-c', scopes, mode: 'live' });
    const body = { learner: 'x', course: 'c', lesson: 'l' };
    expect(await server.call('POST', '/v1/tickets', { key, body })).toMatchObject({
      status: 403,
      body: { code: 'platform-unlisted' },
    });
  });
});

describe('the console login', () => {
  it('given an access key, then a short token reads what the key may read, until it expires', async () => {
    const login = await server.call('POST', '/v1/console/tokens', { key: server.regulatorKey });
    expect(login).toMatchObject({ status: 201, body: { role: 'regulator' } });
    const key = String(login.body.token);
    expect((await server.call('GET', '/v1/platforms', { key })).status).toBe(200);
    expect((await server.call('POST', '/v1/console/tokens', { key })).status).toBe(401);
    server.time.advance(1_800_000);
    expect((await server.call('GET', '/v1/platforms', { key })).status).toBe(401);
  });
});

describe('files and headers', () => {
  it('given the SDK, then any page may load it, and it carries an entity tag', async () => {
    const answer = await request(server.url).get('/sdk/zhenxue.mjs').expect(200);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      etag: expect.any(String),
    });
    expect(answer.headers['content-type']).toMatch(/javascript/);
    await request(server.url)
      .get('/sdk/zhenxue.mjs')
      .set('If-None-Match', String(answer.headers.etag))
      .expect(304);
  });

  it('given a route of the console, then its page comes back, uncached; assets are kept', async () => {
    const page = await request(server.url).get('/console/sessions/1').expect(200);
    expect(page.text).toContain('console');
    expect(page.headers['cache-control']).toBe('no-cache');
    const bare = await request(server.url).get('/console').expect(308);
    expect(bare.headers.location).toBe('/console/');
    const asset = await request(server.url).get('/console/assets/app-1a2b.js').expect(200);
    expect(asset.headers['cache-control']).toContain('immutable');
  });

  it('given any page, then the policy allows own scripts only, and workers and media from blobs', async () => {
    const page = await request(server.url).get('/console/').expect(200);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("worker-src 'self' blob:");
    expect(policy).toContain("media-src 'self' blob:");
    expect(policy).not.toContain('unsafe-eval');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
  });

  it('given a foreign page, then it may ask about a ticket and about nothing else', async () => {
    const origin = 'https://elsewhere.example';
    const check = await request(server.url).options('/v1/tickets/check').set('Origin', origin).expect(204);
    expect(check.headers['access-control-allow-origin']).toBe('*');
    expect(check.headers['access-control-allow-credentials']).toBeUndefined();
    for (const path of ['/v1/tickets', '/v1/sessions', '/v1/console/tokens', '/demo/api/console-token']) {
      const answer = await request(server.url).options(path).set('Origin', origin);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('given probes and the published keys and the API document, then all answer', async () => {
    await request(server.url).get('/livez').expect(200, { status: 'alive' });
    await request(server.url).get('/readyz').expect(200, { status: 'ready' });
    const metrics = await request(server.url).get('/metrics').expect(200);
    expect(metrics.text).toContain('zhenxue_ready 1');
    const jwks = await request(server.url).get('/.well-known/jwks.json').expect(200);
    expect(jwks.body.keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256' }]);
    expect(jwks.body.keys[0].d).toBeUndefined();
    const openApi = await request(server.url).get('/v1/openapi.json').expect(200);
    expect(openApi.body.openapi).toBe('3.1.0');
    expect(Object.keys(openApi.body.paths).length).toBe(21);
  });
});

describe('the demo platform', () => {
  it('given a local page, then its backend gets a ticket over HTTP and a regulator may look', async () => {
    const ticket = await server.call('POST', '/demo/api/ticket', { body: { lesson: 'lesson-1' } });
    expect(ticket).toMatchObject({ status: 201, body: { session: expect.any(String), resumed: false } });
    const console = await server.call('POST', '/demo/api/console-token');
    const key = String(console.body.token);
    const detail = await server.call('GET', `/v1/sessions/${String(ticket.body.session)}`, { key });
    expect(detail.body).toMatchObject({
      platform: 'demo-platform',
      learner: 'demo-learner',
      videoMs: 61_000,
    });
    const unknown = await server.call('POST', '/demo/api/ticket', { body: { lesson: 'lesson-9' } });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'lesson-unknown' } });
  });

  it('given a page that came by another name, then the demo backend refuses', async () => {
    const answer = await request(server.url).post('/demo/api/console-token').set('Host', 'evil.example');
    expect(answer.body).toMatchObject({ code: 'forbidden' });
    const proxied = await request(server.url)
      .post('/demo/api/console-token')
      .set('X-Forwarded-For', '127.0.0.1');
    expect(proxied.body).toMatchObject({ code: 'forbidden' });
  });
});
