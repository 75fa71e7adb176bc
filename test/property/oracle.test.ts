/** The engine against an independent, slow, plain decision of the same records. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyPack } from '../../server/src/core/policy/pack.ts';
import type { SessionRecord, SittingFacts } from '../../server/src/core/session/records.ts';
import { verdictOf } from '../../server/src/core/verdict/verdict.ts';
import { anyRecord, recordsFrom } from '../oracle/anything.ts';
import { tell } from '../oracle/oracle.ts';
import { type Act, act, calmAct, lessonOf } from '../oracle/sittings.ts';
import type { Told } from '../oracle/story.ts';
import { Teller } from '../oracle/teller.ts';
import { OPENED_AT, packOf, replay } from '../support/sitting.ts';

/** Sittings that are compared. */
const PLAUSIBLE_RUNS = 24_000;
const CALM_RUNS = 8_000;
const IMPLAUSIBLE_RUNS = 12_000;

/** Rules that the oracle decides: all but the patterns across popups, which are hints and have vectors of their own. */
const DECIDED = new Set([
  'fast-forward',
  'multi-window',
  'popup-interval',
  'random-photo',
  'liveness-match',
  'lesson-order',
  'platform-duties',
  'record-integrity',
]);

/** Kinds of finding that must have come up. */
const PLAUSIBLE_KINDS = [
  'rate-reported',
  'rate-attempt',
  'slope-measured',
  'seek-forward',
  'seek-attempt',
  'end-claimed',
  'clock-ahead',
  'played-hidden',
  'played-unfocused',
  'played-pip',
  'second-sitting',
  'popup-suppressed',
  'photo-suppressed',
  'photo-missing',
  'capture-virtual',
  'capture-replayed',
  'lesson-skipped',
  'later-content',
  'order-overridden',
  'video-unapproved',
  'control-disabled',
  'seq-conflict',
  'tampered',
  'beyond-end',
  'clock-lagging',
];
const CALM_KINDS = ['other-person', 'spoof-shown', 'liveness-missing', 'photo-missing', 'second-sitting'];

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
      .filter((finding) => DECIDED.has(finding.rule))
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

/** Under which pack, and what the platform did. */
interface Kind {
  readonly pack: PolicyPack;
  readonly odd: Pick<SittingFacts, 'place' | 'acts'>;
}

/** What is fixed when a sitting opens, and whether it is closed in the end. */
interface Chosen {
  readonly seed: string;
  readonly prior: readonly (readonly [number, number])[];
  readonly videoMs: number;
  readonly kind: Kind;
  readonly closes: boolean;
}

/** A pack with or without liveness, and what the platform did. */
const kind: fc.Arbitrary<Kind> = fc.record({
  pack: fc.record({ demo: fc.boolean(), required: fc.boolean() }).map(({ demo, required }) => {
    const pack = packOf(demo ? 'demo' : 'zz-2022-2');
    return { ...pack, liveness: { ...pack.liveness, required } };
  }),
  odd: fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.record({
        place: fc.record({
          specialised: fc.boolean(),
          position: fc.constant(2),
          unfinishedBefore: fc.nat(1),
        }),
        acts: fc.record({
          orderOverridden: fc.boolean(),
          videoUnapproved: fc.boolean(),
          controlsOff: fc.constantFrom<readonly 'popup'[]>([], ['popup']),
        }),
      }),
    },
  ),
});

/** Faces are asked for. */
const faceKind: fc.Arbitrary<Kind> = fc.boolean().map((demo) => {
  const pack = packOf(demo ? 'demo' : 'zz-2022-2');
  return { pack: { ...pack, liveness: { ...pack.liveness, required: true } }, odd: {} };
});

function chosenOf(of: fc.Arbitrary<Kind>): fc.Arbitrary<Chosen> {
  const videoMs = fc.constantFrom(40_000, 64_000, 120_000);
  return fc.record({ seed, prior, videoMs, kind: of, closes: fc.boolean() });
}

/** Plays acts in a lesson and compares what both sides say of it. */
function compare(
  { seed: secret, prior: covered, videoMs, kind: chosen, closes }: Chosen,
  acts: readonly Act[],
  seen: { readonly outcomes: Set<string>; readonly kinds: Set<string> },
): void {
  const { pack, odd } = chosen;
  const pieces = covered.map(([a, b]): [number, number] => [a, b]);
  const teller = new Teller(lessonOf(pack, secret, videoMs, pieces, odd), OPENED_AT);
  teller.play({ do: 'play' });
  for (const done of acts) teller.play(done);
  teller.play({ do: 'flush' });
  if (closes) teller.play({ do: 'close' });
  const { engine, oracle, told } = sides(teller.records);
  seen.outcomes.add(told.outcome);
  for (const found of told.found) seen.kinds.add(found.kind);
  expect(engine).toEqual(oracle);
}

describe('the engine and the oracle', () => {
  it('agree on plausible sittings', () => {
    const seen = { outcomes: new Set<string>(), kinds: new Set<string>() };
    fc.assert(
      fc.property(chosenOf(kind), fc.array(act, { minLength: 5, maxLength: 60 }), (chosen, acts) =>
        compare(chosen, acts, seen),
      ),
      { numRuns: PLAUSIBLE_RUNS, seed: 20_260_302 },
    );
    // What was never seen was not compared.
    expect(seen.outcomes.size).toBe(5);
    for (const found of PLAUSIBLE_KINDS) expect(seen.kinds).toContain(found);
  });

  it('agree on calm sittings with many faces', () => {
    const seen = { outcomes: new Set<string>(), kinds: new Set<string>() };
    fc.assert(
      fc.property(chosenOf(faceKind), fc.array(calmAct, { minLength: 10, maxLength: 80 }), (chosen, acts) =>
        compare(chosen, acts, seen),
      ),
      { numRuns: CALM_RUNS, seed: 20_260_304 },
    );
    expect(seen.outcomes.size).toBe(5);
    for (const found of CALM_KINDS) expect(seen.kinds).toContain(found);
  });

  it('agree on whatever the protocol lets through', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(
        fc.record({ seed, prior, kind }),
        fc.array(anyRecord, { minLength: 2, maxLength: 30 }),
        ({ seed: secret, prior: covered, kind: chosen }, moves) => {
          const { pack, odd } = chosen;
          const facts = lessonOf(
            pack,
            secret,
            64_000,
            covered.map(([a, b]) => [a, b]),
            odd,
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
