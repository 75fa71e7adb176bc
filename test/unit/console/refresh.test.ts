import type { SessionSummary } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { appendPage, refreshHead } from '../../../console/src/refresh/merge.ts';
import { startPoller } from '../../../console/src/refresh/poller.ts';
import { storiedSittings } from '../../support/console-sittings.ts';

const model: SessionSummary = storiedSittings().honest.detail;
function row(openedAt: number, part: Partial<SessionSummary> = {}): SessionSummary {
  return { ...model, session: `s${openedAt}`, openedAt, ...part };
}

/** A page and a timer that only move when told to. */
function world() {
  const waiting: (() => void)[] = [];
  const listeners = new Set<() => void>();
  let runs = 0;
  let finish: () => void = () => {};
  const page = {
    hidden: false,
    addEventListener: (_: string, listener: () => void) => void listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => void listeners.delete(listener),
  };
  return {
    page,
    listeners,
    runs: () => runs,
    waiting: () => waiting.length,
    elapse: () => {
      for (const task of waiting.splice(0)) task();
    },
    show: (hidden: boolean) => {
      page.hidden = hidden;
      for (const listener of listeners) listener();
    },
    finish: async () => {
      finish();
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
    options: {
      page,
      intervalMs: 3_000,
      run: () => {
        runs++;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
      schedule: (_: number, task: () => void) => {
        waiting.push(task);
        return () => void (waiting.includes(task) && waiting.splice(waiting.indexOf(task), 1));
      },
    },
  };
}

describe('refreshing', () => {
  it('waits, runs once, and waits again only after the answer', async () => {
    const w = world();
    startPoller(w.options);
    expect(w.runs()).toBe(0);
    w.elapse();
    expect([w.runs(), w.waiting()]).toEqual([1, 0]);
    await w.finish();
    expect([w.runs(), w.waiting()]).toEqual([1, 1]);
  });

  it('rests while the page is hidden and runs at once when it is shown again', async () => {
    const w = world();
    startPoller(w.options);
    w.show(true);
    expect(w.waiting()).toBe(0);
    w.elapse();
    expect(w.runs()).toBe(0);
    w.show(false);
    expect(w.runs()).toBe(1);
    await w.finish();
    expect(w.waiting()).toBe(1);
  });

  it('goes on after a refused request', async () => {
    const w = world();
    startPoller({ ...w.options, run: () => Promise.reject(new Error('down')) });
    w.elapse();
    await w.finish();
    expect(w.waiting()).toBe(1);
  });

  it('stops for good, even with an answer under way', async () => {
    const w = world();
    const stop = startPoller(w.options);
    w.elapse();
    stop();
    await w.finish();
    expect([w.waiting(), w.listeners.size]).toEqual([0, 0]);
  });
});

describe('a list that was extended', () => {
  it('gets a fresh head and keeps its tail', () => {
    const loaded = { rows: [row(5), row(4), row(3), row(2)], next: 'c2' };
    const fresh = { items: [row(6), row(5, { outcome: 'invalid' }), row(4)], next: 'c1' };
    const merged = refreshHead(loaded, fresh);
    expect(merged.rows.map((item) => item.openedAt)).toEqual([6, 5, 4, 3, 2]);
    expect(merged.rows[1]?.outcome).toBe('invalid');
    expect(merged.next).toBe('c2');
  });

  it('loses rows that no longer match', () => {
    const loaded = { rows: [row(5), row(4), row(3)], next: null };
    expect(refreshHead(loaded, { items: [row(5), row(3)], next: null }).rows).toHaveLength(2);
    expect(refreshHead(loaded, { items: [], next: null }).rows).toEqual([]);
  });

  it('shows nothing twice when pages overlap', () => {
    const loaded = appendPage(
      { rows: [row(5), row(4)], next: 'c1' },
      { items: [row(4), row(3)], next: null },
    );
    expect(loaded.rows.map((item) => item.openedAt)).toEqual([5, 4, 3]);
    expect(loaded.next).toBeNull();
  });
});
