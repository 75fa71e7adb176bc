/** What two servers on one store and one Redis know of each other: persons, bans, consoles. */
import { randomBytes } from 'node:crypto';
import {
  type LiveUpdate,
  type LiveUpdates,
  type SessionDetail,
  WATCH_PATH,
  WS_PROTOCOL,
  WS_TICKET_PREFIX,
} from '@zhenxue/protocol';
import { io } from 'socket.io-client';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startRedis } from '../../scripts/steps/start-redis.mjs';
import { MONGO_MISSING, startMongo } from '../support/mongo.ts';
import { REDIS_MISSING } from '../support/redis.ts';
import { connectClient, openEvent, playing, type TestClient } from './support/client.ts';
import { startTestServer, type TestServer } from './support/server.ts';
import { createFakeTime, type FakeTime } from './support/time.ts';

const MISSING: string | null = MONGO_MISSING ?? REDIS_MISSING;
const SOON = { timeout: 15_000 } as const;

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

interface Two {
  readonly a: TestServer;
  readonly b: TestServer;
  readonly time: FakeTime;
}

async function startTwo(env: Readonly<Record<string, string>>): Promise<Two> {
  const time = createFakeTime();
  // Chance of its own: two servers that draw the same bytes would make the same access keys.
  const chance = { time, randomBytes };
  const a = await startTestServer({ ...chance, env: { ...env, ZHENXUE_NODE: 'a' } });
  cleanUp.push(() => a.destroy());
  const b = await startTestServer({ ...chance, dir: a.dir, env: { ...env, ZHENXUE_NODE: 'b' } });
  cleanUp.push(() => b.destroy());
  return { a, b, time };
}

async function ticketOf(server: TestServer, key: string, learner: string, course: string): Promise<string> {
  const body = { learner, person: 'person-42', course, lesson: 'lesson-1' };
  const answer = await server.call('POST', '/v1/tickets', { key, body });
  if (answer.status !== 201) throw new Error(`expected a ticket, got ${JSON.stringify(answer.body)}`);
  return answer.body.ticket as string;
}

async function begin(server: TestServer, key: string, learner: string, course: string): Promise<TestClient> {
  const lessons = [{ id: 'lesson-1', title: '1', videoMs: 600_000 }];
  await server.call('PUT', `/v1/courses/${course}`, { key, body: { title: course, lessons } });
  const client = await connectClient(server.url, await ticketOf(server, key, learner, course));
  cleanUp.push(() => client.close());
  const t = client.welcome.elapsedMs;
  await client.send([openEvent(t), { e: 'play', t, m: 0, s: 1 }]);
  return client;
}

async function detailOf(server: TestServer, { welcome }: TestClient, key: string): Promise<SessionDetail> {
  const path = `/v1/sessions/${welcome.session}`;
  return (await server.call('GET', path, { key })).body as unknown as SessionDetail;
}

function violations({ verdict }: SessionDetail): string[] {
  return verdict.findings
    .filter(({ severity }) => severity === 'violation')
    .map(({ rule, kind }) => `${rule}/${kind}`);
}

/** A console at a server, with all that it hears. */
async function watch(server: TestServer, key: string): Promise<LiveUpdate[]> {
  const { body } = await server.call('POST', '/v1/console/tokens', { key });
  const heard: LiveUpdate[] = [];
  const protocols = [WS_PROTOCOL, `${WS_TICKET_PREFIX}${String(body.token)}`];
  const socket = io(server.url, { path: WATCH_PATH, transports: ['websocket'], protocols, forceNew: true });
  cleanUp.push(() => void socket.disconnect());
  socket.on('changed', ({ items }: LiveUpdates) => void heard.push(...items));
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  return heard;
}

/** Both play for so long, a second at a time. */
async function playBoth({ time }: Two, clients: readonly TestClient[], ms: number): Promise<void> {
  const from = clients.map(({ welcome }) => welcome.elapsedMs);
  for (let m = 1_000; m <= ms; m += 1_000) {
    time.advance(1_000);
    for (const [i, client] of clients.entries()) {
      const ack = await client.send([playing((from[i] ?? 0) + m, m)]);
      // After the end of a sitting its socket closes, and the client's answer is that it did.
      const over = !ack.ok && (ack.code === 'session-ended' || ack.code === 'unavailable');
      if (!ack.ok && !over) throw new Error(`expected an ack, got ${ack.code}`);
    }
  }
}

