import { afterEach, describe, expect, it } from 'vitest';
import type { SessionAppend, SessionStore } from '../../server/src/app/ports.ts';
import { connectClient, openEvent, playing } from './support/client.ts';
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
