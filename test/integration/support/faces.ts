import { type Picture, pictureOf } from '../../support/pretend-faces.ts';
import type { TestServer } from './server.ts';

/** A decision for everything. */
export const AGREED = {
  notice: 'camera-1',
  lang: 'zh-CN',
  scopes: ['camera', 'comparison', 'evidence-photo'],
} as const;

/** Sends the bytes of one photo. */
export async function putPhoto(
  server: TestServer,
  enrolment: string,
  ticket: string,
  n: number,
  bytes: Uint8Array,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${server.url}/v1/enrolments/${enrolment}/photos/${n}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ticket}`, 'content-type': 'image/jpeg' },
    body: Buffer.from(bytes),
  });
  return { status: answer.status, body: await answer.json() };
}

/** Enrols a learner of the course with three photos. @returns the enrolment's id. */
export async function enrolLearner(
  server: TestServer,
  learner: string,
  who: Picture | readonly Uint8Array[],
): Promise<string> {
  const body = { learner, course: 'course-a', consent: AGREED };
  const begun = await server.call('POST', '/v1/enrolments', { key: server.platformKey, body });
  const { enrolment, ticket } = begun.body as { enrolment: string; ticket: string };
  const photos = Array.isArray(who)
    ? (who as readonly Uint8Array[])
    : [0, 1, 2].map((shot) => pictureOf({ ...(who as Picture), shot }));
  for (const [n, bytes] of photos.entries()) {
    const answer = await putPhoto(server, enrolment, ticket, n, bytes);
    if (answer.status !== 200 || !(answer.body as { accepted: boolean }).accepted)
      throw new Error(`expected photo ${n} to be taken, got ${JSON.stringify(answer.body)}`);
  }
  const done = await server.call('POST', `/v1/enrolments/${enrolment}/complete`, { key: ticket });
  if (done.body.status !== 'complete')
    throw new Error(`expected an enrolment, got ${JSON.stringify(done.body)}`);
  return enrolment;
}
