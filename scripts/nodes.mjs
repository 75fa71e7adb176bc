/**
 * `npm run nodes -- [--learners 500] [--pause 60] [--steady 20]`: two servers on one MongoDB and one Redis with honest learners at
 * both. One server is killed: everybody must resume at the other. With `--pause`, another one is then stopped for so many
 * seconds and woken: whatever it still tries to write must be refused. Everything is held against the learners' own lists of
 * acknowledgements. Ends with a summary; exit code 1 when anything is lost, doubled, or held against an honest learner.
 */
import { parseArgs } from 'node:util';
import { Learner } from './nodes/learner.mjs';
import { verify } from './nodes/verify.mjs';
import { metric, World, watch } from './nodes/world.mjs';
import { ensureBuilt } from './steps/ensure-built.mjs';
import { ensureMongo } from './steps/ensure-mongo.mjs';
import { ensureRedis } from './steps/ensure-redis.mjs';
import { PlainError, runMain } from './steps/project.mjs';

const LEARNERS_MAX = 5_000;
const PAUSE_MAX_S = 600;
/** Milliseconds for everybody to come in or to come back; tickets asked for and learners started at once. */
const WAIT_MAX_MS = 240_000;
const LOOK_MS = 200;
const OPENING_MAX = 10;

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** @param {readonly number[]} values @param {number} share */
function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

/** @param {string | undefined} text @param {number} fallback @param {number} max @param {string} name */
function readNumber(text, fallback, max, name) {
  const value = Number(text ?? fallback);
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new PlainError(
    `--${name} must be a whole number up to ${max}`,
    `npm run nodes -- --${name} ${fallback}`,
  );
}

/** @param {import('./nodes/world.mjs').Node} node @param {string} learner */
async function ticketOf({ url, key }, learner) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ learner, person: `person-${learner}`, course: 'course', lesson: 'lesson-1' });
  const answer = await fetch(`${url}/v1/tickets`, { method: 'POST', headers, body });
  if (answer.status !== 201) throw new Error(`expected a ticket, got ${answer.status}`);
  return /** @type {{ ticket: string }} */ (await answer.json()).ticket;
}

/** One run. */
class Run {
  /** @param {number} learners */
  constructor(learners) {
    this.world = new World();
    /** @type {string[]} */
    this.problems = [];
    const urls = () => this.world.nodes.filter((node) => !node.gone).map(({ url }) => url);
    this.learners = Array.from({ length: learners }, (_, i) => new Learner(`learner-${i}`, i, urls));
  }

  async open() {
    for (let from = 0; from < this.learners.length; from += OPENING_MAX) {
      const some = this.learners.slice(from, from + OPENING_MAX);
      await Promise.all(
        some.map(async (learner) => {
          const node = this.world.nodes[learner.index % 2];
          if (node !== undefined) learner.start(await ticketOf(node, learner.name));
        }),
      );
    }
  }

  /** @param {string} what @param {(learner: Learner) => boolean} test @param {readonly Learner[]} who */
  async until(what, test, who = this.learners) {
    const startedAt = Date.now();
    while (Date.now() - startedAt < WAIT_MAX_MS) {
      if (who.every(test)) return Date.now() - startedAt;
      await pause(LOOK_MS);
    }
    const late = who.filter((learner) => !test(learner));
    this.problems.push(
      `${what}: ${late.length} of ${who.length} learners did not (such as ${late[0]?.name})`,
    );
    return WAIT_MAX_MS;
  }

  /** Everybody of `who` gets something acknowledged by another server. @param {string} what @param {readonly Learner[]} who @param {number} at */
  async resumed(what, who, at) {
    /** @type {Map<Learner, number>} */
    const after = new Map();
    await this.until(
      what,
      (learner) => {
        const back = learner.welcomeAt > at && learner.lastAckAt > learner.welcomeAt;
        if (back && !after.has(learner)) after.set(learner, learner.welcomeAt - at);
        return back;
      },
      who,
    );
    const times = [...after.values()];
    return {
      learners: who.length,
      resumed: times.length,
      p50Ms: quantile(times, 0.5),
      maxMs: quantile(times, 1),
    };
  }

  /** @param {import('./nodes/world.mjs').Node} node */
  async kill(node) {
    const who = this.learners.filter(({ url }) => url === node.url);
    node.gone = true;
    const at = Date.now();
    node.signal('SIGKILL');
    await node.exited;
    return this.resumed('resume after the kill', who, at);
  }

