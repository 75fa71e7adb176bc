/** A finding's sentence tells the figures of its whole interval, not those of the moment in which it was raised. */
import { type FindingKind, STATE } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { Sitting } from '../../support/sitting.ts';

/** The English sentence about the one finding of a kind. */
function told(sitting: Sitting, kind: FindingKind): string {
  const found = sitting.verdict.findings.filter((finding) => finding.kind === kind);
  expect(found).toHaveLength(1);
  return found[0]?.reason.en ?? '';
}

describe('the sentence of a finding that grew', () => {
  it('tells how long a rate was kept', () => {
    const sitting = new Sitting().play().run(10_000).setRate(2).run(60_000).setRate(1);
    expect(told(sitting, 'rate-reported')).toContain('advanced 120.0 s');
  });

  it('tells the highest rate, as the finding claims it', () => {
    const sitting = new Sitting().play().run(10_000).setRate(2).run(20_000).setRate(3).run(20_000).setRate(1);
    const finding = sitting.verdict.findings.find(({ kind }) => kind === 'rate-reported');
    expect(finding).toMatchObject({ claimed: 3_000, measured: 2_500 });
    expect(finding?.reason.en).toContain('reported 3×');
  });

  it('tells over how long a speed was measured', () => {
    const sitting = new Sitting({ claimedRate: 1_000 }).play().run(10_000);
    sitting.rate = 2;
    sitting.run(100_000);
    expect(told(sitting, 'slope-measured')).toBe('Over 100.0 s of playing the measured speed was 2×.');
  });

  it('measures the speed of the whole stretch, when it changes', () => {
    const sitting = new Sitting({ claimedRate: 1_000 }).play().run(10_000);
    sitting.rate = 3;
    sitting.run(50_000);
    sitting.rate = 2;
    sitting.run(50_000);
    expect(told(sitting, 'slope-measured')).toBe('Over 100.0 s of playing the measured speed was 2.5×.');
  });

  it('tells how long it played hidden', () => {
    const sitting = new Sitting().play().run(10_000).set(STATE.hidden, true, 'visibility').run(95_000);
    expect(told(sitting, 'played-hidden')).toContain('played on for 95.0 s');
  });

  it('tells how long it played past a popup’s deadline', () => {
    const sitting = new Sitting({ ignores: ['popup'] }).play();
    sitting.until(() => sitting.got('popup')).run(145_000);
    const finding = sitting.verdict.findings.find(({ kind }) => kind === 'popup-suppressed');
    expect(finding?.measured).toBeGreaterThan(90_000);
    expect(finding?.reason.en).toContain(`${((finding?.measured ?? 0) / 1_000).toFixed(1)} s past`);
  });

  it('tells how far a clock came to be ahead', () => {
    const sitting = new Sitting().play().run(10_000);
    for (let i = 0; i < 3; i += 1) {
      sitting.t += 3_000;
      sitting.emit({ e: 'beat' }, sitting.now - 3_000 * (i + 1));
    }
    expect(told(sitting, 'clock-ahead')).toContain('9.0 s ahead');
  });
});
