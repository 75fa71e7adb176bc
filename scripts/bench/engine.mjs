/**
 * How fast the engine is on one core: a replay from parsed events, a replay from stored bytes (hash chain, parse, rules), and
 * record by record, as a live sitting is decided; and what one live sitting weighs. The verdicts of all of them must be
 * those of the live run, byte for byte.
 */
import { createHash, hash } from 'node:crypto';
import { chainNext, chainStart, checkChain } from '@zhenxue/evidence';
import { parseBatch } from '@zhenxue/protocol';
import { POLICY_PACKS } from '../../server/dist/core/policy/packs.js';
import { decide, openSession, replaySession } from '../../server/dist/core/session/engine.js';
import { verdictOf } from '../../server/dist/core/verdict/verdict.js';
import { honestTrace } from './traces.mjs';

/** Sittings in the working set: more than any cache of one sitting explains. */
const SITTINGS = 24;
/** Rounds per metric; the median counts, the first ones only warm up. */
const ROUNDS = 9;
/** Passes over the working set in one round: long enough for the clock of CPU time. */
const PASSES = 12;
/** Live states weighed together, so that the collector's noise is small against them. */
const STATES = 4_000;
const VIDEO_MS = 40 * 60_000;
const PARSED_GOAL = 1_000_000;
const STORED_GOAL = 400_000;
/** A live sitting keeps every state whole, which a replay need not: as fast as from stored bytes is enough. */
const DECIDED_GOAL = 400_000;
const STATE_GOAL = 2_048;

/** @typedef {{ facts: any, records: any[], stored: any[], events: number, verdict: string }} Trace */

/** As the server hashes. @type {import('@zhenxue/evidence').Sha256} */
const sha256 = (...parts) => hash('sha256', Buffer.concat(parts), 'buffer');

/** @param {number} n */
function factsOf(n) {
  const pack = POLICY_PACKS.get('zz-2022-2');
  if (pack === undefined) throw new Error('the bench needs the pack zz-2022-2');
  const tail = n.toString(16).padStart(12, '0');
  return {
    session: `01890000-0000-7000-8000-${tail}`,
    platform: 'bench-platform',
    learner: `learner-${n}`,
    course: 'bench-course',
    lesson: 'lesson-1',
    videoMs: VIDEO_MS,
    guard: /** @type {const} */ ('enforce'),
    pack,
    packHash: 'A'.repeat(43),
    priorCovered: [],
    seed: createHash('sha256').update(`bench ${n}`).digest('hex'),
  };
}

/** @param {any} record */
function bytesOf(record) {
  const { kind, at: _at, facts: _facts, batch, ...rest } = record;
  return Buffer.from(kind === 'batch' ? JSON.stringify(batch) : JSON.stringify(rest));
}

/** @param {string} session @param {any[]} records */
function store(session, records) {
  let chain = chainStart(session, sha256);
  return records.map((record) => {
    const link = { kind: record.kind, at: record.at, bytes: bytesOf(record) };
    chain = chainNext(chain, link, sha256);
    return { ...link, chain };
  });
}

/** @param {number} n @returns {Trace} */
function traceOf(n) {
  const facts = factsOf(n);
  const records = honestTrace(facts, n);
  const events = records.reduce((sum, r) => sum + (r.kind === 'batch' ? r.batch.events.length : 0), 0);
  return {
    facts,
    records,
    stored: store(facts.session, records),
    events,
    verdict: JSON.stringify(verdictOf(live(records))),
  };
}

/** Record by record, as a live sitting is decided. @param {any[]} records */
function live(records) {
  let state = openSession(records[0].facts, records[0].at);
  for (let i = 1; i < records.length; i += 1) state = decide(state, records[i]).state;
  return state;
}

/** @param {any} link @param {any} facts */
function decode(link, facts) {
  if (link.kind === 'batch') {
    const parsed = parseBatch(link.bytes.toString('utf8'), link.bytes.length);
    if (!parsed.ok) throw new Error(`a stored batch did not parse: ${parsed.error.path}`);
    return { kind: 'batch', at: link.at, batch: parsed.value };
  }
  if (link.kind === 'open') return { kind: 'open', at: link.at, facts };
  return { ...JSON.parse(link.bytes.toString('utf8')), kind: link.kind, at: link.at };
}