  /** @param {import('./nodes/world.mjs').Node} node @param {number} seconds */
  async freeze(node, seconds) {
    const who = this.learners.filter(({ url }) => url === node.url);
    node.gone = true;
    const at = Date.now();
    node.signal('SIGSTOP');
    const resumed = await this.resumed('resume while stopped', who, at);
    await pause(Math.max(0, at + seconds * 1_000 - Date.now()));
    const stoppedMs = Date.now() - at;
    node.signal('SIGCONT');
    // Its timers and what lay in its sockets make it write; give it time to try.
    await pause(10_000);
    const fenced = await metric(node, 'zhenxue_lease_lost_total');
    const left = await metric(node, 'zhenxue_connections');
    if (fenced === 0) this.problems.push('the woken server tried to write nothing: nothing was fenced');
    return { stoppedMs, ...resumed, fencedWrites: fenced, connectionsLeftAtWoken: left };
  }
}

/** @param {Run} run @param {{ seconds: number, steadyMs: number }} plan */
async function play(run, { seconds, steadyMs }) {
  const { world, learners } = run;
  await world.start();
  const [a, b] = world.nodes;
  if (a === undefined || b === undefined) throw new Error('expected two servers');
  say(`two servers on ${world.mongo} and Redis; ${learners.length} learners come in`);
  const console_ = await watch(b);
  await run.open();
  const inMs = await run.until('come in', (learner) => learner.acked.length >= 1);
  say(`everybody is in (${inMs} ms after the last ticket); steady for ${steadyMs} ms`);
  await pause(steadyMs);
  const steady = learners.flatMap(({ latencies }) => latencies.splice(0));
  const elsewhere = learners.filter(({ url }) => url === a.url);
  const heard = elsewhere.filter(({ session }) => console_.heard.has(session)).length;
  if (heard < elsewhere.length)
    run.problems.push(`the console heard of ${heard} of ${elsewhere.length} sittings`);
  say('killing one server');
  const killed = await run.kill(a);
  await pause(steadyMs / 2);
  let paused = null;
  if (seconds > 0) {
    const fresh = await world.addNode('c');
    say(`stopping the other one for ${seconds} s; a fresh one is at ${fresh.url}`);
    paused = await run.freeze(b, seconds);
    await pause(steadyMs / 2);
  }
  console_.close();
  for (const learner of learners) learner.stop();
  await pause(2_000);
  const stored = await verify(world.uri, learners);
  return {
    inMs,
    ack: { p50Ms: quantile(steady, 0.5), p99Ms: quantile(steady, 0.99), count: steady.length },
    console: { sittingsOfOtherServer: elsewhere.length, heard },
    killed,
    paused,
    stored,
  };
}

await runMain(async () => {
  const string = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({ options: { learners: string, pause: string, steady: string } });
  const count = readNumber(values.learners, 500, LEARNERS_MAX, 'learners');
  const seconds = readNumber(values.pause, 0, PAUSE_MAX_S, 'pause');
  const steadyMs = readNumber(values.steady, 20, PAUSE_MAX_S, 'steady') * 1_000;
  await ensureBuilt(say);
  const mongo = await ensureMongo(say);
  if (mongo.kind === 'none') throw new PlainError('two servers need a MongoDB', mongo.reason);
  const redis = await ensureRedis(say);
  if (redis.path === null) throw new PlainError('two servers need a Redis', redis.reason);
  const run = new Run(count);
  try {
    const { stored, ...told } = await play(run, { seconds, steadyMs });
    const { problems, ...sums } = stored;
    const broken = run.learners.flatMap((learner) => learner.broken);
    const ended = run.learners.filter((learner) => learner.ended !== '').length;
    /** @type {Record<string, number>} */
    const refused = {};
    for (const learner of run.learners)
      for (const [code, times] of learner.refused) refused[code] = (refused[code] ?? 0) + times;
    const all = [...run.problems, ...broken, ...problems];
    const ok =
      all.length === 0 &&
      sums.lost + sums.duplicated + sums.violations + ended === 0 &&
      sums.chains === count;
    process.stdout.write(
      `${JSON.stringify({ learners: count, mongo: run.world.mongo, ...told, ...sums, ended, refused, ok, problems: all.slice(0, 20) }, null, 2)}\n`,
    );
    return ok ? 0 : 1;
  } finally {
    for (const learner of run.learners) learner.stop();
    await run.world.stop();
  }
});
