import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Picture, pictureOf, pretendFaces } from '../support/pretend-faces.ts';
import { connectClient, openEvent, type TestClient } from './support/client.ts';
import {
  type Camera,
  decide,
  doChallenge,
  facePack,
  type Lesson,
  play,
  sendFrame,
  startChallenge,
} from './support/face-lesson.ts';
import { AGREED, enrolLearner } from './support/faces.ts';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer({ faces: pretendFaces(), pack: facePack() });
});

afterEach(async () => {
  await server.destroy();
});

/** A person who does what is asked. */
function sitter(picture: Picture): Camera {
  return (step, part) => {
    const pose: Picture = { ...picture };
    if (step === 'turn-left') return pictureOf({ ...pose, turn: 32 * part });
    if (step === 'turn-right') return pictureOf({ ...pose, turn: -32 * part });
    if (step === 'open-mouth') return pictureOf({ ...pose, mouth: 0.35 * part });
    if (step === 'close-eyes') return pictureOf({ ...pose, eyes: part > 0.5 ? 0.05 : 0.35 });
    return pictureOf(pose);
  };
}

let shots = 10;
function lessonOf(picture: Picture): Lesson {
  const photo = () => {
    shots += 1;
    return pictureOf({ ...picture, shot: shots });
  };
  return { m: 0, t: 0, camera: sitter(picture), photo, met: [] };
}

async function sitDown(learner = 'learner-1'): Promise<TestClient> {
  const { ticket } = await server.ticket(learner);
  const client = await connectClient(server.url, ticket);
  await client.send([openEvent()]);
  return client;
}

async function verdictOf(client: TestClient) {
  const path = `/v1/sessions/${client.welcome.session}/verdict`;
  const { body } = await server.call('GET', path, { key: server.platformKey });
  return body as {
    outcome: string;
    makeUp: unknown;
    creditedMs: number;
    findings: readonly { rule: string; kind: string; severity: string }[];
  };
}

describe('a lesson with faces', () => {
  it('given the enrolled learner, then challenges and photos are met and the verdict is valid', async () => {
    await enrolLearner(server, 'learner-1', {});
    const client = await sitDown();
    expect(await decide(client, AGREED.scopes)).toEqual({ ok: true });
    const lesson = lessonOf({});
    await play(server, client, lesson);
    await client.closed;
    const verdict = await verdictOf(client);
    expect(verdict).toMatchObject({ outcome: 'valid', makeUp: null });
    expect(verdict.findings.filter(({ severity }) => severity !== 'hint')).toEqual([]);
    expect(lesson.met.filter((id) => id.startsWith('l'))).toEqual(['l1', 'l1:met', 'l2', 'l2:met']);
    expect(lesson.met.filter((id) => id.startsWith('f'))).toHaveLength(2);
  });

  it('given a learner who refuses the camera, then nothing is credited, the make-up is named, and nobody is accused', async () => {
    await enrolLearner(server, 'learner-1', {});
    const client = await sitDown();
    await client.directive('liveness');
    expect(await decide(client, [])).toEqual({ ok: true });
    await client.send([{ e: 'play', t: 0, m: 0, s: 1 }]);
    for (let m = 2_000; m <= 20_000; m += 2_000) {
      server.time.advance(2_000);
      await client.send([{ e: 'beat', t: m, m, s: 1 }]);
    }
    client.close();
    await server.everybodyLeft();
    server.time.advance(24 * 3_600_000);
    const verdict = await verdictOf(client);
    expect(verdict).toMatchObject({
      outcome: 'undetermined',
      creditedMs: 0,
      makeUp: { en: expect.any(String) },
    });
    expect(verdict.findings.map(({ kind, severity }) => [kind, severity])).toContainEqual([
      'liveness-missing',
      'gap',
    ]);
    expect(verdict.findings.some(({ severity }) => severity === 'violation')).toBe(false);
  });

  it('given another person who sits down half-way, then the sitting is invalid, and only after repetition', async () => {
    await enrolLearner(server, 'learner-1', {});
    const client = await sitDown();
    await decide(client, AGREED.scopes);
    const lesson = lessonOf({});
    await play(server, client, lesson, 2_000);
    expect((await verdictOf(client)).outcome).toBe('in_progress');
    const other = lessonOf({ person: 9 });
    lesson.camera = other.camera;
    lesson.photo = other.photo;
    const atFirst: string[] = [];
    lesson.camera = async (step, part) => {
      if (atFirst.length === 0) atFirst.push((await verdictOf(client)).outcome);
      return other.camera(step, part);
    };
    await play(server, client, lesson);
    const verdict = await verdictOf(client);
    expect(atFirst).toEqual(['in_progress']);
    expect(verdict.outcome).toBe('invalid');
    const violations = verdict.findings.filter(({ severity }) => severity === 'violation');
    expect(new Set(violations.map(({ rule, kind }) => `${rule} ${kind}`))).toEqual(
      new Set(['liveness-match other-person']),
    );
    expect(lesson.met.filter((id) => id.endsWith(':wrong')).length).toBeGreaterThanOrEqual(2);
  });
});

describe('a challenge', () => {
  it('given no consent or no enrolment, then it does not begin', async () => {
    const client = await sitDown();
    const { id } = await client.directive('liveness');
    expect(await startChallenge(client, id)).toMatchObject({ ok: false, code: 'consent-required' });
    await decide(client, AGREED.scopes);
    expect(await startChallenge(client, id)).toMatchObject({ ok: false, code: 'not-enrolled' });
  });

  it('given a new start, an unknown nonce, a hole or too many frames, then the frames are refused', async () => {
    await enrolLearner(server, 'learner-1', {});
    const client = await sitDown();
    await decide(client, AGREED.scopes);
    const { id } = await client.directive('liveness');
    const first = await startChallenge(client, id);
    const second = await startChallenge(client, id);
    if (!first.ok || !second.ok) throw new Error('expected two starts');
    expect(second.nonce).not.toBe(first.nonce);
    server.time.advance(100);
    const bytes = pictureOf({});
    const meta = { id, nonce: second.nonce, i: 0, n: 0, t: 0 };
    const codeOf = async (change: object) => {
      const receipt = await sendFrame(client, { ...meta, ...change }, bytes);
      return receipt.ok ? 'taken' : receipt.code;
    };
    expect(await codeOf({ nonce: first.nonce })).toBe('challenge-void');
    expect(await codeOf({ i: 1 })).toBe('out-of-order');
    expect(await codeOf({ n: 1 })).toBe('out-of-order');
    expect(await codeOf({ i: 'x' })).toBe('invalid-request');
    expect(await codeOf({})).toBe('taken');
    expect(await codeOf({ i: 1 })).toBe('slow-down');
    server.time.advance(60_000);
    expect(await codeOf({ i: 1 })).toBe('challenge-void');
  });

  it('given a dark room, then the learner is told so, is asked again, and is not accused', async () => {
    await enrolLearner(server, 'learner-1', {});
    const client = await sitDown();
    await decide(client, AGREED.scopes);
    const { id } = await client.directive('liveness');
    const dark = await doChallenge(server, client, id, () => pictureOf({ brightness: 5, count: 0 }));
    expect(dark).toMatchObject({ result: 'wrong', why: 'too-dark' });
    const again = await client.directive('liveness');
    expect(again.id).toBe('l2');
    expect(await doChallenge(server, client, 'l2', sitter({}))).toMatchObject({ result: 'met' });
    expect((await verdictOf(client)).findings.filter(({ severity }) => severity === 'violation')).toEqual([]);
  });
});
