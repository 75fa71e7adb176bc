/** A platform registers what it teaches: lessons and the length of their videos. */
import type { Course } from '@zhenxue/protocol';
import type { App } from './context.ts';
import { Refusal } from './failure.ts';

/**
 * Creates or replaces a course. Sittings keep the length that their lesson had when they opened.
 * @returns whether the course is new. @throws Refusal `invalid-request` when a lesson id stands twice.
 */
export async function registerCourse(app: App, platform: string, course: Course): Promise<boolean> {
  const ids = new Set(course.lessons.map(({ id }) => id));
  if (ids.size !== course.lessons.length) {
    throw new Refusal('invalid-request', 'lessons: expected every lesson id once');
  }
  const isNew = (await app.registry.course(platform, course.id)) === null;
  await app.registry.putCourse(platform, course);
  return isNew;
}
