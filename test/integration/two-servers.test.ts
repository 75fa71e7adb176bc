import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { BEAT_EVERY_MS, OWNER_LIFE_MS } from '../../server/src/app/lease-keeper.ts';
import { MONGO_MISSING, startMongo } from '../support/mongo.ts';
import { connectClient, openEvent, playing, type TestClient } from './support/client.ts';
import { startTestServer, type TestServer } from './support/server.ts';
import { createFakeTime, type FakeTime } from './support/time.ts';

/** Milliseconds for what happens in several steps between two processes' worth of servers. */
const SOON = { timeout: 20_000 } as const;

type Env = Readonly<Record<string, string>>;

let servers: TestServer[] = [];

afterEach(async () => {
  for (const server of servers.reverse()) await server.destroy();
  servers = [];
});

/** Two servers over one store, each with a clock and timers of its own: one may sleep while the other lives on. */
async function startTwo(env: Env): Promise<{ a: TestServer; b: TestServer }> {
  const a = await startTestServer({ time: createFakeTime(), env: { ...env, ZHENXUE_NODE: 'a' } });
  servers.push(a);
  const b = await startTestServer({ dir: a.dir, time: createFakeTime(), env: { ...env, ZHENXUE_NODE: 'b' } });
  servers.push(b);
  return { a, b };
}

/** Lets time pass, bit by bit, until the connection is decided about. */
async function comeIn(times: readonly FakeTime[], server: TestServer, token: string): Promise<TestClient> {
  const coming = connectClient(server.url, token);
  let decided = false;
  const decide = () => {
    decided = true;
  };
  coming.then(decide, decide);
  const pass = () => {
    for (const time of times) time.advance(500);
    return decided;
  };
  await expect.poll(pass, SOON).toBe(true);
  return coming;
}

async function startLesson(server: TestServer): Promise<TestClient> {
  const client = await connectClient(server.url, (await server.ticket()).ticket);
  expect(await client.send([openEvent()])).toMatchObject({ ok: true, seq: 1 });
  return client;
}

function sleeping(name: string, env: () => Env): void {
  describe(`two servers on one store: ${name}`, () => {
    it('given one that sleeps, then the other takes over after its life, and it writes nothing when it wakes', async () => {
      const { a, b } = await startTwo(env());
      const old = await startLesson(a);
      b.time.advance(OWNER_LIFE_MS);
      const now = await connectClient(b.url, old.welcome.resumeToken);
      expect(now.welcome.durable.seq).toBe(1);
      expect(await now.send([playing(1_000)])).toMatchObject({ ok: true, seq: 2 });
      // Its timers have not run yet: it still believes that the sitting is its own.
      expect(await old.send([playing(1_000, 500)])).toMatchObject({ ok: false, code: 'unavailable', seq: 1 });
      a.time.advance(0);
      await old.closed;
      expect(await now.send([playing(2_000)])).toMatchObject({ ok: true, seq: 3 });
      const detail = await b.call('GET', `/v1/sessions/${now.welcome.session}`, { key: b.regulatorKey });
      expect(detail).toMatchObject({ status: 200, body: { verdict: { findings: [] } } });
    });

    it('given one that wakes and is not asked, then it lets the lost sitting go without a write', async () => {
      const { a, b } = await startTwo(env());
      const old = await startLesson(a);
      b.time.advance(OWNER_LIFE_MS);
      const now = await connectClient(b.url, old.welcome.resumeToken);
      let closed = false;
      void old.closed.then(() => {
        closed = true;
      });
      const wake = () => {
        a.time.advance(OWNER_LIFE_MS + BEAT_EVERY_MS);
        return closed;
      };
      await expect.poll(wake, SOON).toBe(true);
      expect(await now.send([playing(1_000)])).toMatchObject({ ok: true, seq: 2 });
    });
  });
}

function handing(name: string, env: () => Env): void {
  describe(`two servers on one store, handing over: ${name}`, () => {
    it('given a learner who comes back at the other server, then the first one lets go at its next sign of life', async () => {
      const { a, b } = await startTwo(env());
      const old = await startLesson(a);
      const now = await comeIn([a.time, b.time], b, old.welcome.resumeToken);
      await old.closed;
      expect(now.welcome.durable.seq).toBe(1);
      expect(await now.send([playing(1_000)])).toMatchObject({ ok: true, seq: 2 });
    });

    it('given one that stops, then the other goes on at once', async () => {
      const { a, b } = await startTwo(env());
      const old = await startLesson(a);
      await a.stop();
      const now = await connectClient(b.url, old.welcome.resumeToken);
      expect(await now.send([playing(1_000)])).toMatchObject({ ok: true, seq: 2 });
    });

    it('given two requests at once at both, then there is one sitting', async () => {
      const { a, b } = await startTwo(env());
      const tickets = await Promise.all([a.ticket('twice'), b.ticket('twice')]);
      expect(new Set(tickets.map(({ session }) => session)).size).toBe(1);
    });

    it('given a dead server and nobody who comes back, then the other seals the sitting', async () => {
      const { a, b } = await startTwo(env());
      const old = await startLesson(a);
      const { session } = old.welcome;
      const sealed = async () => {
        b.time.advance(60_000);
        const { body } = await b.call('GET', `/v1/sessions/${session}`, { key: b.regulatorKey });
        return body.ended;
      };
      await expect.poll(sealed, SOON).toBe('left');
      expect(await old.send([playing(1_000)])).toMatchObject({ ok: false });
    });
  });
}

function suite(name: string, env: () => Env): void {
  sleeping(name, env);
  handing(name, env);
}

suite('sqlite', () => ({}));

if (MONGO_MISSING !== null) {
  describe('two servers on one store: mongodb', () => {
    it('needs a server', (context) => context.skip(MONGO_MISSING ?? ''));
  });
} else {
  const mongo = await startMongo();
  afterAll(() => mongo.stop());
  suite('mongodb', () => ({ ZHENXUE_STORE: 'mongodb', ZHENXUE_MONGODB_URI: mongo.newDatabase() }));
}
