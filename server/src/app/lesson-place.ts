/** Where a lesson stands in its course for one learner (rules §2, `lesson-order`). */
import { type Course, PAGE_ITEMS_MAX } from '@zhenxue/protocol';
import type { LessonPlace } from '../core/session/records.ts';
import type { App } from './context.ts';

/** Pages of valid sittings that are looked through: more than any course has lessons. */
const PAGES_MAX = 20;

/** Lessons of the course that a valid sitting of the learner completes. */
async function finishedLessons(
  app: Pick<App, 'sessions'>,
  platform: string,
  learner: string,
  course: string,
): Promise<ReadonlySet<string>> {
  const finished = new Set<string>();
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const filter = { platform, learner, course, outcome: 'valid' } as const;
    const found = await app.sessions.list(filter, { limit: PAGE_ITEMS_MAX, cursor });
    for (const row of found.items) finished.add(row.lesson);
    cursor = found.next;
    if (cursor === null) break;
  }
  return finished;
}

/** The lesson's place. General courses are not looked through: any order is right. */
export async function placeOf(
  app: Pick<App, 'sessions'>,
  platform: string,
  learner: string,
  course: Course,
  lesson: string,
): Promise<LessonPlace> {
  const index = course.lessons.findIndex(({ id }) => id === lesson);
  const specialised = course.specialised === true;
  if (!specialised) return { specialised, position: index + 1, unfinishedBefore: 0 };
  const finished = await finishedLessons(app, platform, learner, course.id);
  const unfinishedBefore = course.lessons.slice(0, index).filter(({ id }) => !finished.has(id)).length;
  return { specialised, position: index + 1, unfinishedBefore };
}
