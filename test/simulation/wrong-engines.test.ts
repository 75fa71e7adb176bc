/** The simulation can fail: engines with one fault each, and what it says about them. */
import type { Finding, RuleId, Verdict } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { type Engine, RULE_ENGINE } from '../../server/src/app/engine.ts';
import { outcomeOf } from '../../server/src/core/verdict/verdict.ts';
import { CHEATS } from './sim/cheats.ts';
import type { Invariant, Ledger } from './sim/ledger.ts';
import { runWorld } from './sim/world.ts';

/** A world without a fault of its own; seeds of the others follow from the cheat that must be in them. */
const SEED = 5;

/** The seed in whose world the cheat of this name is played. */
function seedWith(name: string): number {
  const index = CHEATS.findIndex((cheat) => cheat.name === name);
  for (let seed = 1; seed <= CHEATS.length; seed += 1)
    if ([0, 1].some((i) => (2 * seed + i) % CHEATS.length === index)) return seed;
  throw new RangeError(`expected a cheat of the catalogue, got ${name}`);
}

/** The engine with every verdict changed on its way out. */
function telling(change: (verdict: Verdict) => Partial<Verdict>): Engine {
  return {
    ...RULE_ENGINE,
    verdict: (state) => {
      const verdict = RULE_ENGINE.verdict(state);
      return { ...verdict, ...change(verdict) };
    },
  };
}

/** An engine that never heard of a rule. */
function without(rule: RuleId): Engine {
  return {
    ...RULE_ENGINE,
    verdict(state) {
      const findings = state.findings.filter((finding) => finding.rule !== rule);
      const outcome = outcomeOf({ ...state, findings });
      return { ...RULE_ENGINE.verdict(state), findings, outcome };
    },
  };
}

const ACCUSATION: Finding = {
  id: 'F99',
  rule: 'popup-interval',
  kind: 'popup-suppressed',
  severity: 'violation',
  attribution: 'learner',
  clause: 'zz-2022-2:20(3)',
  span: { fromAt: 0, toAt: 0, fromT: 0, toT: 0, fromM: 0, toM: 0 },
  claimed: null,
  measured: null,
  reason: { zh: '错误的认定', en: 'A wrong accusation.' },
  evidence: [],
  attributionReason: { zh: '错误的认定', en: 'A wrong accusation.' },
};

function failed(ledger: Ledger): Set<Invariant> {
  return new Set(ledger.failures.map(({ invariant }) => invariant));
}

function missed(ledger: Ledger): string[] {
  return ledger.cheats.filter(({ found }) => !found).map(({ cheat }) => cheat);
}

describe('the simulation', () => {
  it.each([
    ['fast-forward', '4x hidden'],
    ['multi-window', 'hidden tab'],
    ['popup-interval', 'popup removed'],
    ['random-photo', 'photo suppressed'],
    ['liveness-match', 'virtual camera'],
  ] as const)('misses a cheat when the engine knows nothing of %s', async (rule, cheat) => {
    const seed = seedWith(cheat);
    expect(missed(await runWorld(seed))).toEqual([]);
    expect(missed(await runWorld(seed, without(rule)))).toContain(cheat);
  });

  it('reports a false violation when the engine accuses somebody honest', async () => {
    const accusing = telling(({ findings }) => ({ findings: [...findings, ACCUSATION], outcome: 'invalid' }));
    const ledger = await runWorld(SEED, accusing);
    expect(ledger.falseViolations).toBeGreaterThan(0);
    expect(failed(ledger)).toContain('honest-without-violation');
  });

  it('misses a cheat whose interval or attribution is wrong', async () => {
    const seed = seedWith('4x hidden');
    const late = telling(({ findings }) => ({
      findings: findings.map((f) => ({ ...f, span: { ...f.span, fromAt: f.span.fromAt + 7_000 } })),
    }));
    expect(missed(await runWorld(seed, late))).toContain('4x hidden');
    const framed = telling(({ findings }) => ({
      findings: findings.map((f) => ({ ...f, attribution: 'platform' as const })),
    }));
    expect(missed(await runWorld(seed, framed))).toContain('4x hidden');
  });

  it('sees credit beyond the time that passed', async () => {
    const generous: Engine = {
      ...RULE_ENGINE,
      standing: (state) => {
        const standing = RULE_ENGINE.standing(state);
        return { ...standing, creditedMs: 2 * standing.creditedMs };
      },
    };
    expect(failed(await runWorld(SEED, generous))).toContain('credit-within-server-time');
  });

  it('sees a live verdict that the records do not lead to', async () => {
    let told = 0;
    const moody = telling(({ creditedMs }) => {
      told += 1;
      return { creditedMs: creditedMs + told };
    });
    expect(failed(await runWorld(SEED, moody))).toContain('replay-equals-live');
  });

  it('sees a violation that is taken back', async () => {
    const forgiving: Engine = {
      ...RULE_ENGINE,
      standing: (state) => {
        const standing = RULE_ENGINE.standing(state);
        return state.ended === null ? standing : { ...standing, outcome: 'incomplete' };
      },
    };
    expect(failed(await runWorld(seedWith('hidden tab'), forgiving))).toContain('invalid-stays-invalid');
  });
});
