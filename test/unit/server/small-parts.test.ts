import type { IncomingMessage } from 'node:http';
import { ERROR_CODES } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { PROBLEMS, problemOf } from '../../../server/src/adapters/http/problem.ts';
import { createMetrics } from '../../../server/src/adapters/metrics.ts';
import { addressOf, originAllowed, tokenOf } from '../../../server/src/adapters/socketio/handshake.ts';
import { canonicalJson } from '../../../server/src/app/canonical-json.ts';
import { Refusal } from '../../../server/src/app/failure.ts';
import { createKeyedLock } from '../../../server/src/app/keyed-lock.ts';
import { thin } from '../../../server/src/app/query-timeline.ts';

function request(headers: Record<string, string>): IncomingMessage {
  return { headers, socket: { remoteAddress: '10.0.0.1' } } as unknown as IncomingMessage;
}

describe('canonical JSON', () => {
  it('given any order of keys, then the text is the same', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'é' }], a: true })).toBe(
      '{"a":true,"b":[1,{"c":"é","d":null}]}',
    );
    expect(canonicalJson({ a: undefined })).toBe('{}');
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, undefined])(
    'given %s, then it refuses',
    (value) => {
      expect(() => canonicalJson({ value: [value] })).toThrow(TypeError);
    },
  );
});

describe('the handshake', () => {
  it('given our protocol first and one token, then the token is read; else none', () => {
    const read = (value: string) => tokenOf(request({ 'sec-websocket-protocol': value }));
    expect(read('zhenxue.v1, ticket.abc')).toBe('abc');
    for (const bad of [
      'ticket.abc, zhenxue.v1',
      'ticket.abc',
      'zhenxue.v1',
      'zhenxue.v1, ticket.a, ticket.b',
      'zhenxue.v1, x',
    ]) {
      expect(read(bad)).toBe('');
    }
    expect(tokenOf(request({}))).toBe('');
  });

  it('given proxies, then only what trusted ones wrote is believed', () => {
    const forwarded = request({ 'x-forwarded-for': '6.6.6.6, 7.7.7.7' });
    expect([0, 1, 2].map((hops) => addressOf(forwarded, hops))).toEqual(['10.0.0.1', '7.7.7.7', '6.6.6.6']);
    expect(addressOf(request({}), 1)).toBe('10.0.0.1');
  });

  it('given allowed origins, then those, our own and clients without one may connect', () => {
    const allowed = ['https://a.example'];
    expect(originAllowed(request({ origin: 'https://a.example' }), allowed)).toBe(true);
    expect(originAllowed(request({ origin: 'https://b.example' }), allowed)).toBe(false);
    expect(originAllowed(request({ origin: 'null' }), allowed)).toBe(false);
    expect(originAllowed(request({ origin: 'http://own:1', host: 'own:1' }), allowed)).toBe(true);
    expect(originAllowed(request({}), allowed)).toBe(true);
    expect(originAllowed(request({ origin: 'https://b.example' }), null)).toBe(true);
  });
});

describe('problems', () => {
  it('given the closed list of codes, then each has a status and a title', () => {
    expect(Object.keys(PROBLEMS).sort()).toEqual([...ERROR_CODES].sort());
    for (const code of ERROR_CODES) {
      const problem = problemOf(new Refusal(code, 'detail'));
      expect(problem.status).toBeGreaterThanOrEqual(400);
      expect(problem).not.toHaveProperty('banEndsOn');
    }
  });
});

describe('the keyed lock', () => {
  it('given tasks of one key, then they run one after the other, also after a failure', async () => {
    const lock = createKeyedLock();
    const order: string[] = [];
    const task = (name: string, fail = false) =>
      lock('k', async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
        if (fail) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([task('a'), task('b', true), task('c')]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('the timeline', () => {
  it('given more points than can be drawn, then few enough remain, with the first and the last', () => {
    const points = Array.from({ length: 9_999 }, (_, i) => [i, i, i % 2 === 0] as const);
    const kept = thin(points);
    expect(kept.length).toBeLessThanOrEqual(2_000);
    expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
    expect(thin(points.slice(0, 2_000))).toHaveLength(2_000);
  });
});

describe('metrics', () => {
  it('given a listed counter, then it is counted; an unlisted one is a fault of the program', async () => {
    const metrics = createMetrics();
    metrics.count('batch.taken', 3);
    expect(await metrics.text()).toContain('zhenxue_batch_taken_total 3');
    expect(() => metrics.count('no.such')).toThrow('expected a listed counter');
    expect(() => metrics.observe('no.such', 1)).toThrow('expected a listed histogram');
  });
});
