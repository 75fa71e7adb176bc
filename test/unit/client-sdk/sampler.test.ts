import { createHash } from 'node:crypto';
import type { LearningEvent } from '@zhenxue/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64url, hashText } from '../../../client-sdk/src/core/digest.ts';
import { httpProbe } from '../../../client-sdk/src/effects/http-probe.ts';
import { createSampler } from '../../../client-sdk/src/monitor/sampler.ts';
import { failureOf } from '../../../client-sdk/src/screen/photo/capture.ts';

describe('sampler', () => {
  function given() {
    const events: LearningEvent[] = [];
    const questions: ((now: number) => void)[] = [];
    const reading = { m: 100, s: 1, r: 1000 };
    const sampler = createSampler({
      clock: { ask: (answer) => questions.push(answer), last: () => 1_400 },
      readings: { position: () => reading.m, ratePermille: () => reading.r, stateBits: () => reading.s },
      base: { now: 1_000, elapsedMs: 60_000 },
      emit: (event) => events.push(event),
    });
    return { events, questions, reading, sampler };
  }

  test('position and state are of the instant of the happening, time is the answer of the clock', () => {
    const { events, questions, reading, sampler } = given();
    sampler.record({ e: 'beat' });
    Object.assign(reading, { m: 999, s: 0 });
    questions[0]?.(1_250.7);
    expect(events).toEqual([{ e: 'beat', t: 60_250, m: 100, s: 1 }]);
  });

  test('a rate of 1 is left out', () => {
    const { events, questions, reading, sampler } = given();
    reading.r = 2000;
    sampler.record({ e: 'rate' });
    questions[0]?.(1_000);
    expect(events).toEqual([{ e: 'rate', t: 60_000, m: 100, s: 1, r: 2000 }]);
  });

  test('time never goes back', () => {
    const { events, questions, sampler } = given();
    for (const now of [1_500, 1_400, 900, 1_600]) {
      sampler.record({ e: 'beat' });
      questions.at(-1)?.(now);
    }
    expect(events.map((event) => event.t)).toEqual([60_500, 60_500, 60_500, 60_600]);
  });

  test('a turn is a beat of then and one of now, unless something was recorded since', () => {
    const { events, questions, sampler } = given();
    sampler.record({ e: 'beat' });
    questions[0]?.(2_000);
    sampler.turn({ now: 3_000, m: 640 });
    questions[1]?.(3_300);
    sampler.turn({ now: 3_200, m: 700 });
    sampler.turn({ now: 3_300, m: 700 });
    expect(questions).toHaveLength(2);
    expect(events.map(({ e, t, m }) => [e, t, m])).toEqual([
      ['beat', 61_000, 100],
      ['beat', 62_000, 640],
      ['beat', 62_300, 100],
    ]);
  });

  test('a closing page settles with the last known time, each event once', () => {
    const { events, questions, sampler } = given();
    sampler.record({ e: 'beat' });
    sampler.record({ e: 'leave' });
    sampler.settleNow();
    for (const answer of questions) answer(2_000);
    expect(events.map(({ e, t }) => [e, t])).toEqual([
      ['beat', 60_400],
      ['leave', 60_400],
    ]);
  });
});

test('digests agree with Node', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.string({ unit: 'grapheme' }), (bytes, text) => {
      expect(base64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      expect(hashText(text)).toBe(createHash('sha256').update(text).digest('base64url'));
    }),
    { numRuns: 200, seed: 1 },
  );
});

describe('probe', () => {
  const answer = (status: number, body: string | null) => async (): Promise<Response> =>
    new Response(body, { status });
  test.each([
    ['usable', answer(204, null)],
    ['platform-banned', answer(403, '{"code":"platform-banned"}')],
    ['internal', answer(403, '{"code":"never heard of"}')],
    ['unavailable', answer(502, '<html>')],
    ['internal', answer(200 + 204, 'text')],
    ['unreachable', () => Promise.reject(new TypeError('failed to fetch'))],
  ] as const)('%s', async (expected, ask) => {
    expect(await httpProbe('https://zhenxue.example/', ask as typeof fetch)('t')).toBe(expected);
  });

  test('the token is in the body and nowhere else', async () => {
    const asked: [string, RequestInit][] = [];
    const ask = async (url: string, init: RequestInit): Promise<Response> => {
      asked.push([url, init]);
      return new Response(null, { status: 204 });
    };
    await httpProbe('https://zhenxue.example/zx', ask as typeof fetch)('secret');
    const [[url, init] = ['', {}]] = asked;
    expect(url).toBe('https://zhenxue.example/zx/v1/tickets/check');
    expect(init.body).toBe('{"ticket":"secret"}');
    expect(JSON.stringify(init.headers)).not.toContain('secret');
  });
});

test.each([
  ['denied', 'NotAllowedError'],
  ['no-camera', 'NotFoundError'],
  ['busy', 'NotReadableError'],
  ['error', 'TypeError'],
])('a camera failure is %s', (why, name) => {
  expect(failureOf(new DOMException('x', name))).toBe(why);
  expect(failureOf('text')).toBe('error');
});
