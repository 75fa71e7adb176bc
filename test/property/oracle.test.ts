/** The engine against an independent, slow, plain decision of the same records. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionRecord } from '../../server/src/core/session/records.ts';
import { verdictOf } from '../../server/src/core/verdict/verdict.ts';
import { anyRecord, recordsFrom } from '../oracle/anything.ts';
import { tell } from '../oracle/oracle.ts';
import { act, lessonOf, Teller } from '../oracle/sittings.ts';
import type { Told } from '../oracle/story.ts';
import { OPENED_AT, packOf, replay } from '../support/sitting.ts';

/** Sittings that are compared. */
const PLAUSIBLE_RUNS = 14_000;
const IMPLAUSIBLE_RUNS = 8_000;

/** Rules that the oracle decides. */
const DECIDED = new Set(['fast-forward', 'multi-window', 'popup-interval', 'random-photo']);

/** Milliseconds by which the beginning of a measured slope may differ: windows begin at thinned samples. */
const SPAN_TOLERANCE_MS = 1_000;

interface Line {
  readonly key: string;
  readonly fromAt: number;
  readonly toAt: number;
}

function sorted(lines: readonly Line[]): Line[] {
  return [...lines].sort((a, b) => a.key.localeCompare(b.key) || a.fromAt - b.fromAt || a.toAt - b.toAt);
}

/** What both sides say, in one shape; spans relative to the opening. */
function sides(records: readonly SessionRecord[]): { engine: unknown; oracle: unknown; told: Told } {
  const verdict = verdictOf(replay(records));
  const told = tell(records);
  const ours = sorted(
    verdict.findings
      .filter((finding) => DECIDED.has(finding.rule) && finding.kind !== 'second-sitting')
      .map(({ rule, kind, severity, span }) => ({
        key: `${rule}/${kind}/${severity}`,
        fromAt: span.fromAt - OPENED_AT,
        toAt: span.toAt - OPENED_AT,
      })),
  );
  const theirs = sorted(
    told.found.map(({ rule, kind, severity, fromAt, toAt }) => ({
      key: `${rule}/${kind}/${severity}`,
      fromAt: fromAt - OPENED_AT,
      toAt: toAt - OPENED_AT,
    })),
  );
  // Within the tolerance the engine's own figures stand for both.
  const near = theirs.map((line, i) => {
    const own = ours[i];
    const close =
      own !== undefined &&
      own.key === line.key &&
      Math.abs(own.fromAt - line.fromAt) <= SPAN_TOLERANCE_MS &&
      Math.abs(own.toAt - line.toAt) <= SPAN_TOLERANCE_MS;
    return close ? own : line;
  });
  const { outcome, ended, creditedMs, credited } = verdict;
  return {
    engine: { outcome, ended, creditedMs, credited, findings: ours },
    oracle: {
      outcome: told.outcome,
      ended: told.ended,
      creditedMs: told.creditedMs,
      credited: told.credited,
      findings: near,
    },
    told,
  };
}

const seed = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16).padStart(64, '3'));
const prior = fc.constantFrom<readonly (readonly [number, number])[]>(
  [],
  [],
  [[0, 20_000]],
  [[30_000, 42_000]],
);

describe('the engine and the oracle', () => {
  it('agree on plausible sittings', () => {
    const outcomes = new Set<string>();
    const kinds = new Set<string>();
    fc.assert(
      fc.property(
        fc.record({ seed, prior, videoMs: fc.constantFrom(40_000, 64_000, 120_000), demo: fc.boolean() }),
        fc.array(act, { minLength: 5, maxLength: 60 }),
        ({ seed: secret, prior: covered, videoMs, demo }, acts) => {
          const pack = packOf(demo ? 'demo' : 'zz-2022-2');
          const teller = new Teller(
            lessonOf(
              pack,
              secret,
              videoMs,
              covered.map(([a, b]) => [a, b]),
            ),
            OPENED_AT,
          );
          teller.play({ do: 'play' });
          for (const done of acts) teller.play(done);
          teller.play({ do: 'flush' });
          const { engine, oracle, told } = sides(teller.records);
          outcomes.add(told.outcome);
          for (const found of told.found) kinds.add(found.kind);
          expect(engine).toEqual(oracle);
        },
      ),
      { numRuns: PLAUSIBLE_RUNS, seed: 20_260_302 },
    );
    // What was never seen was not compared.
    expect(outcomes.size).toBe(5);
    expect(kinds.size).toBeGreaterThanOrEqual(10);
  });

  it('agree on whatever the protocol lets through', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(
        fc.record({ seed, prior, demo: fc.boolean() }),
        fc.array(anyRecord, { minLength: 2, maxLength: 30 }),
        ({ seed: secret, prior: covered, demo }, moves) => {
          const pack = packOf(demo ? 'demo' : 'zz-2022-2');
          const facts = lessonOf(
            pack,
            secret,
            64_000,
            covered.map(([a, b]) => [a, b]),
          );
          const { engine, oracle, told } = sides(recordsFrom(facts, OPENED_AT, moves));
          outcomes.add(told.outcome);
          expect(engine).toEqual(oracle);
        },
      ),
      { numRuns: IMPLAUSIBLE_RUNS, seed: 20_260_303 },
    );
    expect(outcomes.size).toBeGreaterThanOrEqual(3);
  });
});