function personsSuite(name: string, env: () => Readonly<Record<string, string>>): void {
  describe(`one person at two servers: ${name}`, () => {
    it('given media that advances at both, then the time is credited once and the second sitting is found', async () => {
      const two = await startTwo(env());
      const here = await begin(two.a, two.a.platformKey, 'a-1', 'course-x');
      const there = await begin(two.b, two.a.otherKey, 'b-7', 'course-y');
      await playBoth(two, [here, there], 25_000);
      const details = [
        await detailOf(two.a, here, two.a.regulatorKey),
        await detailOf(two.b, there, two.a.regulatorKey),
      ];
      expect(details.flatMap(violations)).toContain('multi-window/second-sitting');
      const credited = details.reduce((sum, { creditedMs }) => sum + creditedMs, 0);
      // An overlap counts as credited twice until it is beyond what the clocks of two servers may differ by; both are invalid then.
      expect(credited).toBeLessThanOrEqual(25_000 + 12_000);
    });

    it('given the first one stands still while the second plays, then nobody is accused', async () => {
      const two = await startTwo(env());
      await begin(two.a, two.a.platformKey, 'a-1', 'course-x');
      const there = await begin(two.b, two.a.otherKey, 'b-7', 'course-y');
      await playBoth(two, [there], 9_000);
      const detail = await detailOf(two.b, there, two.a.regulatorKey);
      expect([violations(detail), detail.creditedMs]).toEqual([[], 9_000]);
    });

    it('given one lesson after the other, the first left open, then nobody is accused', async () => {
      const two = await startTwo(env());
      const first = await begin(two.a, two.a.platformKey, 'a-1', 'course-x');
      await playBoth(two, [first], 9_000);
      const second = await begin(two.b, two.a.otherKey, 'b-7', 'course-y');
      await playBoth(two, [second], 9_000);
      const details = [
        await detailOf(two.a, first, two.a.regulatorKey),
        await detailOf(two.b, second, two.a.regulatorKey),
      ];
      expect(details.flatMap(violations)).toEqual([]);
      expect(details.map(({ creditedMs }) => creditedMs)).toEqual([9_000, 9_000]);
    });

    it('given a sitting that goes on at the other server, then nobody is accused', async () => {
      const two = await startTwo(env());
      const first = await begin(two.a, two.a.platformKey, 'a-1', 'course-x');
      await playBoth(two, [first], 3_000);
      first.close();
      await two.a.everybodyLeft();
      let client: TestClient | null = null;
      const come = async () => {
        two.time.advance(500);
        client ??= await connectClient(two.b.url, first.welcome.resumeToken).catch(() => null);
        return client !== null;
      };
      // The request and the answer of the holder take turns with the clock.
      const ticking = setInterval(() => two.time.advance(250), 20);
      await expect
        .poll(come, SOON)
        .toBe(true)
        .finally(() => clearInterval(ticking));
      const now = client as unknown as TestClient;
      cleanUp.push(() => now.close());
      expect(await now.send([{ ...playing(now.welcome.elapsedMs, 3_000), s: 0 }])).toMatchObject({
        ok: true,
      });
      expect(violations(await detailOf(two.b, now, two.a.regulatorKey))).toEqual([]);
    });
  });
}

function bansSuite(name: string, env: () => Readonly<Record<string, string>>): void {
  describe(`a ban on two servers: ${name}`, () => {
    it('given the platform is banned through one server, then its sitting at the other ends as banned', async () => {
      const two = await startTwo(env());
      const there = await begin(two.b, two.a.platformKey, 'b-1', 'course-y');
      const lessons = ['1', '2'].map((id) => ({ id: `lesson-${id}`, title: id, videoMs: 60_000 }));
      const key = two.a.platformKey;
      const course = { title: 'S', specialised: true, lessons };
      await two.a.call('PUT', '/v1/courses/course-s', { key, body: course });
      const request = { learner: 'l', course: 'course-s', lesson: 'lesson-2', overrideOrder: true };
      const { body } = await two.a.call('POST', '/v1/tickets', { key, body: request });
      const skipping = await connectClient(two.a.url, body.ticket as string);
      cleanUp.push(() => skipping.close());
      await skipping.send([openEvent(), { e: 'play', t: 0, m: 0, s: 1 }]);
      await playBoth(two, [skipping], 8_000);
      const ended = async () => {
        two.time.advance(1_000);
        return (await detailOf(two.a, there, two.a.regulatorKey)).ended;
      };
      await expect.poll(ended, SOON).toBe('banned');
      await there.closed;
    });
  });
}

