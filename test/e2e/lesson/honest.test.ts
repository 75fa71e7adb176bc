import { describe, expect, it } from 'vitest';
import { demoWorld } from '../../support/demo-world.ts';
import { beginLesson, sitDown, until } from '../../support/person.ts';

/** The clip lasts 64 s; with a restart in between a little longer. */
const LESSON_MS = 110_000;

describe('an honest learner in a real browser', () => {
  const world = demoWorld();

  it('plays the whole clip, answers popups by keyboard, is photographed → valid', async () => {
    const page = await world.browser.tab();
    await beginLesson(page, world.url, 'honest-1');
    const person = await sitDown(page);
    const sitting = await until(
      () => world.regulator.sittingOf('honest-1'),
      (found) => found.verdict.final,
      LESSON_MS,
    );
    await person.leave();
    expect(sitting.verdict).toMatchObject({ outcome: 'valid', ended: 'completed', findings: [] });
    expect(sitting.coveragePermille).toBeGreaterThanOrEqual(980);
    expect(person.answered()).toBeGreaterThanOrEqual(2);
    // A popup that is open when the lesson ends goes without an answer.
    const answered = sitting.verdict.popups.filter((popup) => popup.answeredAt !== null).length;
    expect(answered).toBeGreaterThanOrEqual(2);
    expect(answered).toBeLessThanOrEqual(person.answered());
    expect(sitting.verdict.classHours.map((hour) => hour.photo !== null)).toEqual([true, true]);
    await until(
      () => page.getByTestId('outcome').textContent(),
      (text) => text?.includes('Valid') === true,
      10_000,
    );
    await page.close();
  });

  it('goes on after the server was killed and restarted in mid-lesson → valid, nothing acknowledged lost', async () => {
    const page = await world.browser.tab();
    await beginLesson(page, world.url, 'honest-2');
    const person = await sitDown(page);
    const before = await until(
      () => world.regulator.sittingOf('honest-2'),
      (found) => found.creditedMs >= 15_000,
      60_000,
    );
    await world.killAndRestart();
    const after = await world.regulator.sittingOf('honest-2');
    expect(after.session).toBe(before.session);
    expect(after.creditedMs).toBeGreaterThanOrEqual(before.creditedMs);
    const sitting = await until(
      () => world.regulator.sittingOf('honest-2'),
      (found) => found.verdict.final,
      LESSON_MS,
    );
    await person.leave();
    expect(sitting.session).toBe(before.session);
    expect(sitting.verdict).toMatchObject({ outcome: 'valid', findings: [] });
    await page.close();
  });
});
