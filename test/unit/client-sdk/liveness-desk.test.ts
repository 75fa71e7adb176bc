/** Liveness challenges without a camera: consent, retry, results, and that none holds a lesson up for good. */
import type { LearningEvent } from '@zhenxue/protocol';
import { expect, test } from 'vitest';
import type { DialogAction } from '../../../client-sdk/src/camera/dialog.ts';
import type { Attempt } from '../../../client-sdk/src/camera/liveness/challenge.ts';
import { createLivenessDesk } from '../../../client-sdk/src/camera/liveness/liveness-desk.ts';
import { livenessTextsOf } from '../../../client-sdk/src/camera/liveness/texts.ts';
import { captureProblemsOf } from '../../../client-sdk/src/camera/problem-texts.ts';
import { cameraTextsOf } from '../../../client-sdk/src/camera/texts.ts';
import { createVirtualTime, settlePromises } from '../../support/virtual-time.ts';

const TEXTS = livenessTextsOf('en');
const ANSWER_MS = 40_000;

const VIDEO = {
  paused: false,
  pause: () => undefined,
  play: async () => undefined,
} as unknown as HTMLVideoElement;

const SILENT = {
  able: false,
  say: () => undefined,
  muted: () => false,
  mute: () => undefined,
  stop: () => undefined,
};

function given(attempts: Attempt[], scopes: readonly string[] = ['camera', 'comparison']) {
  const time = createVirtualTime();
  const ran: string[] = [];
  const recorded: string[] = [];
  const noticed: string[] = [];
  const said: string[] = [];
  let actions: readonly DialogAction[] = [];
  let noticeAction: (() => void) | undefined;
  let open = 0;
  const desk = createLivenessDesk({
    container: {} as HTMLElement,
    lang: 'en',
    video: VIDEO,
    notice: {
      show(text, action) {
        noticed.push(text);
        noticeAction = action?.run;
      },
      clear: () => undefined,
      owns: () => false,
      stop: () => undefined,
    },
    consent: { ask: async () => scopes as never, reopen: async () => [] },
    openCamera: () => Promise.reject(new Error('unused')),
    schedule: time.schedule,
    call: () => Promise.reject(new Error('unused')),
    onPrompt: () => () => undefined,
    sessionNow: time.now,
    last: time.now,
    record: (event) => recorded.push(`${(event as LearningEvent).e} ${(event as { why?: string }).why}`),
    voice: SILENT,
    run: async ({ id }) => {
      ran.push(id);
      return attempts.shift() ?? { kind: 'done' };
    },
    openLiveness: () => {
      open += 1;
      return {
        preview: {} as HTMLVideoElement,
        step: () => undefined,
        say: (text) => said.push(text),
        live: () => undefined,
        act: (next) => {
          actions = next;
        },
        close: () => {
          open -= 1;
        },
      };
    },
  });
  return {
    ...{ time, desk, ran, recorded, noticed, said },
    ask: async (id: string) => {
      desk.open({ kind: 'liveness', id, answerMs: ANSWER_MS });
      await settlePromises();
    },
    press: async (label: string) => {
      const action = actions.find((other) => other.label === label);
      if (action === undefined) throw new Error(`expected a button "${label}"`);
      action.run();
      await settlePromises();
    },
    act: async () => {
      noticeAction?.();
      await settlePromises();
    },
    isOpen: () => open === 1,
  };
}

test('nothing begins before the learner starts it; a good result closes by itself', async () => {
  const { ask, press, ran, desk, said, time, isOpen } = given([{ kind: 'done' }]);
  await ask('l1');
  expect([ran, isOpen()]).toEqual([[], true]);
  await press(TEXTS.livenessStart);
  desk.settle('l1', 'met');
  expect(said.at(-1)).toBe(TEXTS.livenessMet);
  await time.advance(10_000);
  expect([isOpen(), desk.overdue(1_000_000), time.pending()]).toEqual([false, false, 0]);
});

test('not passed: the reason is said, and another try answers the newer request', async () => {
  const { ask, press, ran, desk, said } = given([]);
  await ask('l1');
  await press(TEXTS.livenessStart);
  await ask('l2');
  desk.settle('l1', 'wrong', 'too-dark');
  expect(said.at(-1)).toBe(captureProblemsOf('en')['too-dark']);
  await press(TEXTS.retry);
  expect(ran).toEqual(['l1', 'l2']);
});

test('a camera that fails is told only when the learner gives up, and then holds nothing up', async () => {
  const { ask, press, recorded, desk, said } = given([
    { kind: 'camera', why: 'busy' },
    { kind: 'camera', why: 'busy' },
  ]);
  await ask('l1');
  await press(TEXTS.livenessStart);
  expect([said.at(-1), recorded]).toEqual([cameraTextsOf('en').problems.busy, []]);
  await press(TEXTS.retry);
  await press(TEXTS.livenessLater);
  expect([recorded, desk.overdue(1_000_000)]).toEqual([['photo.failed busy'], false]);
});

test('put off, it is reminded of and can be taken up again; past its time it is overdue', async () => {
  const { ask, press, act, noticed, desk, isOpen } = given([]);
  await ask('l1');
  await press(TEXTS.livenessLater);
  expect([noticed, isOpen(), desk.overdue(1_000)]).toEqual([[TEXTS.livenessOpen], false, false]);
  expect(desk.overdue(ANSWER_MS)).toBe(true);
  desk.settle('l1', 'overdue');
  expect(noticed.at(-1)).toBe(TEXTS.livenessOverdue);
  await act();
  expect(isOpen()).toBe(true);
});

test('without consent nothing is shown, and nothing is overdue', async () => {
  const { ask, noticed, desk, isOpen } = given([], ['camera']);
  await ask('l1');
  expect([noticed, isOpen(), desk.overdue(1_000_000)]).toEqual([[TEXTS.notAgreed], false, false]);
});

test('a challenge that the server no longer has is let go; no answer in time offers another try', async () => {
  const gone = given([{ kind: 'refused', code: 'challenge-void' }]);
  await gone.ask('l1');
  await gone.press(TEXTS.livenessStart);
  expect([gone.said.at(-1), gone.desk.overdue(1_000_000)]).toEqual([TEXTS.livenessGone, false]);
  const silent = given([{ kind: 'done' }]);
  await silent.ask('l1');
  await silent.press(TEXTS.livenessStart);
  await silent.time.advance(60_000);
  expect(silent.said.at(-1)).toBe(TEXTS.livenessLost);
  silent.desk.stop();
  expect([silent.isOpen(), silent.time.pending()]).toEqual([false, 0]);
});
