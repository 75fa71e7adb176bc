/** Listens to the live socket of a page: what was acknowledged, and what the server still had at every welcome. */
import type { Page } from 'playwright-core';

/** What one tab saw, in order: `acked` = highest durable batch of an ack, `held` = that of a welcome. */
export type Seen = readonly {
  readonly what: 'acked' | 'held';
  readonly session: string;
  readonly seq: number;
}[];

/** Runs before every script of a page. */
export const WIRE_TAP = `(() => {
  const seen = [];
  let session = '';
  const Real = WebSocket;
  const note = (what, seq) => seen.push({ what, session, seq });
  window.WebSocket = class extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string') return;
        const welcome = /^42\\["welcome",(.*)\\]$/s.exec(data);
        if (welcome) {
          const { durable, session: id } = JSON.parse(welcome[1]);
          session = id;
          note('held', durable.seq);
        }
        const ack = /^43\\d+\\[(.*"durable".*)\\]$/s.exec(data);
        if (ack && JSON.parse(ack[1]).seq !== undefined) note('acked', JSON.parse(ack[1]).seq);
      });
    }
  };
  window.wireSeen = seen;
})();`;

declare const window: { readonly wireSeen: Seen } & Window;

/** What a tapped page has seen so far. */
export function seenBy(page: Page): Promise<Seen> {
  return page.evaluate(() => window.wireSeen);
}

/** Acknowledged batches that a later welcome did not hold any more, one line each. */
export function lostOf(seen: Seen): string[] {
  const acked = new Map<string, number>();
  const lost: string[] = [];
  for (const { what, session, seq } of seen) {
    const most = acked.get(session) ?? 0;
    if (what === 'acked') acked.set(session, Math.max(most, seq));
    else if (seq < most) lost.push(`${session}: acknowledged up to ${most}, held ${seq}`);
  }
  return lost;
}
