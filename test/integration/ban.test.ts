import type { BanView, SessionDetail } from '@zhenxue/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectClient, openEvent, playing, refusalOf, type TestClient } from './support/client.ts';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(async () => {
  await server.destroy();
});

/** Plays on at 1× and lets no popup appear, as a page that removes them does. */
async function suppressPopups(learner: string, lesson = 'lesson-1'): Promise<TestClient> {
  const client = await connectClient(server.url, (await server.ticket(learner, lesson)).ticket);
  await client.send([openEvent(), { e: 'play', t: 0, m: 0, s: 1 }]);
  for (let t = 2_000; t <= 58_000; t += 2_000) {
    server.time.advance(2_000);
    const ack = await client.send([playing(t)]);
    if (!ack.ok) break;
  }
  return client;
}

async function detailOf(client: TestClient): Promise<SessionDetail> {
  const path = `/v1/sessions/${client.welcome.session}`;
  return (await server.call('GET', path, { key: server.regulatorKey })).body as unknown as SessionDetail;
}

async function bans(): Promise<readonly BanView[]> {
  return (await server.call('GET', '/v1/bans')).body.items as BanView[];
}

const NEXT_TICKET = { learner: 'learner-9', course: 'course-a', lesson: 'lesson-1' };

describe('population evidence', () => {
  it('given one learner whose page suppresses popups, then the sitting is invalid and nobody is banned', async () => {
    const client = await suppressPopups('learner-1');
    const detail = await detailOf(client);
    expect(detail.outcome).toBe('invalid');
    const found = detail.verdict.findings.filter(({ kind }) => kind === 'popup-suppressed');
    expect(found[0]).toMatchObject({ rule: 'popup-interval', severity: 'violation', attribution: 'unknown' });
    expect(await bans()).toEqual([]);
    // Again and again the same learner: still one.
    await suppressPopups('learner-1', 'lesson-2');
    expect(await bans()).toEqual([]);
  });

  it('given a second learner of the same lesson, then the platform is banned from the local date of the first violation', async () => {
    const first = await suppressPopups('learner-1');
    // Past midnight in Shanghai before the second: the ban still starts on the day of the violation.
    server.time.advance(20 * 3_600_000);
    const bystander = await connectClient(server.url, (await server.ticket('learner-3', 'lesson-2')).ticket);
    const second = await suppressPopups('learner-2');
    await second.closed;
    await bystander.closed;
    expect(bystander.directives.at(-1)).toMatchObject({ kind: 'end', reason: 'banned' });

    const [ban, ...others] = await bans();
    expect(others).toEqual([]);
    expect(ban).toMatchObject({
      platform: 'school-a',
      platformName: '甲校',
      startsOn: '2026-11-23',
      endsOn: '2028-11-23',
      zone: 'Asia/Shanghai',
      inForce: true,
      finding: { kind: 'popup-suppressed', violationDate: '2026-11-23', clause: 'zz-2022-2:20(3)' },
    });
    const cited = new Set(ban?.finding.cites.map(({ session }) => session));
    expect(cited).toEqual(new Set([first.welcome.session, second.welcome.session]));
    expect(await detailOf(bystander)).toMatchObject({ ended: 'banned', outcome: 'incomplete' });

    const refused = await server.call('POST', '/v1/tickets', { key: server.platformKey, body: NEXT_TICKET });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'platform-banned', banEndsOn: '2028-11-23' },
    });
    const resumed = ['zhenxue.v1', `ticket.${bystander.welcome.resumeToken}`];
    expect(await refusalOf(server.url, resumed)).toMatchObject({ body: 'platform-banned' });
  });

  it('given a ban, then its standing on a date is public, and it is over after its last day', async () => {
    await suppressPopups('learner-1');
    await (await suppressPopups('learner-2')).closed;
    const status = async (on: string) =>
      (await server.call('GET', `/v1/platforms/school-a/status?on=${on}`)).body.banned;
    expect(await status('2026-11-22')).toBe(false);
    expect(await status('2026-11-23')).toBe(true);
    expect(await status('2028-11-23')).toBe(true);
    expect(await status('2028-11-24')).toBe(false);
    const { dir, time } = server;
    await server.stop();
    server = await startTestServer({ dir, time });
    const refused = await server.call('POST', '/v1/tickets', { key: server.platformKey, body: NEXT_TICKET });
    expect(refused.status).toBe(403);
    time.advance(732 * 86_400_000);
    const admitted = await server.call('POST', '/v1/tickets', { key: server.platformKey, body: NEXT_TICKET });
    expect(admitted.status).toBe(201);
  });
});
