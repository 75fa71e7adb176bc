/**
 * Every sitting once more from its stored bytes alone: the chain, the seed that was committed, the verdict and the row. The
 * replay is the core's own and shares no code with how the server keeps a live sitting.
 */
import { checkChain } from '@zhenxue/evidence';
import type { Verdict } from '@zhenxue/protocol';
import type { Engine } from '../../../server/src/app/engine.ts';
import { sha256 } from '../../../server/src/app/hash.ts';
import { decodeRecord } from '../../../server/src/app/record-codec.ts';
import { summaryOf } from '../../../server/src/app/session-summary.ts';
import type { Sitting } from '../../../server/src/app/sitting.ts';
import type { SessionRecord } from '../../../server/src/core/session/records.ts';
import type { SessionState } from '../../../server/src/core/session/state.ts';
import type { Ledger } from './ledger.ts';
import type { StoredSitting } from './memory-ports.ts';

/** What a row of the store says, from the records and the state that they lead to. */
function rowOf(engine: Engine, kept: StoredSitting, state: SessionState): string {
  const { records, batches } = kept;
  const first = records[0];
  const last = records[records.length - 1];
  const told = {
    facts: state.facts,
    state,
    openedAt: first?.at ?? 0,
    at: last?.at ?? 0,
    seq: batches.length,
    ended: state.ended,
    sealed: last?.kind === 'close',
    connected: false,
    dueAt: null,
  };
  return JSON.stringify({ ...summaryOf(engine, told as unknown as Sitting), dueAt: 0 });
}

function stateAfter(engine: Engine, records: readonly SessionRecord[]): SessionState {
  const [open, ...rest] = records;
  if (open?.kind !== 'open') throw new Error('expected the open record first');
  const replay = engine.replay(open.facts, open.at);
  for (const record of rest) replay.take(record);
  return replay.state;
}

function replayOne(
  engine: Engine,
  ledger: Ledger,
  session: string,
  kept: StoredSitting,
  live: string | undefined,
): Verdict {
  const chain = checkChain(session, kept.records, sha256);
  ledger.check('chain-verifies', chain.ok, () => `${session}: the chain does not hold`);
  // The open record holds the seed's hash: decoding it checks the commitment.
  const records: SessionRecord[] = kept.records.map(({ kind, at, bytes }) =>
    decodeRecord(kind, at, bytes, kept.seed),
  );
  ledger.check('seed-was-committed', true, () => '');
  const state = stateAfter(engine, records);
  const verdict = engine.verdict(state);
  const same = live === undefined || live === JSON.stringify(verdict);
  ledger.check('replay-equals-live', same, () => `${session}: another verdict`);
  const row = rowOf(engine, kept, state);
  const stored = JSON.stringify({ ...kept.row, dueAt: 0 });
  ledger.check('replay-equals-live', row === stored, () => `${session}: ${row} after ${stored}`);
  ledger.check('world-ends', records.at(-1)?.kind === 'close', () => `${session}: was never sealed`);
  return verdict;
}

/** Replays all sittings and compares with what was live. @param live verdicts as sealed, JSON. @returns verdicts by session. */
export function replayAll(
  engine: Engine,
  ledger: Ledger,
  sittings: ReadonlyMap<string, StoredSitting>,
  live: ReadonlyMap<string, string>,
): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  for (const [session, kept] of sittings) {
    try {
      verdicts.set(session, replayOne(engine, ledger, session, kept, live.get(session)));
    } catch (error) {
      ledger.check('chain-verifies', false, () => `${session}: ${String(error)}`);
    }
  }
  return verdicts;
}
