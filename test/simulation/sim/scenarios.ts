/** Cheats that take more than one sitting: platforms, and learners who would like to frame one. */
import type { FindingKind, Verdict } from '@zhenxue/protocol';
import type { Cheat } from './cheat.ts';
import { popupRemover } from './cheats.ts';
import { type Judgement, judgeFindings } from './expectation.ts';
import type { Behaviour } from './learner.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;

/** Shanghai is eight hours ahead of UTC, all year. */
const SHANGHAI_MS = 8 * 3_600_000;

/** A story with several people in it. */
export interface Scenario {
  readonly name: string;
  /** Lets everybody in. @returns the judge at the end. */
  admit(world: World): (verdicts: ReadonlyMap<string, Verdict>) => Judgement;
}

function localDateOf(at: number): string {
  return new Date(at + SHANGHAI_MS).toISOString().slice(0, 10);
}

/** Same month and day two years on; 29 February becomes 28 February. */
function twoYearsOn(date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${Number(year) + 2}-${month}-${month === '02' && day === '29' ? '28' : day}`;
}

/** As for one learner; whom the ban of the platform sends away first has shown nothing yet. */
const suppressed: Cheat = {
  ...popupRemover,
  name: 'popup removed by the platform',
  judge(learner, verdicts) {
    const sentAway = learner.refusedWith === 'platform-banned' || verdicts.some((v) => v.ended === 'banned');
    return sentAway ? { found: true, detail: '' } : popupRemover.judge(learner, verdicts);
  },
};

const platformSuppresses: Scenario = {
  name: 'platform suppresses popups for all',
  admit(world) {
    const { chance } = world;
    const platform = 'bad-platform';
    const lesson = world.lesson(platform, chance.pick([12, 15, 20]));
    const count = chance.int(5, 7);
    const members = Array.from({ length: count }, (_, i) =>
      world.admit({ ...lesson, learner: `s${i}` }, suppressed, chance.int(0, 8 * MINUTE)),
    );
    return (verdicts) => {
      const ban = world.server.disk.bans.find((row) => row.platform === platform);
      if (ban === undefined) return { found: false, detail: `expected a ban of ${platform}` };
      const froms = members
        .flatMap((learner) => [...learner.sessions])
        .flatMap((session) => verdicts.get(session)?.findings ?? [])
        .filter((finding) => finding.kind === 'popup-suppressed')
        .map((finding) => finding.span.fromAt);
      const startsOn = localDateOf(Math.min(...froms));
      const right = ban.startsOn === startsOn && ban.endsOn === twoYearsOn(startsOn);
      const others = world.server.disk.bans.filter((row) => row.platform !== platform).length;
      return {
        found: right && others === 0,
        detail: `expected ${startsOn} to ${twoYearsOn(startsOn)}, got ${ban.startsOn} to ${ban.endsOn}, ${others} other bans`,
      };
    };
  },
};

const loneFramer: Scenario = {
  name: 'a lone learner frames the platform',
  admit(world) {
    const { chance } = world;
    const platform = 'framed-platform';
    for (let i = 0; i < 6; i += 1) {
      const lesson = world.lesson(platform, 12);
      world.admit({ ...lesson, learner: 'framer' }, suppressed, i * 13 * MINUTE + chance.int(0, MINUTE));
    }
    return () => {
      const bans = world.server.disk.bans.filter((row) => row.platform === platform).length;
      return { found: bans === 0, detail: `expected no ban of ${platform}` };
    };
  },
};

const framersTooFew: Scenario = {
  name: 'framers are a small share of a class',
  admit(world) {
    const { chance } = world;
    const platform = 'crowded-platform';
    const lesson = world.lesson(platform, 12);
    for (let i = 0; i < 4; i += 1)
      world.admit({ ...lesson, learner: `f${i}` }, suppressed, chance.int(0, 4 * MINUTE));
    return () => {
      const bans = world.server.disk.bans.filter((row) => row.platform === platform).length;
      return { found: bans === 0, detail: `expected no ban of ${platform} on the word of four learners` };
    };
  },
};

/** Watches without any trick of its own: only the story as a whole is judged. */
function watcher(name: string): Behaviour {
  return { name, honest: false, guarded: true };
}

const parallelSittings: Scenario = {
  name: 'parallel sittings on two platforms',
  admit(world) {
    const { chance } = world;
    const startMs = chance.int(0, 2 * MINUTE);
    const both = ['west-platform', 'east-platform'].map((platform) => {
      const lesson = world.lesson(platform, chance.pick([12, 15]));
      const twin = { ...lesson, learner: `of-${platform}`, person: 'one-person' };
      return world.admit(twin, watcher('one of two sittings'), startMs + chance.int(0, MINUTE));
    });
    return (verdicts) => {
      const own = both.map((learner) =>
        [...learner.sessions].map((s) => verdicts.get(s)).filter((v) => v != null),
      );
      const judged = judgeFindings(own.flat(), {
        rule: 'multi-window',
        kinds: ['second-sitting'],
        attribution: 'learner',
        truth: null,
      });
      const credited = own.flat().reduce((total, verdict) => total + verdict.creditedMs, 0);
      const rows = both.flatMap((l) => [...l.sessions]).map((s) => world.server.disk.sittings.get(s)?.row);
      const from = Math.min(...rows.map((row) => row?.openedAt ?? Number.POSITIVE_INFINITY));
      const to = Math.max(...rows.map((row) => row?.endedAt ?? 0));
      const { slackMs } = world.server.pack.credit;
      world.ledger.check(
        'learner-never-credited-twice',
        credited <= to - from + 2 * slackMs,
        () => `one person was credited ${credited} ms within ${to - from} ms`,
      );
      return judged;
    };
  },
};

/** A ban of the platform itself, on its own act, from the date of the finding. */
function judgeOwnAct(
  world: World,
  platform: string,
  verdicts: ReadonlyMap<string, Verdict>,
  kind: FindingKind,
): Judgement {
  const found = [...verdicts.values()].flatMap((v) => v.findings).filter((f) => f.kind === kind);
  const first = Math.min(...found.map((f) => f.span.fromAt));
  const ban = world.server.disk.bans.find((row) => row.platform === platform);
  const right =
    found.length > 0 &&
    found.every((f) => f.attribution === 'platform' && f.severity === 'violation') &&
    ban?.startsOn === localDateOf(first) &&
    ban.endsOn === twoYearsOn(ban.startsOn);
  return {
    found: right,
    detail: `expected ${kind} by the platform and its ban, got ${ban?.startsOn ?? 'no ban'}`,
  };
}

const overriddenOrder: Scenario = {
  name: 'lesson out of order, override by the platform',
  admit(world) {
    const platform = 'hasty-platform';
    const lesson = world.lastLesson(platform, 12);
    world.admit({ ...lesson, learner: 'o1', overrideOrder: true }, watcher('watches lesson 3 first'), MINUTE);
    return (verdicts) => judgeOwnAct(world, platform, verdicts, 'lesson-skipped');
  },
};

const lockedLesson: Scenario = {
  name: 'lesson out of order, refused',
  admit(world) {
    const lesson = world.lastLesson('orderly-platform', 12);
    const learner = world.admit({ ...lesson, learner: 'o2' }, watcher('asks for lesson 3 first'), MINUTE);
    return () => ({
      found: learner.refusedWith === 'lesson-locked' && learner.sessions.size === 0,
      detail: `expected lesson-locked, got ${learner.refusedWith ?? 'a sitting'}`,
    });
  },
};

const controlsTurnedOff: Scenario = {
  name: 'popups turned off by the ticket',
  admit(world) {
    const platform = 'blind-platform';
    const lesson = world.lesson(platform, 12);
    world.admit(
      { ...lesson, learner: 'o3', controlsOff: ['popup'] },
      watcher('watches without popups'),
      MINUTE,
    );
    return (verdicts) => judgeOwnAct(world, platform, verdicts, 'control-disabled');
  },
};

/** All of them. */
export const SCENARIOS: readonly Scenario[] = [
  platformSuppresses,
  loneFramer,
  framersTooFew,
  parallelSittings,
  overriddenOrder,
  lockedLesson,
  controlsTurnedOff,
];
