/**
 * Stored bytes per learner-hour without photos, on realistic jittered sittings, as they lie on the disk: pages in use times
 * page size of the real database file, less those of an empty one. Hot: as the store wrote it. Archived: after the real
 * archiver has packed every sitting; summaries, seeds, findings and all indexes are still in the sum.
 *
 * The baseline is what anybody would log: per learning event one JSON line with the session's id (36 characters), the
 * server's time and the event's own fields, without anything that proves it (no hash, no records of the server).
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { createArchiveCodec } from '../../server/dist/adapters/archive/codec.js';
import { openSqliteStore } from '../../server/dist/adapters/sqlite/store.js';
import { archiveEnded } from '../../server/dist/app/archive-ended.js';
import { RULE_ENGINE } from '../../server/dist/app/engine.js';
import { summaryOf } from '../../server/dist/app/session-summary.js';
import { openSitting, takeIn } from '../../server/dist/app/sitting.js';
import { benchData } from './child.mjs';
import { factsOf } from './filled-store.mjs';
import { line } from './load.mjs';
import { honestTrace } from './traces.mjs';

const SITTINGS = 60;
const SITTINGS_QUICK = 3;
const HOUR_MS = 3_600_000;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** @param {string} text */
function hashOf(text) {
  return createHash('sha256').update(text).digest();
}

/** Nothing that is chance in earnest may repeat here: ids and hashes as long and as random as real ones. @param {number} n */
function trueFacts(n) {
  const hex = hashOf(`session ${n}`).toString('hex');
  const session = `0192${hex.slice(0, 4)}-${hex.slice(4, 8)}-7${hex.slice(8, 11)}-9${hex.slice(11, 14)}-${hex.slice(14, 26)}`;
  return { ...factsOf(n), session, packHash: hashOf('pack').toString('base64url') };
}

/** A record of the trace with a true hash wherever it has one. @param {any} record @param {string} prev @param {string} session */
function trueRecord(record, prev, session) {
  const photo = (/** @type {string} */ id) => hashOf(`${session} ${id}`).toString('base64url');
  if (record.kind === 'photo') return { ...record, hash: photo(record.id) };
  if (record.kind !== 'batch') return record;
  const events = record.batch.events.map((/** @type {any} */ event) =>
    event.e === 'photo.taken' ? { ...event, h: photo(event.id) } : event,
  );
  return { ...record, batch: { ...record.batch, prev, events } };
}

/** @param {number} n @param {boolean} alone */
function sittingOf(n, alone) {
  const facts = trueFacts(n + 1);
  const trace = honestTrace(facts, n + 1, alone);
  const { sitting, stored } = openSitting(RULE_ENGINE, facts, trace[0].at);
  /** @type {any[]} */
  const appends = [{ row: summaryOf(RULE_ENGINE, sitting), records: [stored], findings: [] }];
  let lines = '';
  let batches = 0;
  let events = 0;
  const take = (/** @type {any} */ record, /** @type {any} */ extras) => {
    const { stored: link, findings } = takeIn(RULE_ENGINE, sitting, record, extras);
    appends.push({ row: summaryOf(RULE_ENGINE, sitting), records: [link], findings });
  };
  for (const one of trace.slice(1)) {
    const record = trueRecord(one, sitting.hash, facts.session);
    take(record, record.kind === 'batch' ? { text: JSON.stringify(record.batch) } : {});
    if (record.kind !== 'batch') continue;
    batches += 1;
    events += record.batch.events.length;
    for (const event of record.batch.events)
      lines += `${JSON.stringify({ session: facts.session, at: record.at, ...event })}\n`;
  }
  const { at } = trace.at(-1);
  take({ kind: 'close', at, reason: sitting.ended ?? 'left' }, { seed: facts.seed });
  return { appends, lines, batches, events, ms: at - trace[0].at, seed: facts.seed };
}

