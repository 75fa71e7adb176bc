import type { BanView, Problem, SessionDetail, TicketIssued, TicketRequest } from '@zhenxue/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectClient, openEvent, playing, type TestClient } from './support/client.ts';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(async () => {
  await server.destroy();
});

const LESSONS = ['lesson-1', 'lesson-2'].map((id) => ({ id, title: id, videoMs: 60_000 }));

async function ask(
  request: Partial<TicketRequest>,
  key: string = server.platformKey,
): Promise<{ status: number; body: Problem & TicketIssued }> {
  const body = { learner: 'learner-1', course: 'course-s', lesson: 'lesson-1', ...request };
  const answer = await server.call('POST', '/v1/tickets', { key, body });
  return { status: answer.status, body: answer.body as unknown as Problem & TicketIssued };
}

async function register(course: object, key: string = server.platformKey): Promise<number> {
  return (await server.call('PUT', '/v1/courses/course-s', { key, body: course })).status;
}

async function detailOf(client: TestClient): Promise<SessionDetail> {
  const path = `/v1/sessions/${client.welcome.session}`;
  return (await server.call('GET', path, { key: server.regulatorKey })).body as unknown as SessionDetail;
}

async function begin(ticket: string): Promise<TestClient> {
  const client = await connectClient(server.url, ticket);
  await client.send([openEvent(), { e: 'play', t: 0, m: 0, s: 1 }]);
  return client;
}

function violations(detail: SessionDetail): string[] {
  return detail.verdict.findings
    .filter((finding) => finding.severity === 'violation')
    .map((finding) => `${finding.rule}/${finding.kind}/${finding.attribution}`);
}

async function bans(): Promise<readonly BanView[]> {
  return (await server.call('GET', '/v1/bans')).body.items as BanView[];
}

describe('the order of lessons', () => {
  it('given a specialised course, then a later lesson is refused until the earlier ones are finished', async () => {
    expect(await register({ title: 'S', specialised: true, lessons: LESSONS })).toBe(201);
    const refused = await ask({ lesson: 'lesson-2' });
    expect([refused.status, refused.body.code]).toEqual([409, 'lesson-locked']);
    expect((await ask({ lesson: 'lesson-1' })).status).toBe(201);
  });

  it('given a general course, then any order is right', async () => {
    await register({ title: 'G', lessons: LESSONS });
    expect((await ask({ lesson: 'lesson-2' })).status).toBe(201);
  });

  it('given the platform overrides the check and the lesson is played, then it is the platform’s violation and ban', async () => {
    await register({ title: 'S', specialised: true, lessons: LESSONS });
    const { body } = await ask({ lesson: 'lesson-2', overrideOrder: true });
    const client = await begin(body.ticket);
    for (let t = 2_000; t <= 8_000; t += 2_000) {
      server.time.advance(2_000);
      await client.send([playing(t)]);
    }
    await client.closed;
    const detail = await detailOf(client);
    expect(violations(detail)).toEqual(['lesson-order/lesson-skipped/platform']);
    expect(await bans()).toMatchObject([{ platform: 'school-a', inForce: true }]);
    expect((await ask({ lesson: 'lesson-1' })).status).toBe(403);
  });
});

describe('one person in two places', () => {
  async function both(person: string | undefined, playedMs: number): Promise<[SessionDetail, SessionDetail]> {
    await register({ title: 'A', lessons: LESSONS });
    await register({ title: 'B', lessons: LESSONS }, server.otherKey);
    const who = person === undefined ? {} : { person };
    const here = await begin((await ask({ ...who, learner: 'a-1' })).body.ticket);
    const there = await begin((await ask({ ...who, learner: 'b-7' }, server.otherKey)).body.ticket);
    for (let t = 1_000; t <= playedMs; t += 1_000) {
      server.time.advance(1_000);
      await here.send([playing(t)]);
      await there.send([playing(t)]);
    }
    return [await detailOf(here), await detailOf(there)];
  }

  it('given two platforms that name the same person, then the time is credited once and the second sitting is found', async () => {
    const [here, there] = await both('person-42', 20_000);
    expect(here.creditedMs + there.creditedMs).toBeLessThanOrEqual(21_000);
    expect([...violations(here), ...violations(there)]).toContain('multi-window/second-sitting/learner');
  });

  it('given two platforms and nothing that links their learners, then both are credited', async () => {
    const [here, there] = await both(undefined, 9_000);
    expect([here.creditedMs, there.creditedMs]).toEqual([9_000, 9_000]);
    expect([...violations(here), ...violations(there)]).toEqual([]);
  });
});
