/** Whatever the order of acks, losses, crashes and reconnects: the server sees a gapless, correctly chained, repeat-free stream. */
import type { LearningEvent } from '@zhenxue/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutboxStore } from '../../../client-sdk/src/core/effects.ts';
import { createSitting, type Sitting } from '../../../client-sdk/src/core/sitting.ts';
import { createMemoryStore } from '../../../client-sdk/src/effects/memory-store.ts';
import { createModelServer, type ModelServer } from '../../support/model-server.ts';
import { createVirtualTime, type VirtualTime } from '../../support/virtual-time.ts';

type Step =
  | { readonly do: 'record'; readonly count: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'cut' | 'crash' | 'reload' | 'lose-acks' | 'lose-batches' | 'down' | 'mend' }
  | { readonly do: 'refuse'; readonly code: 'slow-down' | 'out-of-order' | 'chain-mismatch' | 'unavailable' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('record' as const), count: fc.integer({ min: 1, max: 30 }) }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        ms: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 90, max: 4_000 })),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom<'cut' | 'crash' | 'reload' | 'lose-acks' | 'lose-batches' | 'down' | 'mend'>(
          'cut',
          'crash',
          'reload',
          'lose-acks',
          'lose-batches',
          'down',
          'mend',
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('refuse' as const),
        code: fc.constantFrom<'slow-down' | 'out-of-order' | 'chain-mismatch' | 'unavailable'>(
          'slow-down',
          'out-of-order',
          'chain-mismatch',
          'unavailable',
        ),
      }),
    },
  ),
  { maxLength: 40, size: 'max' },
);

/** Milliseconds that a write takes. */
const WRITE_MS = 8;

/** One page's view of a storage whose operations take time, in order; those of a crashed page never land. */
function slowStore(world: Pick<World, 'store' | 'time' | 'writes'>, crashed: () => boolean): OutboxStore {
  const { store, time } = world;
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = world.writes.then(async () => {
      await new Promise<void>((resolve) => void time.schedule(WRITE_MS, resolve));
      return crashed() ? new Promise<never>(() => undefined) : work();
    });
    world.writes = Promise.race([done, world.writes.then(() => later(time))]).then(
      () => undefined,
      () => undefined,
    );
    return done;
  };
  return {
    ...store,
    batches: (session) => inTurn(() => store.batches(session)),
    put: (batches) => inTurn(() => store.put(batches)),
    drop: (session, seq) => inTurn(() => store.drop(session, seq)),
    replace: (session, batches) => inTurn(() => store.replace(session, batches)),
  };
}

/** A little after a write is over, landed or not. */
function later(time: VirtualTime): Promise<void> {
  return new Promise((resolve) => void time.schedule(WRITE_MS + 1, resolve));
}

interface World {
  readonly time: VirtualTime;
  readonly server: ModelServer;
  readonly store: OutboxStore;
  sitting: Sitting;
  recorded: number;
  crashed: boolean;
  /** The last storage operation. */
  writes: Promise<void>;
}

interface PageLoad {
  alive: boolean;
  crashed: boolean;
}

function newSitting(world: Omit<World, 'sitting'>, page: PageLoad): Sitting {
  const { time, server } = world;
  const ignore = (): void => undefined;
  const sitting = createSitting({
    getTicket: async () => 'ticket',
    openLink: server.openLink,
    probe: server.probe,
    store: slowStore(world, () => page.crashed),
    // A page that is gone runs no timers any more.
    schedule: (delayMs, task) => time.schedule(delayMs, () => page.alive && task()),
    random: () => 0.5,
    wallNow: time.now,
    admit: async () => true,
    on: {
      state: ignore,
      welcome: ignore,
      directive: ignore,
      durable: ignore,
      storageFailed: ignore,
      warned: ignore,
      failed: ignore,
    },
  });
  sitting.start().then(() => opened.add(sitting), ignore);
  return sitting;
}

function mend({ server }: Pick<World, 'server'>): void {
  server.loseAcks = false;
  server.loseBatches = false;
  server.refusal = null;
}

/** A new page load. A crash takes what was not yet stored with it; a reload is told by `pagehide`. */
function reload(world: World, crash: boolean): void {
  if (crash) world.crashed = true;
  else world.sitting.closing();
  const old = pages.get(world);
  if (old !== undefined) Object.assign(old, { alive: false, crashed: crash });
  world.server.cut();
  const page = { alive: true, crashed: false };
  pages.set(world, page);
  world.sitting = newSitting(world, page);
}

/** Sittings that were welcomed: a page records nothing before. */
const opened = new WeakSet<Sitting>();

/** The present page load of a world. */
const pages = new WeakMap<World, PageLoad>();

async function apply(world: World, step: Step): Promise<void> {
  const { server, time } = world;
  switch (step.do) {
    case 'record':
      for (let i = 0; i < step.count && opened.has(world.sitting); i += 1) {
        world.recorded += 1;
        const event: LearningEvent = { e: 'beat', t: world.recorded, m: 0, s: 1 };
        world.sitting.record(event);
      }
      return;
    case 'wait':
      return time.advance(step.ms);
    case 'cut':
      return server.cut();
    case 'crash':
    case 'reload':
      return reload(world, step.do === 'crash');
    case 'lose-acks':
      server.loseAcks = true;
      return;
    case 'lose-batches':
      server.loseBatches = true;
      return;
    case 'down':
      server.refusal = 'unreachable';
      return server.cut();
    case 'mend':
      return mend(world);
    case 'refuse':
      server.refuseNext.push(step.code);
      return;
    default:
      return step satisfies never;
  }
}

test('the stored stream is gapless, chained and free of repeats after any faults', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 200 }), async (plan, batchLatencyMs) => {
      const time = createVirtualTime();
      const server = createModelServer(time.schedule);
      server.batchLatencyMs = batchLatencyMs;
      const base = {
        time,
        server,
        store: createMemoryStore(),
        recorded: 0,
        crashed: false,
        writes: Promise.resolve(),
      };
      const page = { alive: true, crashed: false };
      const world: World = Object.assign(base, { sitting: newSitting(base, page) });
      pages.set(world, page);
      await time.advance(100);
      for (const step of plan) await apply(world, step);
      mend(world);
      world.server.refuseNext.length = 0;
      await time.advance(180_000);

      const { chain } = world.server;
      // Batches sent ahead of one that was refused arrive out of order: that is no fault of the chain.
      expect(chain.faults.filter((fault) => !fault.startsWith('out-of-order'))).toEqual([]);
      const seen = chain.events().flatMap((event) => (event.e === 'beat' ? [event.t] : []));
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
      if (!world.crashed) expect(seen).toHaveLength(world.recorded);
      expect(await world.store.batches(chain.batches[0]?.session ?? '')).toEqual([]);
    }),
    { numRuns: 500, seed: 20_221_101 },
  );
});
