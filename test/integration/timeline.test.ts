import type { Timeline } from '@zhenxue/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectClient, openEvent, playing } from './support/client.ts';
import { startTestServer, type TestServer, VIDEO_MS } from './support/server.ts';
import { START_AT } from './support/time.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(async () => {
  await server.destroy();
});

describe('the timeline', () => {
  it('given playing, hiding and a lost connection, then each stands at its server time', async () => {
    const { session, ticket } = await server.ticket();
    server.time.advance(3_000);
    const origin = START_AT + 3_000;
    const client = await connectClient(server.url, ticket);
    await client.send([openEvent(), { e: 'play', t: 0, m: 0, s: 1 }]);
    server.time.advance(4_000);
    await client.send([playing(2_000), { e: 'visibility', t: 3_000, m: 3_000, s: 2 }]);
    server.time.advance(2_000);
    await client.send([{ e: 'visibility', t: 6_000, m: 3_000, s: 4 }]);
    client.close();
    await client.closed;
    await server.everybodyLeft();
    server.time.advance(1_000);
    const again = await connectClient(server.url, client.welcome.resumeToken);
    await again.send([{ ...playing(7_000, 3_000), s: 0 }]);
    const { body } = await server.call('GET', `/v1/sessions/${session}/timeline`, {
      key: server.regulatorKey,
    });
    const timeline = body as unknown as Timeline;
    expect(timeline).toMatchObject({ session, openedAt: START_AT, endedAt: null, videoMs: VIDEO_MS });
    expect(timeline.points).toEqual([
      [origin, 0, false],
      [origin, 0, true],
      [origin + 2_000, 2_000, true],
      [origin + 3_000, 3_000, false],
      [origin + 6_000, 3_000, false],
      [origin + 7_000, 3_000, false],
    ]);
    expect(timeline.hidden).toEqual([[origin + 3_000, origin + 6_000]]);
    expect(timeline.unfocused).toEqual([[origin + 6_000, origin + 7_000]]);
    expect(timeline.offline[0]).toEqual([START_AT, origin]);
    expect(timeline.offline.length).toBe(2);
  });
});
