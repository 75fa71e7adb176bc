/** Photo requests without a camera: consent, countdown, failure, and that none of them holds a lesson up for good. */
import type { LearningEvent } from '@zhenxue/protocol';
import { describe, expect, test } from 'vitest';
import { brightnessOf, lightProblem } from '../../../client-sdk/src/camera/brightness.ts';
import type { CameraPart } from '../../../client-sdk/src/camera/camera.ts';
import { createLazyCamera } from '../../../client-sdk/src/screen/lazy-camera.ts';
import type { Capture } from '../../../client-sdk/src/screen/photo/capture.ts';
import { createPhotoDesk } from '../../../client-sdk/src/screen/photo/photo-desk.ts';
import { textsOf } from '../../../client-sdk/src/screen/texts.ts';
import { createVirtualTime } from '../../support/virtual-time.ts';

const TEXTS = textsOf('en');
const ANSWER_MS = 30_000;

function given(options: { captures?: Capture[]; agreed?: () => Promise<boolean> } = {}) {
  const time = createVirtualTime();
  const captures = options.captures ?? [];
  const recorded: string[] = [];
  const said: string[] = [];
  const uploads: string[] = [];
  let action: (() => void) | undefined;
  const desk = createPhotoDesk({
    doc: {} as Document,
    texts: TEXTS,
    notice: {
      show(text, act, count) {
        said.push(count === undefined ? text : `${count}`);
        action = act?.run;
      },
      clear: () => undefined,
      owns: () => false,
      stop: () => undefined,
    },
    openCamera: () => Promise.reject(new Error('unused')),
    schedule: time.schedule,
    last: time.now,
    record: (event) => {
      const { e, ...rest } = event as LearningEvent & { id: string; why?: string };
      recorded.push(`${e} ${rest.id} ${rest.why ?? ''}`.trim());
    },
    hash: () => 'hash',
    bytesMax: 1_000,
    upload: (id) => uploads.push(id),
    agreed: options.agreed ?? (async () => true),
    reconsider: () => said.push('reconsidered'),
    take: async () => captures.shift() ?? { ok: true, bytes: new Uint8Array(3) },
  });
  const ask = (id: string): void => desk.open({ kind: 'photo', id, answerMs: ANSWER_MS });
  return { time, desk, ask, recorded, said, uploads, act: () => action?.() };
}

describe('a photo request', () => {
  test('is counted down, taken and handed over', async () => {
    const { ask, time, recorded, said, uploads, desk } = given();
    ask('f1');
    await time.advance(4_000);
    expect(said).toEqual(['3', '2', '1', TEXTS.photoTaken]);
    expect([recorded, uploads]).toEqual([['photo.taken f1'], ['f1']]);
    desk.settle('f1', 'met');
    expect(desk.overdue(60_000)).toBe(false);
  });

  test.each(['denied', 'no-camera', 'busy', 'error'] as const)(
    'that fails (%s) is told and let go: the lesson is not paused for good',
    async (why) => {
      const { ask, time, recorded, desk } = given({ captures: [{ ok: false, why }] });
      ask('f1');
      await time.advance(4_000);
      expect(recorded).toEqual([`photo.failed f1 ${why}`]);
      expect(desk.overdue(10 * ANSWER_MS)).toBe(false);
      ask('f2');
      await time.advance(4_000);
      expect(recorded.at(-1)).toBe('photo.taken f2');
    },
  );

  test('the server could not use may be taken again', async () => {
    const { ask, time, recorded, desk, said, act } = given();
    ask('f1');
    await time.advance(4_000);
    desk.settle('f1', 'wrong', 'too-dark');
    expect(said.at(-1)).toBe(TEXTS.photoProblems['too-dark']);
    act();
    await time.advance(100);
    expect(recorded).toEqual(['photo.taken f1', 'photo.taken f1']);
  });

  test('that is overdue holds the lesson up until it is met', async () => {
    const { ask, desk, time } = given({ agreed: () => new Promise(() => undefined) });
    ask('f1');
    await time.advance(1);
    expect(desk.overdue(ANSWER_MS)).toBe(true);
  });
});

describe('consent', () => {
  test('that is refused is no failure of the learner: told as denied, let go, to be decided again', async () => {
    const { ask, time, recorded, said, act, desk } = given({ agreed: async () => false });
    ask('f1');
    await time.advance(4_000);
    expect(recorded).toEqual(['photo.failed f1 denied']);
    expect(said).toEqual([TEXTS.photoDeclined]);
    expect(desk.overdue(10 * ANSWER_MS)).toBe(false);
    act();
    expect(said.at(-1)).toBe('reconsidered');
  });

  test('that is still being read when the time is over lets the request go before it is overdue', async () => {
    const { ask, time, recorded, desk } = given({ agreed: () => new Promise(() => undefined) });
    ask('f1');
    const heldUp: number[] = [];
    for (let ms = 0; ms <= ANSWER_MS; ms += 250) {
      if (desk.overdue(time.now())) heldUp.push(ms);
      await time.advance(250);
    }
    expect([recorded, heldUp]).toEqual([['photo.failed f1 error'], []]);
  });
});

describe('the camera part', () => {
  const photo = (id: string) => ({ kind: 'photo', id, answerMs: ANSWER_MS }) as const;

  function loader(load: () => Promise<CameraPart>) {
    const time = createVirtualTime();
    const recorded: string[] = [];
    const camera = createLazyCamera({
      load,
      schedule: time.schedule,
      last: time.now,
      record: (event) => recorded.push(`${event.e} ${(event as { id: string }).id}`),
    });
    return { time, recorded, camera };
  }

  test('is loaded with the first request, which keeps its time', async () => {
    const opened: [string, number | undefined][] = [];
    let loads = 0;
    const part = {
      photos: {
        open: (asked: { id: string }, at?: number) => opened.push([asked.id, at]),
        overdue: () => false,
      },
      stop: () => undefined,
    } as unknown as CameraPart;
    const { time, camera } = loader(async () => {
      loads += 1;
      return part;
    });
    await time.advance(1_000);
    camera.open(photo('f1'));
    camera.open(photo('f2'));
    await time.advance(10);
    expect([loads, opened]).toEqual([
      1,
      [
        ['f1', 1_000],
        ['f2', 1_000],
      ],
    ]);
  });

  test('that cannot be loaded is asked for again, then the requests are told as failed and let go', async () => {
    let loads = 0;
    const { time, camera, recorded } = loader(() => {
      loads += 1;
      return Promise.reject(new TypeError('blocked'));
    });
    camera.open(photo('f1'));
    await time.advance(10_000);
    expect([loads, recorded, camera.overdue(10 * ANSWER_MS)]).toEqual([4, ['photo.failed f1'], false]);
    expect(time.pending()).toBe(0);
  });
});

test('brightness is that of the picture, and says what helps', () => {
  const grey = (value: number): Uint8ClampedArray =>
    new Uint8ClampedArray([value, value, value, 255, value, value, value, 255]);
  expect([brightnessOf(grey(0)), brightnessOf(grey(128)), brightnessOf(grey(255))]).toEqual([0, 128, 255]);
  expect([lightProblem(10), lightProblem(128), lightProblem(250)]).toEqual(['too-dark', null, 'too-bright']);
});