/** Bytes of the pages in use, by what they hold. @param {string} file */
function bytesIn(file) {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const one = (/** @type {string} */ name) =>
      Number(Object.values(/** @type {any} */ (db.prepare(`PRAGMA ${name}`).get()))[0]);
    const rows = db.prepare('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name').all();
    const parts = new Map(/** @type {any[]} */ (rows).map(({ name, bytes }) => [name, bytes]));
    return { bytes: (one('page_count') - one('freelist_count')) * one('page_size'), parts };
  } finally {
    db.close();
  }
}

/** @param {{ bytes: number, parts: Map<string, number> }} now @param {{ bytes: number, parts: Map<string, number> }} empty @param {number} hours */
function perHour(now, empty, hours) {
  const parts = [...now.parts]
    .map(
      ([name, bytes]) =>
        /** @type {const} */ ([name, Math.round((bytes - (empty.parts.get(name) ?? 0)) / hours)]),
    )
    .filter(([, bytes]) => bytes > 0)
    .sort((a, b) => b[1] - a[1]);
  return { bytes: (now.bytes - empty.bytes) / hours, parts: Object.fromEntries(parts) };
}

/** @param {string} folder @param {number} count @param {boolean} alone */
async function measure(folder, count, alone) {
  const file = join(folder, `${alone}.db`);
  await openSqliteStore({ file }).close();
  const empty = bytesIn(file);
  let store = openSqliteStore({ file });
  const sum = { hours: 0, lines: 0, batches: 0, events: 0 };
  for (let n = 0; n < count; n += 1) {
    const { appends, lines, batches, events, ms, seed } = sittingOf(n, alone);
    const [first, ...rest] = appends;
    await store.sessions.create(first, seed);
    await Promise.all(rest.map((append) => store.sessions.append(append)));
    sum.hours += ms / HOUR_MS;
    sum.lines += Buffer.byteLength(lines);
    sum.batches += batches;
    sum.events += events;
  }
  await store.close();
  const hot = perHour(bytesIn(file), empty, sum.hours);
  store = openSqliteStore({ file });
  const startedAt = process.cpuUsage();
  const archive = { sessions: store.sessions, archives: store.archives, codec: createArchiveCodec() };
  const clock = { now: () => Number.MAX_SAFE_INTEGER };
  const metrics = { count: () => undefined, observe: () => undefined };
  while (await archiveEnded({ ...archive, clock, metrics, log: SILENT, quietMs: 0 }, new Set()));
  const { user, system } = process.cpuUsage(startedAt);
  if ((await store.archives.waiting(Number.MAX_SAFE_INTEGER, 1)).length > 0)
    throw new Error('expected nothing to wait');
  await store.close();
  const archived = perHour(bytesIn(file), empty, sum.hours);
  return {
    ...sum,
    hot,
    archived,
    baseline: sum.lines / sum.hours,
    archivingMs: (user + system) / 1_000 / count,
  };
}

/** @param {{ quick: boolean }} options */
export async function* benchStorage({ quick }) {
  const data = benchData();
  try {
    const count = quick ? SITTINGS_QUICK : SITTINGS;
    const sdk = await measure(data.folder, count, true);
    const mixed = await measure(data.folder, count, false);
    const round = (/** @type {number} */ n) => Math.round(n * 1_000) / 1_000;
    for (const state of /** @type {const} */ (['hot', 'archived'])) {
      const { bytes, parts } = sdk[state];
      yield line(
        `storage.${state}`,
        Math.round(bytes),
        'bytes/learner-hour',
        Math.round(sdk.baseline),
        bytes / sdk.baseline,
        {
          sittings: count,
          hours: Math.round(sdk.hours),
          eventsPerBatch: round(sdk.events / sdk.batches),
          baseline: 'one JSON line per event: session, server time, event',
          parts,
          ...(state === 'archived' ? { archivingMsPerSitting: round(sdk.archivingMs) } : {}),
          batchesOfOneToTen: {
            eventsPerBatch: round(mixed.events / mixed.batches),
            ratio: round(mixed[state].bytes / mixed.baseline),
          },
        },
      );
    }
  } finally {
    data.remove();
  }
}
