/** Lists of sittings, and what is known of one. A foreign tenant's sitting does not exist for the asker. */
import type { Page, SessionDetail, SessionSummary, Verdict } from '@zhenxue/protocol';
import { loadSitting } from './actor-registry.ts';
import type { App } from './context.ts';
import { notFound } from './failure.ts';
import type { PageRequest, SessionFilter, SessionRow } from './ports.ts';
import { type Principal, readableBy } from './principal.ts';
import { summaryOf } from './session-summary.ts';
import type { Sitting } from './sitting.ts';

/** Titles of lessons, each course read once per answer. */
function createTitles(app: App): (row: SessionRow) => Promise<string> {
  const courses = new Map<string, ReadonlyMap<string, string>>();
  return async ({ platform, course, lesson }) => {
    const key = JSON.stringify([platform, course]);
    let titles = courses.get(key);
    if (titles === undefined) {
      const found = await app.registry.course(platform, course);
      titles = new Map(found?.lessons.map(({ id, title }) => [id, title]));
      courses.set(key, titles);
    }
    return titles.get(lesson) ?? lesson;
  };
}

function summary(row: SessionRow, lessonTitle: string): SessionSummary {
  const { session, platform, learner, course, lesson, openedAt, endedAt, ended, outcome } = row;
  const { creditedMs, coveragePermille, violations, packId } = row;
  const what = { session, platform, learner, course, lesson, lessonTitle };
  return { ...what, openedAt, endedAt, ended, outcome, creditedMs, coveragePermille, violations, packId };
}

/** One page of the sittings that the asker may see, newest first. */
export async function listSessions(
  app: App,
  principal: Principal,
  filter: SessionFilter,
  page: PageRequest,
): Promise<Page<SessionSummary>> {
  const own = readableBy(principal);
  if (own !== null && filter.platform !== undefined && filter.platform !== own)
    return { items: [], next: null };
  const found = await app.sessions.list(own === null ? filter : { ...filter, platform: own }, page);
  const titleOf = createTitles(app);
  const items: SessionSummary[] = [];
  for (const row of found.items) items.push(summary(row, await titleOf(row)));
  return { items, next: found.next };
}

/** The row of a sitting that the asker may see. @throws Refusal `not-found`. */
export async function readableRow(app: App, principal: Principal, session: string): Promise<SessionRow> {
  const own = readableBy(principal);
  const row = await app.sessions.get(session);
  if (row === null || (own !== null && row.platform !== own)) throw notFound('sitting');
  return row;
}

/** The sitting as of its last durable record. */
export async function durableSitting(app: App, session: string): Promise<Sitting> {
  const actor = app.actors.peek(session);
  if (actor === null) return loadSitting({ engine: app.engine, store: app.sessions }, session);
  await actor.settled();
  return actor.sitting;
}

/** The verdict, recomputed from the record. @throws Refusal `not-found`. */
export async function sessionVerdict(app: App, principal: Principal, session: string): Promise<Verdict> {
  await readableRow(app, principal, session);
  return app.engine.verdict((await durableSitting(app, session)).state);
}

/** Summary and verdict. @throws Refusal `not-found`. */
export async function sessionDetail(app: App, principal: Principal, session: string): Promise<SessionDetail> {
  const row = await readableRow(app, principal, session);
  const sitting = await durableSitting(app, session);
  const verdict = app.engine.verdict(sitting.state);
  const title = await createTitles(app)(row);
  // The summary is taken from the same state as the verdict: the row that was read first may be one commit older.
  return { ...summary(summaryOf(app.engine, sitting), title), videoMs: sitting.facts.videoMs, verdict };
}
