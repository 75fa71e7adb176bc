/**
 * Frozen sittings: the stored records of protocol 1 and the verdict they were given, byte for byte. A change of the engine that
 * turns one of these red decides old sittings anew, which it must never do. New scenarios are added with
 * `ZHENXUE_WRITE_VECTORS=1 npx vitest run --project unit test/unit/core/replay.test.ts`; existing files are never rewritten.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decide, openSession, replaySession } from '../../../server/src/core/session/engine.ts';
import type { SessionRecord } from '../../../server/src/core/session/records.ts';
import { verdictOf } from '../../../server/src/core/verdict/verdict.ts';
import { REPLAY_SCENARIOS } from '../../support/replay-scenarios.ts';

interface Frozen {
  readonly records: readonly SessionRecord[];
  /** The verdict's JSON text. */
  readonly verdict: string;
}

const pathOf = (name: string): URL => new URL(`../../vectors/replay-v1/${name}.json`, import.meta.url);

function freeze(name: string): void {
  const sitting = REPLAY_SCENARIOS.get(name)?.();
  if (sitting === undefined || existsSync(pathOf(name))) return;
  const lines = sitting.records.map((record) => JSON.stringify(record)).join(',\n');
  const verdict = JSON.stringify(JSON.stringify(verdictOf(sitting.state)));
  writeFileSync(pathOf(name), `{"records":[\n${lines}\n],\n"verdict":${verdict}}\n`);
}

if (process.env.ZHENXUE_WRITE_VECTORS === '1') for (const name of REPLAY_SCENARIOS.keys()) freeze(name);

describe.each([...REPLAY_SCENARIOS.keys()])('the frozen sitting %s', (name) => {
  const { records, verdict } = JSON.parse(readFileSync(pathOf(name), 'utf8')) as Frozen;

  it('is decided the same, byte for byte', () => {
    expect(JSON.stringify(verdictOf(replaySession(records)))).toBe(verdict);
  });

  it('is decided the same one record after the other', () => {
    const [first, ...rest] = records;
    if (first?.kind !== 'open') throw new Error('expected the open record first');
    const state = rest.reduce((s, record) => decide(s, record).state, openSession(first.facts, first.at));
    expect(JSON.stringify(verdictOf(state))).toBe(verdict);
  });
});

describe('a replay', () => {
  it('begins with the open record', () => {
    expect(() => replaySession([])).toThrow(RangeError);
    expect(() => replaySession([{ kind: 'tick', at: 1 }])).toThrow(RangeError);
  });
});
