/**
 * Whether findings make a sanction (rules §4): violations laid at the platform's door in enough distinct sessions. What a
 * learner did, hints and gaps never count.
 */
import type { Attribution, Severity } from '@zhenxue/protocol';
import { localDate } from '../calendar/local-date.ts';
import type { PolicyPack } from '../policy/pack.ts';

/** A finding of a session, as far as the trigger looks at it. */
export interface TriggerFinding {
  readonly session: string;
  /** Id inside the session. */
  readonly finding: string;
  readonly severity: Severity;
  readonly attribution: Attribution;
  /** When the violation began, epoch ms. */
  readonly violatedAt: number;
}

/** What a sanction may rest on. */
export interface SanctionTrigger {
  /** Local date of the earliest violation: a ban starts on it. */
  readonly violationDate: string;
  /** By time of violation, then session, then finding. */
  readonly cites: readonly { readonly session: string; readonly finding: string }[];
  readonly sessions: number;
}

function compare(a: TriggerFinding, b: TriggerFinding): number {
  if (a.violatedAt !== b.violatedAt) return a.violatedAt - b.violatedAt;
  const [left, right] = [`${a.session} ${a.finding}`, `${b.session} ${b.finding}`];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The trigger, or null when too few sessions show violations of the platform. The order of the findings does not matter. */
export function sanctionTrigger(
  findings: readonly TriggerFinding[],
  pack: Pick<PolicyPack, 'zone' | 'sanctions'>,
): SanctionTrigger | null {
  const counting = findings
    .filter((finding) => finding.severity === 'violation' && finding.attribution === 'platform')
    .sort(compare);
  const sessions = new Set(counting.map((finding) => finding.session)).size;
  const first = counting[0];
  if (first === undefined || sessions < pack.sanctions.minSessions) return null;
  const cites = counting.map(({ session, finding }) => ({ session, finding }));
  return { violationDate: localDate(first.violatedAt, pack.zone), cites, sessions };
}
