/** One world: a server, platforms, honest learners and cheats, all from one seed. */
import type { Verdict } from '@zhenxue/protocol';
import { type Engine, RULE_ENGINE } from '../../../server/src/app/engine.ts';
import type { PolicyPack } from '../../../server/src/core/policy/pack.ts';
import { POLICY_PACKS } from '../../../server/src/core/policy/packs.ts';
import { type Chance, createChance } from './chance.ts';
import type { Cheat } from './cheat.ts';
import { CHEATS } from './cheats.ts';
import { honest, INCIDENTS } from './honest.ts';
import { type Behaviour, type Enrolment, Learner, type WorldParts } from './learner.ts';
import { Ledger } from './ledger.ts';
import { replayAll } from './replays.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { SimServer } from './server.ts';
import { TimeLine } from './time-line.ts';
import type { WireQuality } from './wire.ts';

const MINUTE = 60_000;

/** 1 January 2026, 00:00 in Shanghai. */
const EPOCH = Date.UTC(2025, 11, 31, 16);

/** Milliseconds after which a world must be over: the longest sitting and its sealing. */
const WORLD_MAX_MS = 14 * 60 * MINUTE;

/** Milliseconds of a step of the main loop, after which it looks whether all is over. */
const CHUNK_MS = 5 * MINUTE;

/** Sitting lengths, minutes. */
const LESSON_MINUTES = [9, 12, 15, 20, 30, 45] as const;

/** A world under way. */
export interface World extends WorldParts {
  readonly seed: number;
  readonly chance: Chance;
  readonly learners: Learner[];
  /** Lets somebody in. */
  admit(enrolment: Enrolment, behaviour: Behaviour, startMs: number): Learner;
  /** Registers a lesson at a platform. */
  lesson(platform: string, minutes: number): Enrolment;
  /** Registers a specialised course of three lessons. @returns its last lesson. */
  lastLesson(platform: string, minutes: number): Enrolment;
}

function qualityOf(chance: Chance): WireQuality {
  const latencyMs = chance.pick([5, 15, 30, 60, 120, 250]);
  return { latencyMs, jitterMs: chance.int(0, 2 * latencyMs), loss: chance.pick([0, 0, 0.01, 0.05]) };
}

/** Every third world asks for liveness, and every world in whose cheats the camera plays a part. */
function packOf(seed: number): PolicyPack {
  const pack = POLICY_PACKS.get('zz-2022-2');
  if (pack === undefined) throw new Error('expected the pack zz-2022-2');
  const required = seed % 3 === 0 || cheatsOf(seed).some((cheat) => cheat.challenged === true);
  return { ...pack, liveness: { ...pack.liveness, required } };
}

/** Two cheats per world, in turn, so that a few worlds play the whole catalogue. */
function cheatsOf(seed: number): readonly Cheat[] {
  return [0, 1].map((i) => CHEATS[(2 * seed + i) % CHEATS.length] as Cheat);
}

function createWorld(seed: number, engine: Engine): World {
  const chance = createChance(seed);
  const ledger = new Ledger(seed);
  const time = new TimeLine(EPOCH + chance.int(0, 700) * 24 * 60 * MINUTE + chance.int(0, 24 * 60) * MINUTE);
  const pack = packOf(seed);
  const server = new SimServer(time, chance.fork(2), ledger, pack, engine);
  const parts: WorldParts = { time, server, ledger };
  const learners: Learner[] = [];
  let lessons = 0;
  function register(
    platform: string,
    minutes: number,
    ids: readonly string[],
    specialised: boolean,
  ): Enrolment {
    lessons += 1;
    const { disk } = server;
    disk.platforms.set(platform, { id: platform, name: platform, listed: true });
    const course = `c${lessons}`;
    const videoMs = minutes * MINUTE + chance.int(0, 30_000);
    const list = ids.map((id) => ({ id, title: id, videoMs }));
    const kept = disk.courses.get(platform) ?? new Map();
    disk.courses.set(platform, kept.set(course, { id: course, title: course, specialised, lessons: list }));
    return { learner: '', platform, course, lesson: ids.at(-1) ?? '', videoMs, guard: 'enforce' };
  }
  return {
    ...parts,
    seed,
    chance,
    learners,
    lesson: (platform, minutes) => register(platform, minutes, ['l1'], false),
    lastLesson: (platform, minutes) => register(platform, minutes, ['l1', 'l2', 'l3'], true),
    admit(enrolment, behaviour, startMs) {
      const learner = new Learner(parts, enrolment, behaviour, chance.fork(learners.length + 10), {
        ...qualityOf(chance),
      });
      learners.push(learner);
      learner.start(startMs);
      return learner;
    },
  };
}

