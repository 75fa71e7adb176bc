import type { Directive, LearningEvent, Welcome } from '@zhenxue/protocol';
import { describe, expect, test } from 'vitest';
import { createSitting, type Sitting } from '../../../client-sdk/src/core/sitting.ts';
import { createMemoryStore } from '../../../client-sdk/src/effects/memory-store.ts';
import { createModelServer } from '../../support/model-server.ts';
import { createVirtualTime } from '../../support/virtual-time.ts';

const beat = (t: number): LearningEvent => ({ e: 'beat', t, m: t, s: 1 });
const press = (id: string): Directive => ({
  kind: 'popup',
  id,
  answerMs: 20_000,
  challenge: { type: 'press', x: 1, y: 2 },
});

function given(options: { welcome?: Partial<Welcome>; admits?: boolean } = {}) {
  const time = createVirtualTime();
  const server = createModelServer(time.schedule, options.welcome);
  const store = createMemoryStore();
  const directives: string[] = [];
  const failures: string[] = [];
  const warnings: string[] = [];
  const durable: number[] = [];
  const sitting: Sitting = createSitting({
    getTicket: async () => 'ticket-1',
    openLink: server.openLink,
    probe: server.probe,
    store,
    schedule: time.schedule,
    random: () => 0.5,
    wallNow: time.now,
    admit: async () => options.admits ?? true,
    on: {
      state: () => undefined,
      welcome: () => undefined,
      directive: (directive) => directives.push(directive.id),
      durable: (ack) => durable.push(ack.seq),
      storageFailed: () => undefined,
      warned: (error) => warnings.push(error.code),
      failed: (error) => failures.push(error.code),
    },
  });
  const start = async (): Promise<string> => {
    let outcome = 'pending';
    sitting.start().then(
      () => {
        outcome = 'open';
      },
      (error: { code: string }) => {
        outcome = error.code;
      },
    );
    await time.advance(50);
    return outcome;
  };
  return { time, server, store, sitting, start, directives, failures, warnings, durable };
}

describe('sitting', () => {
  test('events of one moment travel in one batch', async () => {
    const { time, server, sitting, start } = given();
    expect(await start()).toBe('open');
    for (const t of [1, 2, 3]) sitting.record(beat(t));
    await time.advance(99);
    expect(server.chain.batches).toEqual([]);
    await time.advance(20);
    expect(server.chain.batches).toHaveLength(1);
    expect(server.chain.events().map((event) => event.t)).toEqual([1, 2, 3]);
  });

  test('directives are passed on once, those pending at the welcome first', async () => {
    const { time, server, start, directives } = given({ welcome: { pending: [press('p1')] } });
    await start();
    server.direct(press('p2'));
    server.cut();
    await time.advance(2_000);
    server.direct(press('p2'));
    await time.advance(20);
    expect(directives).toEqual(['p1', 'p2']);
  });

  test('after the end nothing is sent and nothing runs', async () => {
    const { time, server, sitting, start, directives } = given();
    await start();
    server.direct({ kind: 'end', id: 'e1', reason: 'completed', message: { zh: '完', en: 'done' } });
    sitting.record(beat(1));
    await time.advance(10_000);
    expect(directives).toEqual(['e1']);
    expect(server.chain.batches).toEqual([]);
    expect(time.pending()).toBe(0);
  });

  test('an ended session refuses batches: the sitting fails with the code', async () => {
    const { time, server, sitting, start, failures } = given();
    await start();
    server.refuseNext.push('session-ended');
    sitting.record(beat(1));
    await time.advance(1_000);
    expect(failures).toEqual(['session-ended']);
    expect(time.pending()).toBe(0);
  });

  test('a batch that is refused for good is left out, told as a gap, and what follows is sent', async () => {
    const { time, server, sitting, start, warnings } = given();
    await start();
    server.refuseNext.push('invalid-batch');
    sitting.record(beat(1));
    await time.advance(1_000);
    sitting.record(beat(2));
    await time.advance(1_000);
    expect(warnings).toEqual(['invalid-batch']);
    expect(server.chain.events()).toMatchObject([{ e: 'gap', n: 1, why: 'rejected' }, { t: 2 }]);
  });

  test('a server that stops answering is left and found again', async () => {
    const { time, server, sitting, start, durable } = given();
    await start();
    server.loseBatches = true;
    sitting.record(beat(1));
    await time.advance(10_000);
    expect(durable).toEqual([]);
    server.loseBatches = false;
    await time.advance(20_000);
    expect(durable).toEqual([1]);
    expect(server.connections()).toBe(2);
  });

  test('what is recorded meanwhile does not put off noticing that the server stopped answering', async () => {
    const { time, server, sitting, start } = given();
    await start();
    server.loseBatches = true;
    for (let t = 1; t <= 5; t += 1) {
      sitting.record(beat(t));
      await time.advance(5_000);
    }
    expect(server.connections()).toBe(2);
  });

  test('a photo waits for the connection and is uploaded again until it is durable', async () => {
    const { time, server, store, sitting, start } = given();
    await start();
    server.refusal = 'unreachable';
    server.cut();
    await sitting.photo('f1', 'h', new Uint8Array([1, 2]));
    expect(server.photos).toEqual([]);
    server.refusal = null;
    await time.advance(5_000);
    expect(server.photos.map(({ meta }) => meta)).toEqual([{ id: 'f1', h: 'h' }]);
    expect(await store.photos('0190b1c2-0000-7000-8000-00000000000a')).toEqual([]);
  });

  test('a question without a connection, or without an answer, ends as unreachable', async () => {
    const { sitting, start, time, server } = given();
    const ask = () => {
      let outcome = 'pending';
      sitting
        .call('consent', { notice: 'camera-1', lang: 'en', scopes: [] })
        .catch((error: { code: string }) => {
          outcome = error.code;
        });
      return () => outcome;
    };
    const before = ask();
    await time.advance(1);
    expect(before()).toBe('unreachable');
    await start();
    const unanswered = ask();
    await time.advance(1_000);
    expect(unanswered()).toBe('pending');
    await time.advance(30_000);
    expect(unanswered()).toBe('unreachable');
    expect(server.connections()).toBe(1);
  });

  test('start is refused for a second tab, and when nobody answers in time', async () => {
    expect(await given({ admits: false }).start()).toBe('second-tab');
    const { time, server, sitting } = given();
    server.refusal = 'unreachable';
    const started = sitting.start().catch((error: { code: string }) => error.code);
    await time.advance(60_000);
    expect(await started).toBe('unreachable');
    expect(time.pending()).toBe(0);
  });

  test('stop sends what is left, waits a short while only, and leaves no timer', async () => {
    const { time, server, sitting, start } = given();
    await start();
    sitting.record(beat(1));
    const stopped = sitting.stop();
    await time.advance(100);
    await stopped;
    expect(server.chain.events().map((event) => event.t)).toEqual([1]);
    expect(time.pending()).toBe(0);

    const second = given();
    await second.start();
    second.server.loseBatches = true;
    second.sitting.record(beat(1));
    let over = false;
    void second.sitting.stop().then(() => {
      over = true;
    });
    await second.time.advance(2_000);
    expect(over).toBe(true);
    expect(second.time.pending()).toBe(0);
  });
});
