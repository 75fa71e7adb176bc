/** Cheats with the camera. */
import { beginLesson, sitDown, until } from '../support/person.ts';
import type { CheatCase, Expected, Truth } from './case.ts';
import * as primitives from './primitives.ts';
import { pause, type Seat } from './stage.ts';

/** Answers what comes until a photo was taken. */
async function bePhotographed(seat: Seat): Promise<Truth> {
  await beginLesson(seat.page, seat.url, seat.learner);
  const person = await sitDown(seat.page);
  await until(
    () => seat.sitting(),
    ({ verdict }) =>
      verdict.findings.some(({ kind }) => kind === 'capture-virtual') ||
      verdict.classHours.some((hour) => hour.photo !== null),
    60_000,
  );
  await pause(3_000);
  await person.leave();
  return { from: null, to: null };
}

const VIRTUAL: Expected = { rule: 'liveness-match', kinds: ['capture-virtual'], severity: 'hint' };

/** A film of one still picture, as Chromium's fake device can play it. */
export const stillCamera = (file: string): CheatCase => ({
  name: 'looped file as camera (one frame)',
  args: [`--use-file-for-fake-video-capture=${file}`],
  expected: VIRTUAL,
  run: bePhotographed,
});

/** A drawing in place of the camera. */
export const canvasCamera: CheatCase = {
  name: 'canvas as camera',
  script: primitives.CANVAS_CAMERA,
  expected: VIRTUAL,
  run: bePhotographed,
};
