/** Resident memory per live learner, against a bare socket.io connection. */
import { benchData, startChild } from './child.mjs';
import { line, openClients } from './load.mjs';

const FULL = {
  warm: 100,
  steps: /** @type {const} */ ([
    [1_000, 'memory.perLearner1k'],
    [5_000, 'memory.perLearner5k'],
  ]),
};
const QUICK = { warm: 10, steps: /** @type {const} */ ([[50, 'memory.perLearner1k']]) };
/** Batches that every learner sends before it is weighed. */
const BATCHES = 5;
const EVENTS = 4;

/** @param {import('./child.mjs').Child} child @param {typeof FULL | typeof QUICK} size */
async function weigh(child, size) {
  const clients = await openClients(child, size.warm, 'warm');
  await Promise.all(clients.map((client) => client.send(EVENTS)));
  const empty = await child.rssBytes();
  const weights = [];
  for (const [count] of size.steps) {
    const more = await openClients(child, count - (clients.length - size.warm), `weigh-${count}`);
    clients.push(...more);
    for (let i = 0; i < BATCHES; i += 1) await Promise.all(more.map((client) => client.send(EVENTS)));
    weights.push(((await child.rssBytes()) - empty) / count);
  }
  for (const client of clients) client.close();
  return weights;
}

/** @param {{ quick: boolean }} options */
export async function* benchMemory({ quick }) {
  const size = quick ? QUICK : FULL;
  const data = benchData();
  const ours = await startChild('server-child.mjs', data.env);
  const bare = await startChild('bare-child.mjs');
  try {
    const mine = await weigh(ours, size);
    const theirs = await weigh(bare, size);
    for (const [i, [learners, metric]] of size.steps.entries()) {
      const [value = 0, baseline = 0] = [mine[i], theirs[i]];
      yield line(metric, Math.round(value), 'bytes RSS/learner', Math.round(baseline), value / baseline, {
        learners,
        batchesSent: BATCHES,
      });
    }
  } finally {
    await ours.stop();
    await bare.stop();
    data.remove();
  }
}
