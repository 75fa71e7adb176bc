/** What the parts of the store contract share. */
import type { Finding } from '@zhenxue/protocol';
import { afterEach, beforeEach } from 'vitest';
import type { SessionRow, Store, StoredRecord } from '../../../server/src/app/ports.ts';

/** A store under test. */
export interface StoreUnderTest extends Omit<Store, 'close'> {
  /** Opens the same data once more, as another server would. */
  another(): Promise<Store>;
  /** Closes it and opens it again over the same data. */
  reopen(): Promise<StoreUnderTest>;
  destroy(): Promise<void>;
}

export const SEED = 'ab'.repeat(32);

export function id(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}

export function row(n: number, change: Partial<SessionRow> = {}): SessionRow {
  return {
    session: id(n),
    platform: 'p1',
    learner: 'l1',
    course: 'c1',
    lesson: 'x1',
    packId: 'demo',
    build: 'b1',
    openedAt: 1_000 + n,
    endedAt: null,
    ended: null,
    outcome: 'in_progress',
    creditedMs: 0,
    coveragePermille: 0,
    violations: 0,
    suppressions: [],
    credited: [],
    seq: 0,
    dueAt: null,
    ...change,
  };
}

export function record(n: number, change: Partial<StoredRecord> = {}): StoredRecord {
  const chain = new Uint8Array(32).fill(n);
  return {
    n,
    kind: n === 1 ? 'open' : 'batch',
    at: 1_000 + n,
    bytes: Buffer.from(`record ${n}`),
    chain,
    ...change,
  };
}

export function finding(name: string, measured = 1): Finding {
  const both = { zh: '原因', en: 'reason' };
  return {
    id: name,
    rule: 'popup-interval',
    kind: 'popup-suppressed',
    severity: 'violation',
    attribution: 'unknown',
    attributionReason: both,
    clause: 'x:1',
    span: { fromAt: 1, toAt: 2, fromT: 1, toT: 2, fromM: 1, toM: 2 },
    claimed: null,
    measured,
    reason: both,
    evidence: [],
  };
}

export function plain(records: readonly StoredRecord[]): unknown {
  return records.map((r) => ({ ...r, bytes: Buffer.from(r.bytes).toString(), chain: [...r.chain] }));
}

export type Open = () => Promise<StoreUnderTest>;

/** Opens a store before each test and destroys it after. */
export function setUp(open: Open) {
  let store: StoreUnderTest;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => {
    await store.destroy();
  });
  return {
    get store(): StoreUnderTest {
      return store;
    },
    async reopen(): Promise<void> {
      store = await store.reopen();
    },
    create: (n: number, change: Partial<SessionRow> = {}, claim?: string) =>
      store.sessions.create({ row: row(n, change), records: [record(1)], findings: [] }, SEED, claim),
  };
}
