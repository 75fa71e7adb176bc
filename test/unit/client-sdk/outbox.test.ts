import type { LearningEvent } from '@zhenxue/protocol';
import { describe, expect, test } from 'vitest';
import type { OutboxStore } from '../../../client-sdk/src/core/effects.ts';
import { EVENTS_PER_BATCH_MAX } from '../../../client-sdk/src/core/limits.ts';
import { createOutbox, type Outbox } from '../../../client-sdk/src/core/outbox.ts';
import { createMemoryStore } from '../../../client-sdk/src/effects/memory-store.ts';
import { createServerChain, sha } from '../../support/server-chain.ts';

const SESSION = '0190b1c2-0000-7000-8000-00000000000b';
const beat = (t: number): LearningEvent => ({ e: 'beat', t, m: t, s: 1 });
const beats = (from: number, count: number): LearningEvent[] =>
  Array.from({ length: count }, (_unused, index) => beat(from + index));

function given(store: OutboxStore = createMemoryStore(), wallNow = () => 1_000, bytesMax = 1_000_000) {
  const chain = createServerChain(SESSION);
  let storageFailures = 0;
  const storageFailed = (): void => {
    storageFailures += 1;
  };
  const open = (): Outbox => createOutbox({ session: SESSION, store, wallNow, storageFailed, bytesMax });
  return { chain, store, open, outbox: open(), storageFailures: () => storageFailures };
}

/** Sends everything that may be sent, in order. */
function sendAll(outbox: Outbox, chain: ReturnType<typeof createServerChain>): void {
  for (let at = outbox.at(chain.durable().seq + 1); at !== undefined; at = outbox.at(at.seq + 1)) {
    const ack = chain.take(at.text);
    outbox.acked(ack.seq);
  }
}

const times = (chain: ReturnType<typeof createServerChain>): number[] =>
  chain
    .events()
    .filter((event) => event.e === 'beat')
    .map((event) => event.t);
const gaps = (chain: ReturnType<typeof createServerChain>): unknown[] =>
  chain.events().filter((event) => event.e === 'gap');

