/**
 * Population evidence (rules §4): the same suppression of a control in enough sittings of different learners makes one
 * finding against the platform, which cites them all, and a ban. A single learner never bans anybody.
 */
import type { Finding, PlatformFinding } from '@zhenxue/protocol';
import { banTerm, localDate } from '../core/sanctions/ban-dates.ts';
import { oneBanPerDate, type ProvedKind } from '../core/sanctions/combine.ts';
import { judgePopulation } from '../core/sanctions/population.ts';
import { sanctionTrigger } from '../core/sanctions/trigger.ts';
import { suppressionsOf } from '../core/verdict/verdict.ts';
import type { App } from './context.ts';
import { HeldElsewhere, Refusal } from './failure.ts';
import type { BanRow, Population } from './ports.ts';
import type { Sitting } from './sitting.ts';

/** What a suppression is called, for people. */
const CONTROL_NAMES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  'popup-suppressed': { zh: '弹窗验证', en: 'popup control' },
  'photo-suppressed': { zh: '随机拍照', en: 'random photo' },
};

/** A finding of a sitting that shows the suppression. */
interface Cited {
  readonly session: string;
  readonly finding: Finding;
}

async function citedOf(app: App, population: Population, suppression: string): Promise<readonly Cited[]> {
  const cited: Cited[] = [];
  for (const { session } of population.affected) {
    for (const finding of await app.sessions.findings(session)) {
      if (finding.kind === suppression && finding.severity === 'violation') cited.push({ session, finding });
    }
  }
  return cited.sort((a, b) => a.finding.span.fromAt - b.finding.span.fromAt);
}

function reasonOf(
  suppression: string,
  counts: { learners: number; sittings: number; share: number },
): PlatformFinding['reason'] {
  const name = CONTROL_NAMES[suppression] ?? { zh: suppression, en: suppression };
  const { learners, sittings, share } = counts;
  const percent = (share / 10).toFixed(1);
  return {
    zh: `同一课程、同一版本页面中，${learners} 名不同学员的 ${sittings} 次学习均缺失${name.zh}，占该课程学习的 ${percent}%，单个学员无法造成。`,
    en: `The ${name.en} was suppressed in ${sittings} sittings of ${learners} different learners of the same lesson and page build, ${percent} % of that lesson's sittings: no single learner can cause that.`,
  };
}

async function endRunning(app: App, platform: string): Promise<void> {
  for (const session of await app.sessions.livePlatformSessions(platform)) {
    try {
      await (await app.actors.get(session)).close('banned');
    } catch (error) {
      if (error instanceof Refusal && error.code === 'session-ended') continue;
      // Its server lets go of it when it hears of this; the learner is refused on the way back.
      if (error instanceof HeldElsewhere) continue;
      app.log.error('ban.end-failed', { session, error: String(error) });
    }
  }
}

/** What the population proves about a suppression; null = not enough. */
async function judgeSuppression(app: App, sitting: Sitting, suppression: string): Promise<ProvedKind | null> {
  const { platform, course, lesson, pack } = sitting.facts;
  const { sanctions, zone } = pack;
  const to = app.clock.now();
  const window = { from: to - sanctions.populationWindowMs, to };
  const build = sitting.state.build;
  const population = await app.sessions.population({
    platform,
    course,
    lesson,
    build,
    suppression,
    ...window,
  });
  const judged = judgePopulation(population, sanctions);
  if (!judged.complete) return null;
  const cited = await citedOf(app, population, suppression);
  const first = cited[0];
  if (first === undefined || new Set(cited.map((c) => c.session)).size < sanctions.minSessions) return null;
  return {
    kind: suppression,
    clause: first.finding.clause,
    violationDate: localDate(first.finding.span.fromAt, zone),
    reason: reasonOf(suppression, {
      learners: judged.learners,
      sittings: population.affected.length,
      share: judged.sharePermille,
    }),
    cites: cited.map((c) => ({ session: c.session, finding: c.finding.id })),
  };
}

/** Writes the finding against the platform with its ban and ends what runs. Once per kind and evidence. */
async function impose(app: App, sitting: Sitting, proved: ProvedKind): Promise<void> {
  const { platform, pack } = sitting.facts;
  const at = app.clock.now();
  const finding: PlatformFinding = { id: app.newId(), platform, foundAt: at, ...proved };
  const term = banTerm(proved.violationDate, pack.sanctions.banYears);
  const ban: BanRow = {
    id: app.newId(),
    platform,
    ...term,
    zone: pack.zone,
    imposedAt: at,
    mode: 'automatic',
    finding,
  };
  if (!(await app.registry.impose(finding, ban))) return;
  app.metrics.count('ban.imposed');
  const told = { platform, finding: finding.id, ...term };
  app.log.warn('ban.imposed', told);
  app.bus.tell({ kind: 'banned', platform });
  await endRunning(app, platform);
}

/**
 * The platform's own acts towards the server (rules §4 (a)): no learner can forge them, so no population is needed. In
 * reviewed mode nothing is imposed by itself.
 */
function judgeActs(sitting: Sitting): ProvedKind | null {
  const { pack, session } = sitting.facts;
  const own = sitting.state.findings.filter((finding) => finding.attribution === 'platform');
  const trigger = sanctionTrigger(
    own.map((finding) => ({
      session,
      finding: finding.id,
      severity: finding.severity,
      attribution: finding.attribution,
      violatedAt: finding.span.fromAt,
    })),
    pack,
  );
  const first = own.find((finding) => finding.id === trigger?.cites[0]?.finding);
  if (trigger === null || first === undefined || pack.sanctions.mode !== 'automatic') return null;
  const { violationDate, cites } = trigger;
  const { kind, clause, reason } = first;
  return { kind, clause, violationDate, reason, cites };
}

/** Everything that is proved against the platform now, and one ban per date of violation. */
async function judge(app: App, sitting: Sitting): Promise<void> {
  const proved = [judgeActs(sitting)];
  for (const suppression of suppressionsOf(sitting.state))
    proved.push(await judgeSuppression(app, sitting, suppression));
  const found = proved.filter((one) => one !== null);
  if (found.length === 0) return;
  const standing = await app.registry.bans(sitting.facts.platform);
  const dates = new Set(standing.map((ban) => ban.startsOn));
  for (const one of oneBanPerDate(found, dates)) await impose(app, sitting, one);
}

/** Looks at the platform's own acts, and at the population of every control that the sitting shows as suppressed. Never throws. */
export async function attributePlatform(app: App, sitting: Sitting): Promise<void> {
  try {
    await app.lock(`attribute:${sitting.facts.platform}`, () => judge(app, sitting));
  } catch (error) {
    app.log.error('attribution.failed', { session: sitting.facts.session, error: String(error) });
  }
}