/** @param {Trace} trace */
function replayStored(trace) {
  const { facts, stored } = trace;
  if (!checkChain(facts.session, stored, sha256).ok) throw new Error('a stored chain did not hold');
  return replaySession(decoded(stored, facts));
}

/** @param {any[]} stored @param {any} facts */
function* decoded(stored, facts) {
  for (const link of stored) yield decode(link, facts);
}

/** Events per second, the median of the rounds. @param {Trace[]} traces @param {(trace: Trace) => any} run */
function speedOf(traces, run) {
  const speeds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = process.cpuUsage();
    let events = 0;
    for (let pass = 0; pass < PASSES; pass += 1) {
      for (const trace of traces) {
        run(trace);
        events += trace.events;
      }
    }
    const used = process.cpuUsage(began);
    speeds.push((events * 1e6) / (used.user + used.system));
  }
  return speeds.slice(2).sort((a, b) => a - b)[Math.floor((ROUNDS - 2) / 2)] ?? 0;
}

/** Share of verdicts that are the live ones, byte for byte. @param {Trace[]} traces @param {(trace: Trace) => any} run */
function identical(traces, run) {
  return (
    traces.filter((trace) => JSON.stringify(verdictOf(run(trace))) === trace.verdict).length / traces.length
  );
}

/** Bytes of heap per live sitting, three quarters through its lesson; the pack and its hash are shared, nothing else is. */
function weigh() {
  const { gc } = globalThis;
  if (gc === undefined) return null;
  const records = Array.from({ length: 8 }, (_, n) => honestTrace(factsOf(n), n));
  const states = new Array(STATES);
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < STATES; n += 1) states[n] = stateOf(records[n % records.length] ?? [], n);
  gc();
  const bytes = (process.memoryUsage().heapUsed - before) / STATES;
  return states.length === STATES && records.length > 0 ? Math.round(bytes) : null;
}

/** A state that shares nothing but the pack and its hash with any other, as after a restart. @param {any[]} trace @param {number} n */
function stateOf(trace, n) {
  const [open, ...rest] = trace.slice(0, Math.floor(trace.length * 0.75));
  const { pack, packHash } = open.facts;
  const { session, learner } = factsOf(n);
  const facts = {
    ...JSON.parse(JSON.stringify({ ...open.facts, session, learner, pack: null })),
    pack,
    packHash,
  };
  let state = openSession(facts, open.at);
  for (const record of rest) state = decide(state, record).state;
  return state;
}

/** @param {string} metric @param {number} value @param {string} unit @param {number} goal @param {object} detail */
function line(metric, value, unit, goal, detail) {
  const ratio = Math.round((1_000 * value) / goal) / 1_000;
  return { metric, value, unit, baseline: goal, ratio, detail };
}

/** @returns {Iterable<object>} one object per metric; `baseline` is the budget. */
export function* benchEngine() {
  const traces = Array.from({ length: SITTINGS }, (_, n) => traceOf(n));
  const events = traces.reduce((sum, trace) => sum + trace.events, 0);
  const records = traces.reduce((sum, trace) => sum + trace.records.length, 0);
  const valid = traces.filter((trace) => JSON.parse(trace.verdict).outcome === 'valid').length;
  const detail = { sittings: SITTINGS, valid, events, records };
  const parsed = (/** @type {Trace} */ trace) => replaySession(trace.records);
  const decided = (/** @type {Trace} */ trace) => live(trace.records);
  yield line('engine.parsed', Math.round(speedOf(traces, parsed)), 'events/s/core', PARSED_GOAL, {
    ...detail,
    identicalVerdicts: identical(traces, parsed),
  });
  yield line('engine.stored', Math.round(speedOf(traces, replayStored)), 'events/s/core', STORED_GOAL, {
    ...detail,
    identicalVerdicts: identical(traces, replayStored),
  });
  yield line('engine.decided', Math.round(speedOf(traces, decided)), 'events/s/core', DECIDED_GOAL, {
    ...detail,
    identicalVerdicts: identical(traces, decided),
  });
  const bytes = weigh();
  if (bytes !== null) yield line('engine.stateBytes', bytes, 'bytes', STATE_GOAL, { states: STATES });
}
