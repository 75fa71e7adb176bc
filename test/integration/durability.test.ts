import { encodeBatch } from '@zhenxue/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionAppend, SessionStore } from '../../server/src/app/ports.ts';
import { connectClient, hashOf, openEvent, playing } from './support/client.ts';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;

afterEach(async () => {
  await server.destroy();
});

/** A store whose commits a test holds back, or lets fail. */
function createGate(): {
  wrap: (store: SessionStore) => SessionStore;
  hold(): void;
  /** Lets everything held back through, or fails it. */
  release(outcome?: 'commit' | 'fail'): void;
  readonly held: SessionAppend[];
} {
  let holding = false;
  let fail = false;
  const held: SessionAppend[] = [];
  const waiting: (() => void)[] = [];
  return {
    held,
    wrap: (store) => ({
      ...store,
      async append(append) {
        if (holding) {
          held.push(append);
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
        if (fail) throw new Error('disk is gone');
        return store.append(append);
      },
    }),
    hold: () => {
      holding = true;
    },
    release(outcome = 'commit') {
      holding = false;
      fail = outcome === 'fail';
      for (const go of waiting.splice(0)) go();
    },
  };
}

describe('durability', () => {
  it('given a store that failed, then readiness is red, the operator is told, and everything that writes is refused', async () => {
    let real: SessionStore | null = null;
    const told: Error[] = [];
    server = await startTestServer({
      onFatal: (error) => told.push(error),
      wrapSessions: (store) => {
        real = store;
        return store;
      },
    });
    const client = await connectClient(server.url, (await server.ticket()).ticket);
    await client.send([openEvent()]);
    expect((await server.call('GET', '/readyz')).status).toBe(200);
    const row = await (real as SessionStore | null)?.get(client.welcome.session);
    if (row === null || row === undefined) throw new Error('expected the row of the sitting');
    // A sitting that was never created cannot be written: the commit fails, as it would on a broken disk.
    const lost = { ...row, session: '00000000-0000-7000-8000-000000000000' };
    const failed = (real as SessionStore | null)?.append({ row: lost, records: [], findings: [] });
    await expect(failed).rejects.toMatchObject({ code: 'unavailable' });
    expect(told.length).toBe(1);
    expect(await server.call('GET', '/readyz')).toMatchObject({
      status: 503,
      body: { reason: 'store-failed' },
    });
    expect((await server.call('GET', '/livez')).status).toBe(200);
    expect(await client.send([playing(1_000, 0)])).toMatchObject({ ok: false, code: 'unavailable', seq: 1 });
    const body = { learner: 'next', course: 'course-a', lesson: 'lesson-1' };
    const refused = await server.call('POST', '/v1/tickets', { key: server.platformKey, body });
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  });

  it('given a commit under way, then there is no ack before it is done, and later batches wait their turn', async () => {
    const gate = createGate();
    server = await startTestServer({ wrapSessions: gate.wrap });
    const client = await connectClient(server.url, (await server.ticket()).ticket);
    gate.hold();
    let acked = false;
    const pending = client.send([openEvent()]).then((ack) => {
      acked = true;
      return ack;
    });
    // A refused message makes the round trip without a commit: by then an early ack would have come.
    const refused = await client.sendText('no batch');
    expect(refused).toMatchObject({ ok: false, seq: 0 });
    expect({ acked, held: gate.held.length }).toEqual({ acked: false, held: 1 });
    gate.release();
    expect(await pending).toMatchObject({ ok: true, seq: 1 });
  });

  it('given a store that does not keep up, then the flood is told to slow down, memory keeps a bounded part, and all goes on', async () => {
    const gate = createGate();
    server = await startTestServer({ wrapSessions: gate.wrap });
    const client = await connectClient(server.url, (await server.ticket()).ticket);
    const { session } = client.welcome;
    let prev = hashOf(client.batchOf([openEvent()]));
    await client.send([openEvent()]);
    gate.hold();
    const flood = Array.from({ length: 200 }, (_, i) => {
      const text = encodeBatch({ v: 1, session, seq: i + 2, prev, events: [playing(i + 1, 0)] });
      prev = hashOf(text);
      return text;
    });
    const answers = flood.map((text) => client.sendText(text));
    const refused = await Promise.all(answers.slice(64));
    expect(gate.held.length).toBe(64);
    // The first one after the bound is told to wait; those behind it are out of order.
    expect(refused[0]).toMatchObject({ ok: false, code: 'slow-down', seq: 1, retryMs: expect.any(Number) });
    expect(refused.every((ack) => !ack.ok)).toBe(true);
    gate.release();
    const acks = await Promise.all(answers.slice(0, 64));
    expect(acks.every((ack) => ack.ok)).toBe(true);
    expect(await client.sendText(flood[64])).toMatchObject({ ok: true, seq: 66 });
  });

  it('given a failed commit although the store works again, then whoever comes back goes on after the last durable batch', async () => {
    const gate = createGate();
    server = await startTestServer({ wrapSessions: gate.wrap });
    const client = await connectClient(server.url, (await server.ticket()).ticket);
    await client.send([openEvent()]);
    gate.hold();
    const pending = client.send([playing(1_000, 0)]);
    await client.sendText('no batch');
    gate.release('fail');
    expect(await pending).toMatchObject({ ok: false, code: 'unavailable' });
    server.time.advance(0);
    await client.closed;
    gate.release();
    const again = await connectClient(server.url, client.welcome.resumeToken);
    expect(again.welcome.durable.seq).toBe(1);
    expect(await again.send([playing(1_000, 0)])).toMatchObject({ ok: true, seq: 2 });
  });

  it('given a failing commit, then nothing is acked any more and what was acked before survives', async () => {
    const gate = createGate();
    server = await startTestServer({ wrapSessions: gate.wrap });
    const client = await connectClient(server.url, (await server.ticket()).ticket);
    expect(await client.send([openEvent()])).toMatchObject({ ok: true, seq: 1 });
    gate.hold();
    const pending = client.send([playing(1_000, 0)]);
    await client.sendText('no batch');
    gate.release('fail');
    expect(await pending).toMatchObject({
      ok: false,
      code: 'unavailable',
      seq: 1,
      retryMs: expect.any(Number),
    });
    expect(await client.send([playing(1_000, 0)])).toMatchObject({ ok: false, code: 'unavailable', seq: 1 });
    await server.stop();
    const { dir, time } = server;
    server = await startTestServer({ dir, time });
    const again = await connectClient(server.url, client.welcome.resumeToken);
    expect(again.welcome.durable.seq).toBe(1);
  });
});
