/** What the outbox gives up, in which order, and that it says so. */
import type { LearningEvent, Welcome } from '@zhenxue/protocol';
import { describe, expect, test } from 'vitest';
import type { OutboxStore, StoredPhoto } from '../../../client-sdk/src/core/effects.ts';
import { CLOSING_BYTES_MAX, OUTBOX_AGE_MAX_MS, PHOTOS_MAX } from '../../../client-sdk/src/core/limits.ts';
import { createOutbox, type Outbox } from '../../../client-sdk/src/core/outbox.ts';
import { createSitting } from '../../../client-sdk/src/core/sitting.ts';
import { createMemoryStore } from '../../../client-sdk/src/effects/memory-store.ts';
import { createModelServer, MODEL_SESSION } from '../../support/model-server.ts';
import { createVirtualTime } from '../../support/virtual-time.ts';

const beat = (t: number): LearningEvent => ({ e: 'beat', t, m: t, s: 1 });
const lot = (count: number, from = 0): LearningEvent[] =>
  Array.from({ length: count }, (_, i) => beat(from + i));
const photo = (id: string, storedAt: number): StoredPhoto => ({
  session: MODEL_SESSION,
  id,
  h: 'h',
  bytes: new Uint8Array(10),
  storedAt,
});
const gaps = (events: readonly LearningEvent[]) =>
  events.flatMap((event) => (event.e === 'gap' ? [[event.why, event.n]] : []));

