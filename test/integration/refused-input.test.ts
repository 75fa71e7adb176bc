import { BATCH_BYTES_MAX, MESSAGE_BYTES_MAX } from '@zhenxue/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectClient, hashOf, JPEG, openEvent, playing, type TestClient } from './support/client.ts';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;
/** A neighbour whose sitting must not notice anything. */
let neighbour: TestClient;
let client: TestClient;
let learners = 0;

beforeAll(async () => {
  server = await startTestServer();
  neighbour = await connectClient(server.url, (await server.ticket('neighbour')).ticket);
  await neighbour.send([openEvent()]);
});

afterAll(async () => {
  await server.destroy();
});

beforeEach(async () => {
  learners += 1;
  client = await connectClient(server.url, (await server.ticket(`learner-${learners}`)).ticket);
});

afterEach(async () => {
  server.time.advance(1_000);
  expect(
    await neighbour.send([playing(server.time.clock.now(), 0)].map((e) => ({ ...e, t: 1, s: 0 }))),
  ).toMatchObject({
    ok: true,
  });
  client.close();
});

/** A batch document with parts replaced. */
function batch(parts: Record<string, unknown> = {}): string {
  const { session, genesis } = client.welcome;
  return JSON.stringify({ v: 1, session, seq: 1, prev: genesis, events: [openEvent()], ...parts });
}

describe('the order of a sitting', () => {
  it('given a durable batch, when the same bytes come again, then they are acked again and stored once', async () => {
    const text = batch();
    expect(await client.sendText(text)).toMatchObject({ ok: true, seq: 1 });
    expect(await client.sendText(text)).toMatchObject({ ok: true, seq: 1 });
    const { body } = await server.call('GET', `/v1/sessions/${client.welcome.session}`, {
      key: server.regulatorKey,
    });
    expect(body).toMatchObject({ violations: 0 });
  });

  it('given a durable batch, when other bytes come under its number, then both are kept and the finding says so', async () => {
    const first = batch();
    await client.sendText(first);
    const second = batch({ events: [playing(1, 1)] });
    const refused = await client.sendText(second);
    expect(refused).toMatchObject({ ok: false, code: 'chain-mismatch', seq: 1, hash: hashOf(first) });
    const path = `/v1/sessions/${client.welcome.session}/verdict`;
    const { body } = await server.call('GET', path, { key: server.regulatorKey });
    expect(body.findings).toMatchObject([{ kind: 'seq-conflict' }]);
  });

  it('given a hole, then the batch is out of order and the ack says where to go on', async () => {
    const refused = await client.sendText(batch({ seq: 3 }));
    expect(refused).toMatchObject({ ok: false, code: 'out-of-order', seq: 0, hash: client.welcome.genesis });
  });

  it('given another prev, then the chain does not match', async () => {
    const refused = await client.sendText(batch({ prev: hashOf('another') }));
    expect(refused).toMatchObject({ ok: false, code: 'chain-mismatch', seq: 0 });
  });

  it("given another learner's session id, then the batch is refused", async () => {
    const refused = await client.sendText(batch({ session: neighbour.welcome.session }));
    expect(refused).toMatchObject({ ok: false, code: 'wrong-session' });
  });
});

describe('malformed input', () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  const cases: readonly (readonly [string, () => unknown, string])[] = [
    ['an object', () => ({ seq: 1 }), 'invalid-request'],
    ['null', () => null, 'invalid-request'],
    ['a number', () => 7, 'invalid-request'],
    ['binary', () => Buffer.from('{}'), 'invalid-request'],
    ['an empty text', () => '', 'malformed-json'],
    ['broken JSON', () => '{"v":1,', 'malformed-json'],
    ['deep nesting', () => deep, 'invalid-batch'],
    ['a batch that is an array', () => '[]', 'invalid-batch'],
    ['a newer version', () => batch({ v: 99 }), 'unsupported-version'],
    ['an unknown field', () => batch({ extra: 1 }), 'invalid-batch'],
    ['an unknown event', () => batch({ events: [{ e: 'finish', t: 0, m: 0, s: 0 }] }), 'invalid-batch'],
    ['a fraction', () => batch({ events: [{ e: 'beat', t: 0.5, m: 0, s: 0 }] }), 'invalid-batch'],
    ['no events', () => batch({ events: [] }), 'invalid-batch'],
    ['a huge array', () => batch({ events: Array(5_000).fill(0) }), 'invalid-batch'],
    ['a polluted prototype', () => batch().replace('{', '{"__proto__":{"ok":true},'), 'invalid-batch'],
    ['too many bytes', () => batch({ pad: 'x'.repeat(BATCH_BYTES_MAX) }), 'batch-too-large'],
  ];

  it.each(cases)(
    'given %s as a batch, then it is refused with a code and without its content',
    async (_n, make, code) => {
      const refused = await client.sendText(make());
      expect(refused).toMatchObject({ ok: false, code, seq: 0, hash: client.welcome.genesis });
      expect(JSON.stringify(refused).length).toBeLessThan(400);
      expect(await client.sendText(batch())).toMatchObject({ ok: true, seq: 1 });
    },
  );

  it('given an unknown message, then it is answered with a code', async () => {
    const answer = await new Promise((resolve) => {
      client.socket.emit('finish', { completed: true }, resolve);
    });
    expect(answer).toMatchObject({ ok: false, code: 'invalid-request' });
  });

  it('given messages without an acknowledgement function, then nothing happens', async () => {
    client.socket.emit('batch', batch());
    client.socket.emit('photo');
    client.socket.emit('nothing', 1, 2, 3);
    expect(await client.sendText(batch())).toMatchObject({ ok: true, seq: 1 });
  });

  it('given a message beyond the limit, then the connection is closed and the sitting goes on', async () => {
    client.socket.emit('batch', 'x'.repeat(MESSAGE_BYTES_MAX + 1), () => {});
    await client.closed;
    const again = await connectClient(server.url, client.welcome.resumeToken);
    expect(await again.send([openEvent()])).toMatchObject({ ok: true, seq: 1 });
    again.close();
  });

  it('given bytes that are no socket.io packet, then only that connection is closed', async () => {
    const engine = client.socket.io.engine;
    engine.write('9{{{not a packet');
    await client.closed;
  });

  it('given a binary message nested beyond the stack, then only that connection is closed', async () => {
    const depth = 100_000;
    client.socket.io.engine.write(
      `51-["batch",${'['.repeat(depth)}{"_placeholder":true,"num":0}${']'.repeat(depth)}]`,
    );
    client.socket.io.engine.write(Buffer.from([1]) as unknown as string);
    await client.closed;
  });
});

describe('photos', () => {
  const cases: readonly (readonly [string, unknown, unknown, string | undefined, string])[] = [
    ['an id that is no text', { id: 1 }, JPEG, undefined, 'invalid-request'],
    ['no bytes', 'f1', null, 'x', 'invalid-request'],
    ['text instead of bytes', 'f1', 'data:', 'x', 'invalid-request'],
    ['a wrong hash', 'f1', JPEG, hashOf('other'), 'photo-hash-mismatch'],
    ['bytes that are no photo', 'f1', Buffer.alloc(400, 1), undefined, 'photo-unusable'],
    ['a photo nobody asked for', 'f1', JPEG, undefined, 'photo-unexpected'],
    ['an id that looks like a path', '../../x', JPEG, undefined, 'photo-unexpected'],
  ];

  it.each(cases)('given %s, then it is refused with a code', async (_name, id, bytes, h, code) => {
    expect(await client.photo(id, bytes, h)).toMatchObject({ ok: false, code });
  });
});
