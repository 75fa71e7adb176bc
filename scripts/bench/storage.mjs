/** Stored bytes per learner-hour without photos, on realistic jittered sittings, against the same events as JSON lines. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { openSqliteStore } from '../../server/dist/adapters/sqlite/store.js';
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
const MODE = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** @param {number} n */
function sittingOf(n) {
  const facts = factsOf(n + 1);
  const trace = honestTrace(facts, n + 1);
  const { sitting, stored } = openSitting(RULE_ENGINE, facts, trace[0].at);
  const appends = [{ row: summaryOf(RULE_ENGINE, sitting), records: [stored], findings: [] }];
  let lines = '';
  let bare = '';
  for (const record of trace.slice(1)) {
    const text = record.kind === 'batch' ? JSON.stringify(record.batch) : undefined;
    const { stored: link, findings } = takeIn(
      RULE_ENGINE,
      sitting,
      record,
      text === undefined ? {} : { text },
    );
    appends.push({
      row: summaryOf(RULE_ENGINE, sitting),
      records: [link],
      findings: /** @type {any} */ (findings),
    });
    if (record.kind !== 'batch') continue;
    for (const event of record.batch.events) {
      lines += `${JSON.stringify({ session: facts.session, at: record.at, ...event })}\n`;
      bare += `${JSON.stringify(event)}\n`;
    }
  }
  const raw = Buffer.concat(appends.flatMap(({ records }) => records.map(({ bytes }) => bytes)));
  return { appends, lines, bare, raw, ms: trace.at(-1).at - trace[0].at, seed: facts.seed };
}

/** @param {{ quick: boolean }} options */
export async function* benchStorage({ quick }) {
  const data = benchData();
  try {
    const file = join(data.folder, 'zhenxue.db');
    const store = openSqliteStore({ file });
    const empty = statSync(file).size;
    const sum = { hours: 0, lines: 0, bare: 0, archived: 0, raw: 0 };
    for (let n = 0; n < (quick ? SITTINGS_QUICK : SITTINGS); n += 1) {
      const { appends, lines, bare, raw, ms, seed } = sittingOf(n);
      const [first, ...rest] = appends;
      if (first === undefined) throw new Error('expected a sitting with records');
      await store.sessions.create(first, seed);
      await Promise.all(rest.map((append) => store.sessions.append(append)));
      sum.hours += ms / HOUR_MS;
      sum.lines += Buffer.byteLength(lines);
      sum.bare += Buffer.byteLength(bare);
      sum.raw += raw.length;
      sum.archived += brotliCompressSync(raw, MODE).length;
    }
    await store.close();
    const hot = (statSync(file).size - empty) / sum.hours;
    const baseline = sum.lines / sum.hours;
    const detail = {
      hours: Math.round(sum.hours),
      baseline: 'one JSON line per event with session and server time',
      ratioToEventsAlone: Math.round((1_000 * hot * sum.hours) / sum.bare) / 1_000,
    };
    yield line(
      'storage.hot',
      Math.round(hot),
      'bytes/learner-hour',
      Math.round(baseline),
      hot / baseline,
      detail,
    );
    const archived = sum.archived / sum.hours;
    yield line(
      'storage.archived',
      Math.round(archived),
      'bytes/learner-hour',
      Math.round(baseline),
      archived / baseline,
      {
        ...detail,
        ratioToEventsAlone: Math.round((1_000 * sum.archived) / sum.bare) / 1_000,
        how: 'brotli 9 over the raw bytes of the records of one sitting',
      },
    );
  } finally {
    data.remove();
  }
}
