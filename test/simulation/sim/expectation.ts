/** Whether a cheat was found as the catalogue says: rule, kind, severity, attribution and interval. */
import type { Attribution, Finding, FindingKind, RuleId, Severity, Verdict } from '@zhenxue/protocol';
import type { Truth } from './learner.ts';

/** Milliseconds by which an interval may be off. */
const TOLERANCE_MS = 1_000;

/** What must be found. */
export interface Expected {
  readonly rule: RuleId;
  readonly kinds: readonly FindingKind[];
  readonly severity?: Severity;
  readonly attribution: Attribution;
  /** Server times of the cheating; null = the cheat has no interval, or the expectation is another one. */
  readonly truth: Truth | null;
  /** Only the beginning is compared. */
  readonly openEnd?: boolean;
}

/** Found, or why not. */
export interface Judgement {
  readonly found: boolean;
  readonly detail: string;
}

/** The instants between which a sampled change can only be known to lie: the samples around it. */
function around(samples: readonly number[], at: number): readonly [number, number] {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (const sample of samples) {
    if (sample <= at && sample > low) low = sample;
    if (sample >= at && sample < high) high = sample;
  }
  return [Number.isFinite(low) ? low : at, Number.isFinite(high) ? high : at];
}

function near(found: number, truth: number, samples: readonly number[]): boolean {
  const [low, high] = around(samples, truth);
  return found >= low - TOLERANCE_MS && found <= high + TOLERANCE_MS;
}

function describe(finding: Finding, origin: number): string {
  const { fromAt, toAt } = finding.span;
  return `${finding.kind}/${finding.severity}/${finding.attribution} [${fromAt - origin}, ${toAt - origin}]`;
}

/**
 * Compares verdicts with an expectation. A change that no event reported can only be known up to the samples around it.
 * @param samples server times of the page's samples.
 */
export function judgeFindings(
  verdicts: readonly Verdict[],
  samples: readonly number[],
  expected: Expected,
): Judgement {
  const all = verdicts.flatMap((verdict) => verdict.findings);
  const { rule, kinds, severity = 'violation', attribution, truth, openEnd = false } = expected;
  const origin = truth?.fromAt ?? 0;
  const seen = () => `among ${all.map((finding) => describe(finding, origin)).join(', ') || 'no findings'}`;
  const matching = all.filter(
    (finding) => finding.rule === rule && kinds.includes(finding.kind) && finding.severity === severity,
  );
  if (matching.length === 0) return { found: false, detail: `expected ${rule}/${kinds.join('|')} ${seen()}` };
  if (severity === 'violation' && !verdicts.some((verdict) => verdict.outcome === 'invalid'))
    return { found: false, detail: `expected an invalid sitting ${seen()}` };
  if (!matching.every((finding) => finding.attribution === attribution))
    return { found: false, detail: `expected attribution ${attribution} ${seen()}` };
  if (truth === null) return { found: true, detail: '' };
  const from = Math.min(...matching.map((finding) => finding.span.fromAt));
  const to = Math.max(...matching.map((finding) => finding.span.toAt));
  const right = near(from, truth.fromAt, samples) && (openEnd || near(to, truth.toAt, samples));
  return right
    ? { found: true, detail: '' }
    : { found: false, detail: `expected [0, ${truth.toAt - origin}] ${seen()}` };
}
