/** Two server processes on one MongoDB; one is stopped in its tracks as a stalled machine would be. */
import { afterEach, describe, expect, it } from 'vitest';
import { MONGO_MISSING, type MongoServer, startMongo } from '../support/mongo.ts';
import {
  regulatorOf,
  type ServerProcess,
  startServerProcess,
  temporaryData,
} from '../support/server-process.ts';
import { connectClient, openEvent, playing, type TestClient } from './support/client.ts';

/** Milliseconds: a stopped server's sittings can be taken 15 s after its last sign of life. */
const TAKE_OVER = { timeout: 40_000, interval: 1_000 } as const;

const cleanUp: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function startTwo(mongo: MongoServer): Promise<readonly [ServerProcess, ServerProcess]> {
  const data = temporaryData();
  cleanUp.push(data.remove);
  const store = { ZHENXUE_STORE: 'mongodb', ZHENXUE_MONGODB_URI: mongo.newDatabase() };
  const start = async (name: string) => {
    const server = await startServerProcess(data.folder, 0, { ...store, ZHENXUE_NODE: name });
    cleanUp.push(() => server.kill());
    return server;
  };
  return [await start('a'), await start('b')];
}

async function comeIn(url: string, token: string): Promise<TestClient> {
  const got: TestClient[] = [];
  const tryOnce = async () => {
    const client = await connectClient(url, token).catch(() => null);
    if (client !== null) got.push(client);
    return got.length;
  };
  await expect.poll(tryOnce, TAKE_OVER).toBe(1);
  const [client] = got;
  if (client === undefined) throw new Error('expected a client');
  cleanUp.push(() => client.close());
  return client;
}

async function sleepThroughTakeOver(): Promise<void> {
  const mongo = await startMongo();
  cleanUp.push(() => mongo.stop());
  const [a, b] = await startTwo(mongo);
  const { body } = await (await regulatorOf(a.url)).ticket('paused', 'lesson-1');
  if (!('ticket' in body)) throw new Error(`expected a ticket, got ${body.code}`);
  const old = await connectClient(a.url, body.ticket);
  cleanUp.push(() => old.close());
  expect(await old.send([openEvent()])).toMatchObject({ ok: true, seq: 1 });
  a.pause();
  const late = old.send([playing(1_000)]);
  const now = await comeIn(b.url, old.welcome.resumeToken);
  expect(now.welcome.durable.seq).toBe(1);
  expect(await now.send([{ ...playing(2_000), s: 0 }])).toMatchObject({ ok: true, seq: 2 });
  a.resume();
  expect(await late).toMatchObject({ ok: false, code: 'unavailable' });
  await old.closed;
  expect(await now.send([{ ...playing(3_000), s: 0 }])).toMatchObject({ ok: true, seq: 3 });
  const { verdict } = await (await regulatorOf(b.url)).sittingOf('paused');
  expect(verdict.findings.filter(({ severity }) => severity === 'violation')).toEqual([]);
}

describe('a server process that is stopped in its tracks', () => {
  it('given another takes its sitting over, then it writes and acknowledges nothing when it wakes', async (context) => {
    if (MONGO_MISSING !== null) context.skip(MONGO_MISSING);
    await sleepThroughTakeOver();
  });
});
