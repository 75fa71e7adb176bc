/** Holds what is stored against what the learners were promised, without any server. */
import { createHash } from 'node:crypto';
import { checkChain } from '@zhenxue/evidence';
import { openMongoStore } from '../../server/dist/adapters/mongo/store.js';

/** @param {readonly { kind: string, bytes: Uint8Array }[]} records */
function batchesOf(records) {
  /** @type {Map<number, string[]>} */
  const batches = new Map();
  for (const { kind, bytes } of records) {
    if (kind !== 'batch') continue;
    const text = Buffer.from(bytes).toString();
    const { seq } = JSON.parse(text);
    batches.set(seq, [...(batches.get(seq) ?? []), createHash('sha256').update(text).digest('base64url')]);
  }
  return batches;
}

/**
 * @param {string} uri @param {readonly import('./learner.mjs').Learner[]} learners
 */
export async function verify(uri, learners) {
  const store = await openMongoStore({ uri });
  const found = { acked: 0, lost: 0, duplicated: 0, chains: 0, violations: 0, gaps: 0 };
  /** @type {string[]} */
  const problems = [];
  try {
    for (const { session, acked, name } of learners) {
      if (session === '') continue;
      const records = await store.sessions.records(session);
      const chain = checkChain(session, records);
      if (chain.ok) found.chains += 1;
      else problems.push(`${name}: the chain breaks at record ${chain.index + 1}`);
      const stored = batchesOf(records);
      for (const [i, { hash }] of acked.entries()) {
        found.acked += 1;
        const hashes = stored.get(i + 1) ?? [];
        if (!hashes.includes(hash)) found.lost += 1;
        if (hashes.length > 1) found.duplicated += 1;
      }
      for (const finding of await store.sessions.findings(session)) {
        if (finding.severity === 'violation') {
          found.violations += 1;
          problems.push(`${name}: ${finding.rule}/${finding.kind}: ${finding.reason.en}`);
        } else if (finding.severity === 'gap') found.gaps += 1;
      }
    }
  } finally {
    await store.close();
  }
  return { ...found, problems };
}
