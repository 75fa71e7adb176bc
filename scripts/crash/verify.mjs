/** Holds what is stored against what the clients were promised. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { checkChain } from '@zhenxue/evidence';
import { createArchiveCodec } from '../../server/dist/adapters/archive/codec.js';
import { recordOf } from '../../server/dist/adapters/sqlite/session-rows.js';

/** @typedef {{ lost: number, duplicated: number, chains: number, archived: number, problems: string[] }} Found */

/** Milliseconds to wait for the server's lock. */
const BUSY_MS = 5_000;

/** @param {Uint8Array} bytes */
function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** @type {import('@zhenxue/evidence').Sha256} */
const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/**
 * @param {readonly { kind: string, bytes: Uint8Array }[]} records @param {import('./ledger.mjs').Promises} promises
 * @param {string} session @param {string} photos folder of all photos @param {string} owner folder of this learner's
 * @returns {Omit<Found, 'chains' | 'archived'>}
 */
function compare(records, { acked, photos: promised }, session, photos, owner) {
  const problems = [];
  const stored = records.filter(({ kind }) => kind === 'batch').map(({ bytes }) => hashOf(bytes));
  let lost = 0;
  for (const [seq, hash] of acked) {
    if (stored[seq - 1] === hash) continue;
    lost += 1;
    problems.push(`${session}: acknowledged batch ${seq} is not stored`);
  }
  const duplicated = stored.length - new Set(stored).size;
  if (duplicated > 0) problems.push(`${session}: ${duplicated} batches are stored twice`);
  const kept = new Map(
    records
      .filter(({ kind }) => kind === 'photo')
      .map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()))
      .map(({ id, hash }) => [id, hash]),
  );
  for (const id of new Set([...promised, ...kept.keys()])) {
    const file = join(photos, owner, `${session}.${id}.bin`);
    if (existsSync(file) && hashOf(readFileSync(file)) === kept.get(id)) continue;
    lost += 1;
    problems.push(`${session}: photo ${id} is not stored as recorded`);
  }
  return { lost, duplicated, problems };
}

/**
 * Reads the store beside the running server.
 * @param {string} dataDir @param {import('./ledger.mjs').Ledger} ledger @param {Iterable<string>} sessions
 * @returns {Promise<Found>}
 */
export async function verifyStore(dataDir, ledger, sessions) {
  const db = new DatabaseSync(join(dataDir, 'zhenxue.db'), { readOnly: true });
  /** @type {Found} */
  const found = { lost: 0, duplicated: 0, chains: 0, archived: 0, problems: [] };
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    const sitting = db.prepare('SELECT sid, platform, learner, course FROM sessions WHERE session = ?');
    const recordsOf = db.prepare('SELECT n, kind, at, bytes, chain FROM records WHERE sid = ? ORDER BY n');
    const archiveOf = db.prepare('SELECT count, head, body FROM archives WHERE sid = ?');
    const codec = createArchiveCodec();
    for (const session of sessions) {
      const promises = ledger.get(session);
      const row = /** @type {any} */ (sitting.get(session));
      if (promises === undefined) continue;
      if (row === undefined) {
        found.lost += promises.acked.size;
        if (promises.acked.size > 0) found.problems.push(`${session}: the sitting is not stored`);
        continue;
      }
      const archive = /** @type {any} */ (archiveOf.get(row.sid));
      const rows = /** @type {any[]} */ (recordsOf.all(row.sid)).map((r) => recordOf(session, r));
      if (archive !== undefined && rows.length > 0)
        found.problems.push(`${session}: the records lie in two places`);
      const records = archive === undefined ? rows : await codec.unpack({ session, ...archive });
      if (archive !== undefined) found.archived += 1;
      const chain = checkChain(session, records, sha256);
      if (chain.ok) found.chains += 1;
      else found.problems.push(`${session}: the chain breaks at record ${chain.index + 1}`);
      const name = JSON.stringify([row.platform, row.learner, row.course]);
      const owner = createHash('sha256').update(name).digest('hex');
      const { lost, duplicated, problems } = compare(
        records,
        promises,
        session,
        join(dataDir, 'photos'),
        owner,
      );
      found.lost += lost;
      found.duplicated += duplicated;
      found.problems.push(...problems);
    }
  } finally {
    db.close();
  }
  return found;
}

/** Asks for the verdict of every sitting. @param {string} url @param {Iterable<string>} sessions @returns {Promise<string[]>} problems */
export async function readVerdicts(url, sessions) {
  const problems = [];
  const answer = await fetch(`${url}/demo/api/console-token`, { method: 'POST' });
  const { token } = /** @type {{ token: string }} */ (await answer.json());
  for (const session of sessions) {
    const { status } = await fetch(`${url}/v1/sessions/${session}/verdict`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (status !== 200) problems.push(`${session}: the verdict cannot be read (${status})`);
  }
  return problems;
}