describe('outbox', () => {
  test('chains batches from the genesis and forgets them when they are durable', async () => {
    const { outbox, chain, store } = given();
    await outbox.reconcile(chain.durable());
    await outbox.append([beat(1)]);
    await outbox.append([beat(2), beat(3)]);
    expect(outbox.at(1)?.prev).toBe(chain.genesis);
    expect(outbox.at(2)?.prev).toBe(sha(outbox.at(1)?.text ?? ''));
    sendAll(outbox, chain);
    expect(chain.faults).toEqual([]);
    expect(times(chain)).toEqual([1, 2, 3]);
    expect(outbox.size()).toBe(0);
    expect(await store.batches(SESSION)).toEqual([]);
  });

  test('a batch may be sent only after it was stored', async () => {
    let stored: () => void = () => undefined;
    const slow: OutboxStore = {
      ...createMemoryStore(),
      put: () =>
        new Promise((resolve) => {
          stored = resolve;
        }),
    };
    const { outbox, chain } = given(slow);
    await outbox.reconcile(chain.durable());
    const appended = outbox.append([beat(1)]);
    expect(outbox.at(1)).toBeUndefined();
    stored();
    await appended;
    expect(outbox.at(1)?.count).toBe(1);
  });

  test('a closing page need not wait', async () => {
    const never: OutboxStore = { ...createMemoryStore(), put: () => new Promise(() => undefined) };
    const { outbox, chain } = given(never);
    await outbox.reconcile(chain.durable());
    void outbox.append([beat(1)]);
    outbox.appendClosing([beat(2)]);
    sendAll(outbox, chain);
    expect(times(chain)).toEqual([1, 2]);
    expect(chain.faults).toEqual([]);
  });

  test('large lots are cut into batches that the server accepts', async () => {
    const { outbox, chain } = given();
    await outbox.reconcile(chain.durable());
    await outbox.append(beats(0, EVENTS_PER_BATCH_MAX * 2 + 1));
    expect(outbox.size()).toBe(3);
    sendAll(outbox, chain);
    expect(chain.faults).toEqual([]);
    expect(times(chain)).toHaveLength(EVENTS_PER_BATCH_MAX * 2 + 1);
  });

  test('after a reload the same bytes are sent, and the chain goes on behind them', async () => {
    const { outbox, chain, open } = given();
    await outbox.reconcile(chain.durable());
    await outbox.append([beat(1)]);
    await outbox.append([beat(2)]);
    chain.take(outbox.at(1)?.text ?? '');
    const second = outbox.at(2)?.text;
    const reloaded = open();
    await reloaded.reconcile(chain.durable());
    expect(reloaded.at(1)).toBeUndefined();
    expect(reloaded.at(2)?.text).toBe(second);
    await reloaded.append([beat(3)]);
    sendAll(reloaded, chain);
    expect(times(chain)).toEqual([1, 2, 3]);
    expect(chain.faults).toEqual([]);
  });

  test('lost storage: the chain is rebuilt on what the server holds', async () => {
    const { outbox, chain } = given();
    await outbox.reconcile(chain.durable());
    await outbox.append([beat(1)]);
    sendAll(outbox, chain);
    const fresh = given();
    await fresh.outbox.reconcile(chain.durable());
    await fresh.outbox.append([beat(2)]);
    sendAll(fresh.outbox, chain);
    expect(times(chain)).toEqual([1, 2]);
    expect(chain.faults).toEqual([]);
  });

  test('a hole in the storage is told as a gap and the rest is sent', async () => {
    const { outbox, chain, store, open } = given();
    await outbox.reconcile(chain.durable());
    for (const t of [1, 2, 3]) await outbox.append([beat(t)]);
    const kept = (await store.batches(SESSION)).filter((batch) => batch.seq !== 2);
    await store.replace(SESSION, kept);
    const reloaded = open();
    await reloaded.reconcile(chain.durable());
    await reloaded.append([beat(4)]);
    sendAll(reloaded, chain);
    expect(chain.faults).toEqual([]);
    expect(times(chain)).toEqual([1, 3, 4]);
    expect(gaps(chain)).toMatchObject([{ n: 1, why: 'outbox-expired' }]);
  });

  test('damaged and foreign entries are left out and told', async () => {
    const { outbox, chain, store, open } = given();
    await outbox.reconcile(chain.durable());
    await outbox.append([beat(1), beat(2)]);
    await outbox.append([beat(3)]);
    const [first, second] = await store.batches(SESSION);
    if (first === undefined || second === undefined) throw new Error('expected two batches');
    await store.replace(SESSION, [{ ...first, text: '{"seq":1' }, second]);
    const reloaded = open();
    await reloaded.reconcile(chain.durable());
    await reloaded.append([beat(4)]);
    sendAll(reloaded, chain);
    expect(times(chain)).toEqual([3, 4]);
    expect(gaps(chain)).toContainEqual(expect.objectContaining({ n: 2, why: 'storage-failed' }));
  });

  test('a full outbox drops new events and says how many', async () => {
    const { outbox, chain } = given(createMemoryStore(), () => 1_000, 400);
    await outbox.reconcile(chain.durable());
    for (let t = 1; t <= 10; t += 1) await outbox.append([beat(t)]);
    const kept = outbox.size();
    expect(kept).toBeLessThan(10);
    sendAll(outbox, chain);
    await outbox.append([beat(11)]);
    sendAll(outbox, chain);
    expect(gaps(chain)).toMatchObject([{ n: 10 - kept, why: 'outbox-full', t: 11 }]);
    expect(chain.faults).toEqual([]);
  });

  test('a batch that the server will never take is taken out and told', async () => {
    const { outbox, chain } = given();
    await outbox.reconcile(chain.durable());
    for (const t of [1, 2, 3]) await outbox.append([beat(t)]);
    chain.take(outbox.at(1)?.text ?? '');
    await outbox.reject(2, chain.durable());
    await outbox.append([beat(4)]);
    sendAll(outbox, chain);
    expect(times(chain)).toEqual([1, 3, 4]);
    expect(gaps(chain)).toMatchObject([{ n: 1, why: 'rejected' }]);
    expect(chain.faults).toEqual([]);
  });

  test('another chain under the same number: ours is counted as lost, the rest is put behind it', async () => {
    const { outbox, chain } = given();
    await outbox.reconcile(chain.durable());
    await outbox.append([beat(1)]);
    await outbox.append([beat(2)]);
    const other = given();
    await other.outbox.reconcile(chain.durable());
    await other.outbox.append([beat(77)]);
    sendAll(other.outbox, chain);
    await outbox.reconcile(chain.durable());
    await outbox.append([beat(78)]);
    sendAll(outbox, chain);
    expect(times(chain)).toEqual([77, 2, 78]);
    expect(gaps(chain)).toMatchObject([{ n: 1, why: 'rejected' }]);
    expect(chain.faults).toEqual([]);
  });

  test('storage that fails is told once; everything goes on in memory', async () => {
    const broken: OutboxStore = { ...createMemoryStore(), put: () => Promise.reject(new Error('full')) };
    const { outbox, chain, storageFailures } = given(broken);
    await outbox.reconcile(chain.durable());
    await outbox.append([beat(1)]);
    await outbox.append([beat(2)]);
    sendAll(outbox, chain);
    expect(storageFailures()).toBe(1);
    expect(times(chain)).toEqual([1, 2]);
  });

  test('batches older than a sitting can be are swept', async () => {
    let now = 1_000;
    const { outbox, chain, open, store } = given(createMemoryStore(), () => now);
    await outbox.reconcile(chain.durable());
    await outbox.append([beat(1)]);
    now += 49 * 3_600_000;
    const later = open();
    await later.reconcile(chain.durable());
    expect(later.size()).toBe(0);
    expect(await store.batches(SESSION)).toEqual([]);
  });
});
