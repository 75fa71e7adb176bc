/** From the violation's batch leaving the page to the finding being durable and readable over REST, under load. */
import { benchData, startChild } from './child.mjs';
import { line, openClients, quantile } from './load.mjs';

const FULL = { learners: 500, seconds: 40, cheatFrom: 10 };
const QUICK = { learners: 12, seconds: 14, cheatFrom: 3 };
/** One learner in so many cheats. */
const CHEAT_EVERY = 4;
const SECOND_MS = 1_000;
/** Media ms that a cheat gains per second beyond the clock. */
const GAIN_MS = 2_500;
const P50_GOAL_MS = 20;
const P99_GOAL_MS = 150;

/** @param {import('./child.mjs').Child} child @param {string} session */
async function violations({ url, key }, session) {
  const answer = await fetch(`${url}/v1/sessions/${session}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return /** @type {{ violations: number }} */ (await answer.json()).violations;
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * One learner sends one event a second; a cheat looks up its own sitting after every batch.
 * @param {import('./child.mjs').Child} child @param {import('./load.mjs').LoadClient} client @param {number} index @param {typeof FULL} size
 * @returns {Promise<number | null>} ms from sending to seeing, null for honest learners
 */
async function run(child, client, index, size) {
  await pause((index / size.learners) * SECOND_MS);
  const cheats = index % CHEAT_EVERY === 0;
  const startedAt = performance.now();
  for (let second = 0; second < size.seconds; second += 1) {
    await pause(Math.max(0, startedAt + second * SECOND_MS - performance.now()));
    const cheating = cheats && second >= size.cheatFrom;
    if (cheating) client.mediaAhead += GAIN_MS;
    const sentAt = performance.now();
    await client.send(1);
    if (cheating && (await violations(child, client.session)) > 0) return performance.now() - sentAt;
  }
  return null;
}

/** @param {{ quick: boolean }} options */
export async function* benchLatency({ quick }) {
  const size = quick ? QUICK : FULL;
  const data = benchData();
  const child = await startChild('server-child.mjs', { ...data.env, ZHENXUE_PACK: 'demo' });
  try {
    const clients = await openClients(child, size.learners, 'latency');
    const seen = await Promise.all(clients.map((client, index) => run(child, client, index, size)));
    for (const client of clients) client.close();
    const times = seen.filter((time) => time !== null);
    const cheats = Math.ceil(size.learners / CHEAT_EVERY);
    const detail = { learners: size.learners, cheats, flagged: times.length, eventsPerSecond: size.learners };
    const p50 = quantile(times, 0.5);
    const p99 = quantile(times, 0.99);
    yield line('latency.flagP50', p50, 'ms', P50_GOAL_MS, p50 / P50_GOAL_MS, detail);
    yield line('latency.flagP99', p99, 'ms', P99_GOAL_MS, p99 / P99_GOAL_MS, detail);
  } finally {
    await child.stop();
    data.remove();
  }
}