function given(
  options: { store?: OutboxStore; version?: number; welcome?: Partial<Welcome>; now?: number } = {},
) {
  const time = createVirtualTime();
  const server = createModelServer(time.schedule, options.welcome);
  const failures: string[] = [];
  const sitting = createSitting({
    getTicket: async () => 'ticket-1',
    openLink: server.openLink,
    probe: server.probe,
    store: options.store ?? createMemoryStore(),
    schedule: time.schedule,
    random: () => 0.5,
    wallNow: () => (options.now ?? 0) + time.now(),
    admit: async () => true,
    ...(options.version === undefined ? {} : { version: options.version }),
    on: {
      state: () => undefined,
      welcome: () => undefined,
      directive: () => undefined,
      durable: () => undefined,
      storageFailed: () => undefined,
      warned: () => undefined,
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
  return { time, server, sitting, start, failures };
}

async function outboxWith(bytes: number[], options: { bytesMax: number; putFails?: () => boolean }) {
  const store = createMemoryStore();
  const told: boolean[] = [];
  const put = store.put;
  store.put = async (batches) => {
    if (options.putFails?.() === true) throw new DOMException('full', 'QuotaExceededError');
    await put(batches);
  };
  const outbox: Outbox = createOutbox({
    session: MODEL_SESSION,
    store,
    wallNow: () => 0,
    storageFailed: () => told.push(true),
    bytesMax: options.bytesMax,
    snapshots: {
      bytes: () => bytes.reduce((sum, n) => sum + n, 0),
      shed() {
        if (bytes.shift() === undefined) return false;
        outbox.lose('outbox-full', 1);
        return true;
      },
    },
  });
  await outbox.reconcile({ seq: 0, hash: 'A'.repeat(43) });
  return { outbox, store, told, bytes };
}

const eventsIn = (outbox: Outbox, seq: number): LearningEvent[] =>
  (JSON.parse(outbox.at(seq)?.text ?? '{"events":[]}') as { events: LearningEvent[] }).events;

describe('when there is no room', () => {
  test('photos give way before events, oldest first, and are counted', async () => {
    const { outbox, bytes } = await outboxWith([400, 300, 200], { bytesMax: 600 });
    await outbox.append([beat(1)]);
    expect(bytes).toEqual([300, 200]);
    expect(gaps(eventsIn(outbox, 1))).toEqual([['outbox-full', 1]]);
    expect(eventsIn(outbox, 1).map(({ e }) => e)).toEqual(['gap', 'beat']);
  });

  test('only without any photo left are events dropped, and counted too', async () => {
    const { outbox, bytes } = await outboxWith([100], { bytesMax: 400 });
    for (let t = 0; t < 9; t += 1) await outbox.append([beat(t)]);
    expect(bytes).toEqual([]);
    const kept = outbox.size();
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(9);
    outbox.acked(kept);
    await outbox.append([beat(100)]);
    expect(gaps(eventsIn(outbox, kept + 1))).toEqual([['outbox-full', 9 - kept]]);
  });

  test('a full disk takes the events once photos have made room', async () => {
    const disk = { full: 2 };
    const putFails = (): boolean => {
      disk.full -= 1;
      return disk.full >= 0;
    };
    const { outbox, told, bytes } = await outboxWith([1, 1, 1], { bytesMax: 1_000_000, putFails });
    await outbox.append([beat(1)]);
    expect([told.length, bytes.length, outbox.size()]).toEqual([0, 1, 1]);
  });

  test('more photos than are kept: the oldest is dropped and told', async () => {
    const { sitting, server, start, time } = given();
    await start();
    server.refusal = 'unreachable';
    server.cut();
    for (let i = 0; i <= PHOTOS_MAX; i += 1) await sitting.photo(`f${i}`, 'h', new Uint8Array(4));
    server.refusal = null;
    await time.advance(60_000);
    sitting.record(beat(9));
    await time.advance(1_000);
    expect(server.photos.map(({ meta }) => meta.id)).toEqual(['f1', 'f2', 'f3', 'f4']);
    expect(gaps(server.chain.events())).toEqual([['outbox-full', 1]]);
  });

  test('a photo taken again for the same request loses nothing', async () => {
    const { sitting, server, start, time } = given();
    await start();
    server.refusal = 'unreachable';
    server.cut();
    await sitting.photo('f1', 'a', new Uint8Array(4));
    await sitting.photo('f1', 'b', new Uint8Array(4));
    server.refusal = null;
    await time.advance(60_000);
    sitting.record(beat(9));
    await time.advance(1_000);
    expect(server.photos.map(({ meta }) => meta.h)).toEqual(['b']);
    expect(gaps(server.chain.events())).toEqual([]);
  });
});

describe('what is too old', () => {
  const NOW = OUTBOX_AGE_MAX_MS + 1_000;

  test('photos and batches of an earlier visit are told as expired, each once', async () => {
    const store = createMemoryStore();
    await store.putPhoto(photo('f1', 10));
    await store.putPhoto(photo('f2', NOW - 10));
    const first = createOutbox({
      session: MODEL_SESSION,
      store,
      wallNow: () => 10,
      storageFailed: () => undefined,
    });
    await first.reconcile({ seq: 0, hash: 'A'.repeat(43) });
    await first.append(lot(3));
    const { sitting, server, start, time } = given({ store, now: NOW });
    await start();
    sitting.record(beat(9));
    await time.advance(1_000);
    expect(server.photos.map(({ meta }) => meta.id)).toEqual(['f2']);
    expect(gaps(server.chain.events())).toEqual([['outbox-expired', 4]]);
  });
});

test('a closing page sends at most what a browser still carries, and nothing is lost by it', async () => {
  const { sitting, server, start, time } = given();
  await start();
  const events = lot(2_000, 50_000_000);
  for (const event of events) sitting.record(event);
  sitting.closing();
  await time.advance(server.batchLatencyMs);
  const sent = server.chain.batches.reduce((sum, batch) => sum + JSON.stringify(batch).length, 0);
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThanOrEqual(CLOSING_BYTES_MAX);
  await time.advance(10_000);
  expect(server.chain.events()).toEqual(events);
});

describe('protocol versions', () => {
  test('a server of the version before is spoken to in its version', async () => {
    const { sitting, server, start, time } = given({ version: 2, welcome: { v: 1 } });
    expect(await start()).toBe('open');
    sitting.record(beat(1));
    await time.advance(1_000);
    expect(server.chain.batches.map(({ v }) => v)).toEqual([1]);
  });

  test('one of two versions before, or of a later one, is not', async () => {
    expect(await given({ version: 3, welcome: { v: 1 } }).start()).toBe('unsupported-version');
    expect(await given({ version: 1, welcome: { v: 2 } }).start()).toBe('unsupported-version');
    expect(await given({ version: 1, welcome: { v: 0 } }).start()).toBe('unsupported-version');
  });
});