function consolesSuite(env: () => Readonly<Record<string, string>>): void {
  describe('consoles', () => {
    it('given a change at one server, then consoles at the other hear of it, a platform only of its own', async () => {
      const redis = await startRedis();
      cleanUp.push(() => redis.stop());
      const two = await startTwo({ ...env(), ZHENXUE_REDIS_URL: redis.url });
      const all = await watch(two.b, two.a.regulatorKey);
      const own = await watch(two.b, two.a.otherKey);
      const client = await begin(two.a, two.a.platformKey, 'a-1', 'course-x');
      const heard = () => {
        two.time.advance(500);
        return all.map(({ session }) => session);
      };
      await expect.poll(heard, SOON).toContain(client.welcome.session);
      await begin(two.a, two.a.otherKey, 'b-7', 'course-y');
      const heardOwn = () => {
        two.time.advance(500);
        return own.length;
      };
      await expect.poll(heardOwn, SOON).toBeGreaterThan(0);
      expect(new Set(own.map(({ platform }) => platform))).toEqual(new Set(['school-b']));
    });

    it('given no console token, then the channel does not open', async () => {
      const { a } = await startTwo(env());
      const protocols = [WS_PROTOCOL, `${WS_TICKET_PREFIX}nothing`];
      const options = { path: WATCH_PATH, transports: ['websocket'], reconnection: false, protocols };
      const socket = io(a.url, { ...options, forceNew: true });
      cleanUp.push(() => void socket.disconnect());
      const opened = new Promise((resolve) => {
        socket.on('connect', () => resolve('opened'));
        socket.on('connect_error', () => resolve('refused'));
      });
      expect(await opened).toBe('refused');
    });

    it('given Redis goes away and comes back, then nothing is lost, readiness says so, and fan-out goes on', async () => {
      const first = await startRedis();
      const two = await startTwo({ ...env(), ZHENXUE_REDIS_URL: first.url });
      const all = await watch(two.b, two.a.regulatorKey);
      const state = async () => {
        two.time.advance(500);
        return (await fetch(`${two.a.url}/readyz`)).json();
      };
      await expect.poll(state, SOON).toEqual({ status: 'ready' });
      await first.stop();
      await expect.poll(state, SOON).toEqual({ status: 'ready', degraded: 'fanout-lost' });
      const client = await begin(two.a, two.a.platformKey, 'a-1', 'course-x');
      await playBoth(two, [client], 3_000);
      expect(await detailOf(two.b, client, two.a.regulatorKey)).toMatchObject({
        creditedMs: 3_000,
        violations: 0,
      });
      const again = await startRedis(first.port);
      cleanUp.push(() => again.stop());
      await expect.poll(state, SOON).toEqual({ status: 'ready' });
      const before = all.length;
      const heard = async () => {
        two.time.advance(250);
        await client.send([{ ...playing(3_000), s: 0 }]);
        return all.length;
      };
      await expect.poll(heard, SOON).toBeGreaterThan(before);
    });
  });
}

if (MISSING !== null) {
  describe('two servers and a Redis', () => {
    it('need both', (context) => context.skip(MISSING ?? ''));
  });
} else {
  const mongo = await startMongo();
  const redis = await startRedis();
  afterAll(async () => {
    await redis.stop();
    await mongo.stop();
  });
  const store = () => ({ ZHENXUE_STORE: 'mongodb', ZHENXUE_MONGODB_URI: mongo.newDatabase() });
  const both = () => ({ ...store(), ZHENXUE_REDIS_URL: redis.url });
  for (const [name, env] of [
    ['with Redis', both],
    ['without Redis', store],
  ] as const) {
    personsSuite(name, env);
    bansSuite(name, env);
  }
  consolesSuite(store);
}
