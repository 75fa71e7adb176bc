/** Many worlds one after the other, and the closing block. */
import { CHEATS } from './cheats.ts';
import type { Failure, Ledger } from './ledger.ts';
import { SCENARIOS } from './scenarios.ts';
import { runWorld } from './world.ts';

/** Failures printed at once, each with the command that replays it. */
const PRINTED_MAX = 20;

/** Seeds between two lines of progress. */
const PROGRESS_EVERY = 100;

/** What all worlds together gave. */
export interface Report {
  readonly ok: boolean;
  readonly seeds: number;
  readonly learnerHours: number;
  /** CPU time of this process while the worlds ran, s. */
  readonly cpuSeconds: number;
  readonly checks: number;
  readonly failures: readonly Failure[];
  readonly honestSittings: number;
  readonly falseViolations: number;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly crashes: number;
  readonly batches: number;
  /** Found and missed by kind of cheat. */
  readonly cheats: ReadonlyMap<string, { readonly found: number; readonly missed: number }>;
}

function replayCommand(seed: number): string {
  return `npm run simulate -- --seeds 1 --seed ${seed}`;
}

function printFailures(ledger: Ledger, print: (line: string) => void): number {
  let printed = 0;
  for (const { invariant, detail } of ledger.failures.slice(0, 3)) {
    print(`FAILED ${invariant}: ${detail}\n  replay: ${replayCommand(ledger.seed)}`);
    printed += 1;
  }
  for (const { cheat, found, detail } of ledger.cheats) {
    if (found) continue;
    print(`MISSED ${cheat}: ${detail}\n  replay: ${replayCommand(ledger.seed)}`);
    printed += 1;
  }
  return printed;
}

/**
 * Runs `seeds` worlds from seed `first` on.
 * @param run lets one world live; replaced to see what a failing one looks like.
 */
export async function simulate(
  first: number,
  seeds: number,
  print: (line: string) => void,
  run: (seed: number) => Promise<Ledger> = (seed) => runWorld(seed),
): Promise<Report> {
  const cpuBefore = process.cpuUsage();
  const ledgers: Ledger[] = [];
  let printed = 0;
  for (let i = 0; i < seeds; i += 1) {
    const ledger = await run(first + i);
    ledgers.push(ledger);
    if (printed < PRINTED_MAX) printed += printFailures(ledger, print);
    if ((i + 1) % PROGRESS_EVERY === 0) print(`${i + 1} of ${seeds} seeds`);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return reportOf(ledgers, (user + system) / 1e6);
}

function reportOf(ledgers: readonly Ledger[], cpuSeconds: number): Report {
  const cheats = new Map<string, { found: number; missed: number }>();
  const outcomes = new Map<string, number>();
  const sum = (value: (ledger: Ledger) => number) =>
    ledgers.reduce((total, ledger) => total + value(ledger), 0);
  for (const ledger of ledgers) {
    for (const [outcome, count] of ledger.outcomes)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
    for (const { cheat, found } of ledger.cheats) {
      const kept = cheats.get(cheat) ?? { found: 0, missed: 0 };
      cheats.set(cheat, found ? { ...kept, found: kept.found + 1 } : { ...kept, missed: kept.missed + 1 });
    }
  }
  const failures = ledgers.flatMap((ledger) => ledger.failures);
  const missed = [...cheats.values()].reduce((total, kind) => total + kind.missed, 0);
  return {
    ok: failures.length === 0 && missed === 0,
    seeds: ledgers.length,
    learnerHours: sum((ledger) => ledger.learnerMs) / 3_600_000,
    cpuSeconds,
    checks: sum((ledger) => ledger.checks),
    failures,
    honestSittings: sum((ledger) => ledger.honestSittings),
    falseViolations: sum((ledger) => ledger.falseViolations),
    outcomes,
    crashes: sum((ledger) => ledger.crashes),
    batches: sum((ledger) => ledger.batches),
    cheats,
  };
}

/** Names of all cheats and scenarios. */
export function catalogue(): readonly string[] {
  return [...CHEATS.map((cheat) => cheat.name), ...SCENARIOS.map((scenario) => scenario.name)];
}

/** The closing block. */
export function closingBlock(report: Report): string {
  const { cheats, outcomes } = report;
  const kinds = [...cheats].sort(([a], [b]) => a.localeCompare(b));
  const rows = kinds.map(
    ([name, { found, missed }]) => `    ${name.padEnd(38)} ${found} found, ${missed} missed`,
  );
  const found = kinds.reduce((total, [, kind]) => total + kind.found, 0);
  const missed = kinds.reduce((total, [, kind]) => total + kind.missed, 0);
  const how = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  return [
    '',
    `seeds run:                ${report.seeds}`,
    `learner-hours simulated:  ${report.learnerHours.toFixed(1)}`,
    `learner-hours/s/core:     ${(report.learnerHours / report.cpuSeconds).toFixed(1)} (${report.cpuSeconds.toFixed(1)} s of CPU time)`,
    `batches, server crashes:  ${report.batches}, ${report.crashes}`,
    `invariants checked:       ${report.checks}`,
    `invariant failures:       ${report.failures.length}`,
    `honest sittings:          ${report.honestSittings} (${how})`,
    `false violations:         ${report.falseViolations}`,
    `cheats found / missed:    ${found} / ${missed}`,
    ...rows,
    '',
  ].join('\n');
}
