import { describe, expect, it } from 'vitest';
import { addSkip, closingTable } from '../../../scripts/steps/suite-reporter.mjs';

function counts(passed: number, failed: number, unhandled = 0) {
  const tally = { passed, failed, skipped: 0, reasons: new Map<string, number>() };
  return { tallies: new Map([['unit', tally]]), unhandled };
}

describe('the closing table of the tests', () => {
  it('ends with the totals, alone on the last line', () => {
    const { text, ok } = closingTable(counts(3, 0), { failOnSkip: true });
    expect(ok).toBe(true);
    expect(text.split('\n').at(-1)).toBe('3 passed, 0 failed, 0 skipped');
    expect(text).toMatch(/^unit +3 +0 +0$/m);
  });

  it('fails with a failed test, with an error outside of tests, and without any test', () => {
    expect(closingTable(counts(3, 1), { failOnSkip: false }).ok).toBe(false);
    expect(closingTable(counts(3, 0, 1), { failOnSkip: false }).ok).toBe(false);
    expect(closingTable(counts(0, 0), { failOnSkip: false }).ok).toBe(false);
  });

  it('tells why tests were skipped, and fails on them in CI', () => {
    const given = counts(3, 0);
    addSkip(given.tallies, 'e2e', 'Chromium is missing');
    addSkip(given.tallies, 'e2e', 'Chromium is missing');
    const here = closingTable(given, { failOnSkip: false });
    expect(here.ok).toBe(true);
    expect(here.text).toContain('skipped in e2e: 2 × Chromium is missing');
    expect(here.text.split('\n').at(-1)).toBe('3 passed, 0 failed, 2 skipped');
    expect(closingTable(given, { failOnSkip: true }).ok).toBe(false);
  });

  it('lets a skip pass in CI only where the part cannot be had there', () => {
    const given = counts(3, 0);
    addSkip(given.tallies, 'contract', 'the-part does not load');
    const options = { failOnSkip: true, cannotBeHad: ['the-part '] };
    expect(closingTable(given, options).ok).toBe(true);
    expect(closingTable(given, options).text).toContain('skipped in contract: 1 × the-part does not load');
    addSkip(given.tallies, 'e2e', 'Chromium is missing');
    expect(closingTable(given, options).ok).toBe(false);
  });
});
