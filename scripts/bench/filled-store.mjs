/** A store with many sittings in it, written through the store's own port in large groups. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { chainNext, chainStart } from '@zhenxue/evidence';
import { openSqliteStore } from '../../server/dist/adapters/sqlite/store.js';
import { RULE_ENGINE } from '../../server/dist/app/engine.js';
import { summaryOf } from '../../server/dist/app/session-summary.js';
import { openSitting, takeIn } from '../../server/dist/app/sitting.js';
import { POLICY_PACKS } from '../../server/dist/core/policy/packs.js';

/** Sittings in one group. */
const GROUP = 500;
/** Events in each stored batch. */
const EVENTS = 10;
const BEAT_MS = 500;
const HASH = 'A'.repeat(43);
const SESSION_CHARS = 36;
const OPENED_AT = Date.UTC(2026, 2, 2, 1, 0, 0);
const OUTCOMES = /** @type {const} */ (['valid', 'valid', 'valid', 'invalid', 'undetermined', 'incomplete']);

/** @type {import('@zhenxue/evidence').Sha256} */
const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** @param {number} n */
function sessionId(n) {
  return `01890000-0000-7000-9000-${n.toString(16).padStart(12, '0')}`;
}

/** @param {number} n */
export function factsOf(n) {
  const pack = POLICY_PACKS.get('zz-2022-2');
  if (pack === undefined) throw new Error('expected the pack zz-2022-2');
  return {
    session: sessionId(n),
    platform: `platform-${n % 50}`,
    learner: `learner-${n % 20_000}`,
    course: `course-${n % 200}`,
    lesson: `lesson-${n % 20}`,
    videoMs: 40 * 60_000,
    guard: /** @type {const} */ ('enforce'),
    pack,
    packHash: HASH,
    priorCovered: [],
    seed: createHash('sha256').update(`bench ${n}`).digest('hex'),
  };
}

/** One sitting's records and summary, to be written again under other names. @param {number} batches */
function template(batches) {
  const { sitting, stored } = openSitting(RULE_ENGINE, factsOf(0), OPENED_AT);
  const records = [stored];
  for (let seq = 1; seq <= batches; seq += 1) {
    const t = seq * EVENTS * BEAT_MS;
    const events = Array.from({ length: EVENTS }, (_, i) => ({
      e: 'beat',
      t: t + i * BEAT_MS,
      m: t + i * BEAT_MS,
      s: 1,
    }));
    if (seq === 1)
      events[0] = /** @type {any} */ ({ ...events[0], e: 'open', d: 2_400_000, build: 'bench/1' });
    const batch = { v: 1, session: sessionId(0), seq, prev: HASH, events };
    const record = /** @type {any} */ ({ kind: 'batch', at: OPENED_AT + t + EVENTS * BEAT_MS, batch });
    records.push(takeIn(RULE_ENGINE, sitting, record, { text: JSON.stringify(batch) }).stored);
  }
  return { records, row: summaryOf(RULE_ENGINE, sitting) };
}

/** @param {ReturnType<typeof template>} model @param {number} n @param {number} from when the first one opens, epoch ms */
function copyOf({ records, row }, n, from) {
  const facts = factsOf(n);
  const openedAt = from + n * 1_000;
  let chain = chainStart(facts.session, sha256);
  const copies = records.map((record) => {
    const bytes = Buffer.from(record.bytes);
    const at = bytes.indexOf(sessionId(0));
    if (at >= 0) bytes.write(facts.session, at, SESSION_CHARS, 'latin1');
    const copy = { ...record, at: record.at - OPENED_AT + openedAt, bytes };
    chain = chainNext(chain, copy, sha256);
    return { ...copy, chain };
  });
  const { session, platform, learner, course, lesson } = facts;
  const outcome = OUTCOMES[n % OUTCOMES.length] ?? 'valid';
  const ended = /** @type {const} */ ({ endedAt: openedAt + 3_600_000, ended: 'left', dueAt: null, outcome });
  return {
    row: { ...row, session, platform, learner, course, lesson, openedAt, ...ended },
    records: copies,
    seed: facts.seed,
  };
}

/**
 * @param {string} folder data folder @param {number} sessions @param {number} batches of ten events each
 * @param {number} [openedAt] when the first one opens, epoch ms
 */
export async function fillStore(folder, sessions, batches, openedAt = OPENED_AT) {
  const store = openSqliteStore({ file: join(folder, 'zhenxue.db') });
  const model = template(batches);
  for (let from = 1; from <= sessions; from += GROUP) {
    const group = [];
    for (let n = from; n < from + GROUP && n <= sessions; n += 1) {
      const { row, records, seed } = copyOf(model, n, openedAt);
      group.push(store.sessions.create({ row, records, findings: [] }, seed));
    }
    await Promise.all(group);
  }
  await store.close();
}
