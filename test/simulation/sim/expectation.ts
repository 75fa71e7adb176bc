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

/**
 * Milliseconds by which the edge of a measured slope may be off, when no event told of the change of speed: the SDK looks once a
 * second, and the slope's windows begin at samples at least 625 ms apart (`slope.ts`); the rest is the network's delay.
 */
const SILENT_TOLERANCE_MS = 2_000;

function near(found: number, truth: number, kind: FindingKind): boolean {
  return Math.abs(found - truth) <= (kind === 'slope-measured' ? SILENT_TOLERANCE_MS : TOLERANCE_MS);
}

function describe(finding: Finding, origin: number): string {
  const { fromAt, toAt } = finding.span;
  return `${finding.kind}/${finding.severity}/${finding.attribution} [${fromAt - origin}, ${toAt - origin}]`;
}

/** Compares verdicts with an expectation. */
export function judgeFindings(verdicts: readonly Verdict[], expected: Expected): Judgement {
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
  const kind = matching[0]?.kind ?? 'slope-measured';
  const right = near(from, truth.fromAt, kind) && (openEnd || near(to, truth.toAt, kind));
  return right
    ? { found: true, detail: '' }
    : { found: false, detail: `expected [0, ${truth.toAt - origin}] ${seen()}` };
}
