/** Counts what a test run did, per suite, for the closing table of `npm test`. */

/**
 * @typedef {{ passed: number, failed: number, skipped: number, reasons: Map<string, number> }} Tally
 * @typedef {{ tallies: Map<string, Tally>, unhandled: number }} Counts
 */

/** @returns {Tally} */
function emptyTally() {
  return { passed: 0, failed: 0, skipped: 0, reasons: new Map() };
}

/** Adds one skip with its reason. @param {Map<string, Tally>} tallies @param {string} suite @param {string} reason */
export function addSkip(tallies, suite, reason) {
  const tally = tallies.get(suite) ?? emptyTally();
  tallies.set(suite, tally);
  tally.skipped += 1;
  tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1);
}

/**
 * A reporter for the test runner, and the counts that it fills. A file that cannot even be loaded counts as one failure.
 * @returns {{ reporter: import('vitest/reporters').Reporter, counts: Counts }}
 */
export function countingReporter() {
  /** @type {Counts} */
  const counts = { tallies: new Map(), unhandled: 0 };
  return {
    counts,
    reporter: {
      onTestRunEnd(modules, unhandledErrors) {
        counts.unhandled = unhandledErrors.length;
        for (const module of modules) {
          const suite = module.project.name;
          const tally = counts.tallies.get(suite) ?? emptyTally();
          counts.tallies.set(suite, tally);
          if (module.errors().length > 0) tally.failed += 1;
          for (const test of module.children.allTests()) {
            const result = test.result();
            if (result.state === 'passed') tally.passed += 1;
            else if (result.state === 'skipped')
              addSkip(counts.tallies, suite, result.note ?? 'no reason given');
            else tally.failed += 1;
          }
        }
      },
    },
  };
}

/**
 * The closing table, and as its last line `N passed, N failed, N skipped`.
 * @param {Counts} counts
 * @param {{ failOnSkip: boolean, cannotBeHad?: readonly string[] }} options in CI a part that can be had must not be skipped;
 *   `cannotBeHad` = how the reasons of the parts begin that no CI of this project can have
 * @returns {{ text: string, ok: boolean }}
 */
export function closingTable({ tallies, unhandled }, { failOnSkip, cannotBeHad = [] }) {
  const rows = [['suite', 'passed', 'failed', 'skipped']];
  const reasons = [];
  const sum = { passed: 0, failed: unhandled, skipped: 0 };
  let avoidable = 0;
  for (const [suite, tally] of tallies) {
    rows.push([suite, String(tally.passed), String(tally.failed), String(tally.skipped)]);
    sum.passed += tally.passed;
    sum.failed += tally.failed;
    sum.skipped += tally.skipped;
    for (const [reason, times] of tally.reasons) {
      reasons.push(`skipped in ${suite}: ${times} × ${reason}`);
      if (!cannotBeHad.some((start) => reason.startsWith(start))) avoidable += times;
    }
  }
  if (unhandled > 0) rows.push(['(outside of tests)', '', String(unhandled), '']);
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(20) : cell.padStart(9))).join(''),
  );
  if (failOnSkip && avoidable > 0)
    reasons.push('Skipped tests fail the run in CI: what they need can be had there.');
  if (sum.passed + sum.failed + sum.skipped === 0) reasons.push('No test was found.');
  const total = `${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`;
  const ok = sum.failed === 0 && sum.passed > 0 && !(failOnSkip && avoidable > 0);
  return { text: [...lines, ...reasons, '', total].join('\n'), ok };
}
