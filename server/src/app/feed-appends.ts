/** Tells consoles what became durable: never before, so that nobody sees what a crash could take back. */
import type { LiveUpdate } from '@zhenxue/protocol';
import type { LiveFeed } from './node-ports.ts';
import type { SessionAppend, SessionStore } from './ports.ts';

function updateOf({ row, findings }: SessionAppend): LiveUpdate {
  const { session, platform, outcome, endedAt, creditedMs, coveragePermille, violations } = row;
  const state = { outcome, endedAt, creditedMs, coveragePermille, violations };
  return { session, platform, ...state, findings: findings.map(({ id }) => id) };
}

/** The store, with a feed that hears of every change after it is durable. */
export function feedAppends(sessions: SessionStore, feed: LiveFeed): SessionStore {
  return {
    ...sessions,
    async create(append, seed, claim) {
      const created = await sessions.create(append, seed, claim);
      if (created) feed.changed(updateOf(append));
      return created;
    },
    async append(append) {
      await sessions.append(append);
      feed.changed(updateOf(append));
    },
  };
}
