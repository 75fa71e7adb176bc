/** The verdict in plain words: which headline, which rules, which clauses. */
import type { Finding, RuleId, SessionDetail } from '@zhenxue/protocol';

/** Characters of a hash that are shown; the whole hash is one click away. */
const HASH_CHARS = 10;

/** Findings of severity `violation`, in order of time. */
export function violationsOf(findings: readonly Finding[]): Finding[] {
  return findings
    .filter((finding) => finding.severity === 'violation')
    .sort((a, b) => a.span.fromAt - b.span.fromAt);
}

/** The broken rules, each once, in order of first appearance. */
export function brokenRules(findings: readonly Finding[]): RuleId[] {
  return [...new Set(violationsOf(findings).map((finding) => finding.rule))];
}

/** The clauses concerned, each once. */
export function brokenClauses(findings: readonly Finding[]): string[] {
  return [...new Set(violationsOf(findings).map((finding) => finding.clause))];
}

/** Name of the text that explains the outcome. A live sitting with a violation gets its own. */
export function plainKey(
  session: Pick<SessionDetail, 'outcome'>,
  findings: readonly Finding[],
): SessionDetail['outcome'] | 'inProgressViolation' {
  return session.outcome === 'in_progress' && violationsOf(findings).length > 0
    ? 'inProgressViolation'
    : session.outcome;
}

/** The first characters of a hash. */
export function shortHash(hash: string): string {
  return hash.slice(0, HASH_CHARS);
}
