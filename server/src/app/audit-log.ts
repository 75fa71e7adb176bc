/**
 * The audit log: who did what to which thing, why and for which case. Each entry's chain value is the SHA-256 of the one before
 * it and of the canonical JSON of its facts, so that nothing can be changed, left out or put in between without every later
 * value showing it. What is written here never holds content: no image, template or token.
 */
import { canonicalJson } from './canonical-json.ts';
import { hashText } from './hash.ts';
import type { AuditEntry, AuditFacts, AuditStore } from './office-ports.ts';
import type { Clock } from './ports.ts';

/** Keeps these hashes apart from all others. */
const DOMAIN = 'zhenxue.audit.v1';

/** Entries read at once when the chain is checked. */
const READ_MAX = 500;

/** The link of `facts` behind the chain value `before` (empty for the first). */
export function auditLink(n: number, before: string, facts: AuditFacts): AuditEntry {
  const { at, who, what, subject, why, caseId } = facts;
  const plain = { at, who, what, subject, why, caseId };
  return { n, ...plain, chain: hashText(`${DOMAIN}\n${n}\n${before}\n${canonicalJson(plain)}`) };
}

/** Writes an act down; resolves when it is durable. */
export function recordAct(
  deps: { readonly audit: AuditStore; readonly clock: Clock },
  act: Omit<AuditFacts, 'at'>,
): Promise<AuditEntry> {
  const facts: AuditFacts = { ...act, at: deps.clock.now() };
  return deps.audit.append((n, before) => auditLink(n, before, facts));
}

/** Checks the whole chain. @returns the number of the first entry that does not hold, null when all do, and how many there are. */
export async function checkAudit(
  audit: Pick<AuditStore, 'read'>,
): Promise<{ readonly firstBad: number | null; readonly entries: number }> {
  let before = '';
  let n = 0;
  for (;;) {
    const entries = await audit.read(n + 1, READ_MAX);
    for (const entry of entries) {
      n += 1;
      if (entry.n !== n || auditLink(n, before, entry).chain !== entry.chain)
        return { firstBad: n, entries: n };
      before = entry.chain;
    }
    if (entries.length < READ_MAX) return { firstBad: null, entries: n };
  }
}
