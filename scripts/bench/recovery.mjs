/** From the start of the process to readiness, after a kill under load, with ten million events stored. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../crash/server.mjs';
import { benchData, startChild } from './child.mjs';
import { fillStore } from './filled-store.mjs';
import { closedLoop, line, openClients, quantile } from './load.mjs';

const FULL = { sessions: 2_000, batches: 500, restarts: 5, clients: 100, loadMs: 1_500 };
const QUICK = { sessions: 20, batches: 50, restarts: 1, clients: 10, loadMs: 200 };
const EVENTS_PER_BATCH = 10;
const GOAL_MS = 2_000;

/** @param {{ quick: boolean }} options */
export async function* benchRecovery({ quick }) {
  const size = quick ? QUICK : FULL;
  const data = benchData();
  try {
    await fillStore(data.folder, size.sessions, size.batches);
    const times = [];
    for (let i = 0; i < size.restarts; i += 1) {
      const child = await startChild('server-child.mjs', data.env);
      const clients = await openClients(child, size.clients, `recovery-${i}`);
      const running = closedLoop(clients, EVENTS_PER_BATCH, size.loadMs);
      await running;
      await child.stop();
      const server = await startServer(data.folder);
      if (server === null) throw new Error('expected the server to start again');
      times.push(server.readyMs);
      server.kill();
      await server.exited;
    }
    const value = quantile(times, 0.5);
    yield line('recovery.tenMillion', value, 'ms', GOAL_MS, value / GOAL_MS, {
      events: size.sessions * size.batches * EVENTS_PER_BATCH,
      restarts: size.restarts,
      maxMs: Math.round(Math.max(...times)),
      storeBytes: statSync(join(data.folder, 'zhenxue.db')).size,
    });
  } finally {
    data.remove();
  }
}
