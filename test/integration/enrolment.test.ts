import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Picture, pictureOf, pretendFaces } from '../support/pretend-faces.ts';
import { enrolLearner, putPhoto } from './support/faces.ts';
import { startTestServer, type TestServer } from './support/server.ts';

const AGREED = { notice: 'camera-1', lang: 'zh-CN', scopes: ['camera', 'comparison', 'evidence-photo'] };

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer({ faces: pretendFaces() });
});

afterEach(async () => {
  await server.destroy();
});

async function begin(learner: string, consent: unknown = AGREED) {
  const body = { learner, course: 'course-a', ...(consent === null ? {} : { consent }) };
  const answer = await server.call('POST', '/v1/enrolments', { key: server.platformKey, body });
  expect(answer.status).toBe(201);
  return answer.body as { enrolment: string; ticket: string; photosMin: number };
}

const photo = (enrolment: string, ticket: string, n: number, picture: Picture) =>
  putPhoto(server, enrolment, ticket, n, pictureOf(picture));

describe('an enrolment', () => {
  it('given three photos of one person, then it is complete, and its ticket is void', async () => {
    const { enrolment, ticket, photosMin } = await begin('learner-1');
    expect(photosMin).toBe(3);
    for (const n of [0, 1, 2])
      expect((await photo(enrolment, ticket, n, { shot: n })).body).toEqual({
        accepted: true,
        photos: n + 1,
      });
    const path = `/v1/enrolments/${enrolment}`;
    const done = await server.call('POST', `${path}/complete`, { key: ticket });
    expect(done).toMatchObject({ status: 200, body: { status: 'complete', photos: 3 } });
    expect((await photo(enrolment, ticket, 3, {})).body).toMatchObject({ code: 'ticket-used' });
    const view = await server.call('GET', path, { key: server.platformKey });
    expect(view.body).toMatchObject({ status: 'complete', photos: 3 });
  });

  it('given a bad picture, then the answer says what to change, and nothing is stored', async () => {
    const { enrolment, ticket } = await begin('learner-1');
    const dark = await photo(enrolment, ticket, 0, { brightness: 10 });
    expect(dark.body).toMatchObject({
      accepted: false,
      problem: 'too-dark',
      text: { en: expect.any(String) },
    });
    expect((await photo(enrolment, ticket, 0, { count: 2 })).body).toMatchObject({
      problem: 'several-faces',
    });
    const view = await server.call('POST', `/v1/enrolments/${enrolment}/complete`, { key: ticket });
    expect(view.body).toMatchObject({ status: 'open', photos: 0, problem: 'too-few-photos' });
  });

  it('given one photo of somebody else, then that one is named', async () => {
    const { enrolment, ticket } = await begin('learner-1');
    for (const n of [0, 1, 2]) await photo(enrolment, ticket, n, { person: n === 1 ? 5 : 0, shot: n });
    const answer = await server.call('POST', `/v1/enrolments/${enrolment}/complete`, { key: ticket });
    expect(answer.body).toMatchObject({ status: 'open', problem: 'different-people', photo: 1 });
  });

  it('given no consent, then no photo is taken; given it on the page, then it is', async () => {
    const { enrolment, ticket } = await begin('learner-1', null);
    expect(await photo(enrolment, ticket, 0, {})).toMatchObject({
      status: 403,
      body: { code: 'consent-required' },
    });
    const told = await server.call('POST', `/v1/enrolments/${enrolment}/consent`, {
      key: ticket,
      body: AGREED,
    });
    expect(told.status).toBe(204);
    expect((await photo(enrolment, ticket, 0, {})).body).toMatchObject({ accepted: true });
    const path = '/v1/learners/learner-1/courses/course-a/consent';
    const ledger = await server.call('GET', path, { key: server.platformKey });
    const hash = expect.stringMatching(/^[\w-]{43}$/);
    expect(ledger.body).toMatchObject({ items: [{ via: 'page', notice: 'camera-1', noticeHash: hash }] });
  });

  it("given another platform's key or another enrolment's ticket, then it is refused", async () => {
    const mine = await begin('learner-1');
    const other = await begin('learner-2');
    const path = `/v1/enrolments/${mine.enrolment}`;
    expect(await server.call('GET', path, { key: server.otherKey })).toMatchObject({ status: 404 });
    expect(await server.call('GET', path, { key: other.ticket })).toMatchObject({ status: 401 });
    expect(await server.call('GET', path, {})).toMatchObject({ status: 401 });
  });

  it('given the same face under another name, then both are enrolled and a person may look', async () => {
    await enrolLearner(server, 'learner-1', { person: 3 });
    await enrolLearner(server, 'learner-2', { person: 3 });
    await enrolLearner(server, 'learner-3', { person: 4 });
    const { body } = await server.call('GET', '/v1/reviews', { key: server.regulatorKey });
    const items = body.items as readonly { subject: { learner: string } }[];
    expect(items.map(({ subject }) => subject.learner)).toEqual(['learner-2']);
    expect(items[0]).toMatchObject({ kind: 'same-face', others: [{ subject: { learner: 'learner-1' } }] });
  });

  it('given a second enrolment, then the first stays in the history as replaced', async () => {
    const first = await enrolLearner(server, 'learner-1', {});
    const second = await enrolLearner(server, 'learner-1', {});
    const view = async (id: string) =>
      (await server.call('GET', `/v1/enrolments/${id}`, { key: server.platformKey })).body.status;
    expect([await view(first), await view(second)]).toEqual(['replaced', 'complete']);
  });
});