/** Honest learners, some of a class behind one address that starts together and loses its network together. */
function admitHonest(world: World): void {
  const { chance } = world;
  const platform = 'honest-platform';
  const shared = world.lesson(platform, chance.pick(LESSON_MINUTES));
  const count = chance.int(4, 7);
  const classStart = chance.int(0, 2 * MINUTE);
  for (let i = 0; i < count; i += 1) {
    const own = chance.happens(0.5);
    const enrolment = own ? world.lesson(platform, chance.pick(LESSON_MINUTES)) : shared;
    const incidents = chance.happens(0.15)
      ? []
      : Array.from({ length: chance.int(1, 3) }, () => chance.pick(INCIDENTS));
    const start = own ? chance.int(0, 10 * MINUTE) : classStart;
    world.admit({ ...enrolment, learner: `h${i}` }, honest([...new Set(incidents)]), start);
  }
  if (chance.happens(0.3)) {
    world.time.after(chance.int(3 * MINUTE, 15 * MINUTE), () => {
      const ms = chance.int(1_000, 14_000);
      for (const { behaviour, wire } of world.learners) if (behaviour.honest) wire.outage(ms);
    });
  }
}

function admitCheats(world: World): void {
  const { chance, seed } = world;
  for (const [i, cheat] of cheatsOf(seed).entries()) {
    const guard = chance.happens(0.2) && !cheat.guarded ? 'observe' : 'enforce';
    const lesson = world.lesson(`cheat-platform-${i}`, chance.pick([12, 15, 20]));
    world.admit({ ...lesson, guard, learner: `x${i}` }, cheat, chance.int(0, 5 * MINUTE));
  }
}

function planCrashes(world: World): void {
  if (!world.chance.happens(0.25)) return;
  const crashes = world.chance.int(1, 3);
  for (let i = 0; i < crashes; i += 1) {
    world.time.after(world.chance.int(MINUTE, 30 * MINUTE), () => {
      if (world.server.up) world.server.crash(world.chance.int(200, 15_000));
    });
  }
}

function checkHonest(world: World, learner: Learner, verdicts: readonly Verdict[]): void {
  const { ledger } = world;
  const name = `${learner.enrolment.learner} (${learner.behaviour.name})`;
  for (const verdict of verdicts) {
    ledger.honestSittings += 1;
    ledger.outcomes.set(verdict.outcome, (ledger.outcomes.get(verdict.outcome) ?? 0) + 1);
    const violations = verdict.findings.filter((finding) => finding.severity === 'violation');
    ledger.falseViolations += violations.length;
    ledger.check(
      'honest-without-violation',
      violations.length === 0,
      () => `${name}: ${violations.map((f) => `${f.kind} ${f.reason.en}`).join('; ')}`,
    );
  }
  if (learner.behaviour.mustComplete !== true) return;
  const outcomes = verdicts.map((v) => `${v.outcome} ${v.coveragePermille}`).join(', ');
  ledger.check(
    'honest-completes',
    verdicts.some((verdict) => verdict.outcome === 'valid'),
    () => `${name}: ${outcomes} (${learner.refusedWith ?? 'left'})`,
  );
}

/**
 * Lets one world live from its seed to its last sealed sitting.
 * @param engine that decides; another one to see what a wrong one looks like.
 */
export async function runWorld(seed: number, engine: Engine = RULE_ENGINE): Promise<Ledger> {
  const world = createWorld(seed, engine);
  const { time, ledger, chance, learners } = world;
  admitHonest(world);
  admitCheats(world);
  const scenario: Scenario | null = chance.happens(0.35)
    ? (SCENARIOS[seed % SCENARIOS.length] ?? null)
    : null;
  const judge = scenario?.admit(world) ?? null;
  planCrashes(world);
  const endAt = time.now + WORLD_MAX_MS;
  const { resumeGraceMs } = world.server.pack.session;
  while (time.now < endAt && learners.some((learner) => !learner.finished))
    await time.run(time.now + CHUNK_MS);
  ledger.check(
    'world-ends',
    learners.every((learner) => learner.finished),
    () => 'a learner never finished',
  );
  // Whoever was connected when the server died is waited for anew from its restart.
  const sealedBy = time.now + 2 * resumeGraceMs + 5 * MINUTE;
  while (time.now < sealedBy && world.server.disk.live.size > 0) await time.run(time.now + CHUNK_MS);
  await time.run(time.now + CHUNK_MS);
  const verdicts = replayAll(engine, ledger, world.server.disk.sittings, world.server.sealedVerdicts);
  for (const learner of learners) {
    const own = [...learner.sessions].map((session) => verdicts.get(session)).filter((v) => v !== undefined);
    if (learner.behaviour.honest) checkHonest(world, learner, own);
    else if ('judge' in learner.behaviour) {
      const { name, judge: judgeCheat } = learner.behaviour as Cheat;
      ledger.cheats.push({ cheat: name, ...judgeCheat(learner, own) });
    }
  }
  if (judge !== null && scenario !== null) ledger.cheats.push({ cheat: scenario.name, ...judge(verdicts) });
  return ledger;
}
