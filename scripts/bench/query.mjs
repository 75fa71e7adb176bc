/** Searches over a large store, by REST, one after the other. */
import { benchData, startChild } from './child.mjs';
import { fillStore } from './filled-store.mjs';
import { line, quantile } from './load.mjs';

const SESSIONS = 100_000;
const SESSIONS_QUICK = 300;
const SEARCHES = 400;
const SEARCHES_QUICK = 10;
const GOAL_MS = 50;
const FROM = Date.UTC(2026, 2, 2, 1, 0, 0);

/** @param {number} n @param {number} sessions */
function pathOf(n, sessions) {
  const from = new Date(FROM + ((n * 7_919) % sessions) * 1_000).toISOString();
  const filters = [
    `platform=platform-${n % 50}`,
    `learner=learner-${(n * 37) % sessions}`,
    `course=course-${n % 200}`,
    `platform=platform-${n % 50}&outcome=invalid`,
    `from=${from}`,
    '',
  ];
  return `/v1/sessions?limit=50&${filters[n % filters.length]}`;
}

/** @param {{ quick: boolean }} options */
export async function* benchQuery({ quick }) {
  const data = benchData();
  const sessions = quick ? SESSIONS_QUICK : SESSIONS;
  await fillStore(data.folder, sessions, 1);
  const child = await startChild('server-child.mjs', { ...data.env, ZHENXUE_DEMO: '1' });
  try {
    const signIn = await fetch(`${child.url}/demo/api/console-token`, { method: 'POST' });
    const { token } = /** @type {{ token: string }} */ (await signIn.json());
    const headers = { authorization: `Bearer ${token}` };
    /** @type {Map<string, number[]>} */
    const times = new Map();
    for (let n = 0; n < (quick ? SEARCHES_QUICK : SEARCHES); n += 1) {
      const path = pathOf(n, sessions);
      const startedAt = performance.now();
      const answer = await fetch(child.url + path, { headers });
      await answer.text();
      if (answer.status !== 200) throw new Error(`expected 200, got ${answer.status} for ${path}`);
      const kind = path.replace(/^.*limit=50&/, '').replace(/=[^&]*/g, '') || 'newest';
      times.set(kind, [...(times.get(kind) ?? []), performance.now() - startedAt]);
    }
    const p95 = quantile([...times.values()].flat(), 0.95);
    const byFilter = Object.fromEntries(
      [...times].map(([kind, list]) => [kind, Math.round(quantile(list, 0.95) * 10) / 10]),
    );
    yield line('query.searchP95', p95, 'ms', GOAL_MS, p95 / GOAL_MS, { sessions, p95ByFilter: byFilter });
  } finally {
    await child.stop();
    data.remove();
  }
}
