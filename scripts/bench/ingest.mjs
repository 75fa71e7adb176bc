/** Durable ingest against a bare socket.io echo of the same payload: acknowledgements per second of the server's CPU time. */
import { benchData, startChild } from './child.mjs';
import { fillStore } from './filled-store.mjs';
import { closedLoop, line, openClients, quantile } from './load.mjs';

const CLIENTS = 200;
const ROUNDS = 7;
const ROUND_MS = 2_000;
const WARM_MS = 1_500;
const QUICK = { clients: 20, rounds: 1, roundMs: 300, warmMs: 100, few: 20, many: 200 };
const FULL = {
  clients: CLIENTS,
  rounds: ROUNDS,
  roundMs: ROUND_MS,
  warmMs: WARM_MS,
  few: 1_000,
  many: 100_000,
};
/** Batches of each stored sitting in the measurement of scale. */
const STORED_BATCHES = 3;

/** @param {import('./child.mjs').Child} child @param {import('./load.mjs').LoadClient[]} clients @param {number} events @param {number} ms */
async function rate(child, clients, events, ms) {
  const before = await child.cpuMicros();
  const acked = await closedLoop(clients, events, ms);
  const micros = (await child.cpuMicros()) - before;
  return { perCpuSecond: (acked * 1e6) / micros, acked };
}

/** @param {string} metric @param {number} events @param {typeof FULL} size */
async function compare(metric, events, size) {
  const data = benchData();
  const children = [await startChild('server-child.mjs', data.env), await startChild('bare-child.mjs')];
  try {
    const [ours, bare] = children;
    if (ours === undefined || bare === undefined) throw new Error('expected two children');
    const pairs = /** @type {const} */ ([
      [ours, await openClients(ours, size.clients, metric)],
      [bare, await openClients(bare, size.clients, metric)],
    ]);
    for (const [child, clients] of pairs) await rate(child, clients, events, size.warmMs);
    const rounds = [];
    for (let i = 0; i < size.rounds; i += 1) {
      const [mine, theirs] = [
        await rate(ours, pairs[0][1], events, size.roundMs),
        await rate(bare, pairs[1][1], events, size.roundMs),
      ];
      rounds.push({ mine: mine.perCpuSecond, theirs: theirs.perCpuSecond, acked: mine.acked });
    }
    for (const [, clients] of pairs) for (const client of clients) client.close();
    const value = quantile(
      rounds.map(({ mine }) => mine),
      0.5,
    );
    const baseline = quantile(
      rounds.map(({ theirs }) => theirs),
      0.5,
    );
    const ratios = rounds.map(({ mine, theirs }) => mine / theirs);
    return line(metric, value, 'batches/CPU-s', baseline, quantile(ratios, 0.5), {
      clients: size.clients,
      eventsPerBatch: events,
      rounds: size.rounds,
      ratios: ratios.map((ratio) => Math.round(ratio * 1_000) / 1_000),
      batchesPerSecond: Math.round(
        (quantile(
          rounds.map(({ acked }) => acked),
          0.5,
        ) *
          1_000) /
          size.roundMs,
      ),
      baseline: 'bare socket.io 4.8 that acknowledges with a small object',
    });
  } finally {
    for (const child of children) await child.stop();
    data.remove();
  }
}

/** CPU per event with few sittings stored and with many. @param {typeof FULL} size */
async function scale(size) {
  const parts = [];
  for (const sessions of [size.few, size.many]) {
    const data = benchData();
    await fillStore(data.folder, sessions, STORED_BATCHES);
    parts.push({
      sessions,
      data,
      child: await startChild('server-child.mjs', data.env),
      micros: /** @type {number[]} */ ([]),
    });
  }
  try {
    const loads = [];
    for (const part of parts)
      loads.push({ ...part, clients: await openClients(part.child, size.clients, 'scale') });
    for (const { child, clients } of loads) await rate(child, clients, 1, size.warmMs);
    for (let i = 0; i < size.rounds; i += 1)
      for (const { child, clients, micros } of loads)
        micros.push(1e6 / (await rate(child, clients, 1, size.roundMs)).perCpuSecond);
    for (const { clients } of loads) for (const client of clients) client.close();
    const [few = 0, many = 0] = loads.map(({ micros }) => quantile(micros, 0.5));
    return line('scale.costPerEvent', many, 'µs CPU/event', few, many / few, {
      few: size.few,
      many: size.many,
    });
  } finally {
    for (const { child, data } of parts) {
      await child.stop();
      data.remove();
    }
  }
}

/** @param {{ quick: boolean }} options */
export async function* benchIngest({ quick }) {
  const size = quick ? QUICK : FULL;
  yield await compare('ingest.single', 1, size);
  yield await compare('ingest.batch10', 10, size);
  yield await scale(size);
}
