/** The decision about the camera on its way to the server's ledger, without a screen. */
import type { Consent, Receipt } from '@zhenxue/protocol';
import { CAMERA_NOTICE } from '@zhenxue/protocol';
import { expect, test } from 'vitest';
import { createConsentDesk } from '../../../client-sdk/src/camera/consent.ts';
import { cameraTextsOf } from '../../../client-sdk/src/camera/texts.ts';
import { createVirtualTime } from '../../support/virtual-time.ts';

function given(answers: (Receipt | 'nobody')[], options: { tell?: boolean } = {}) {
  const time = createVirtualTime();
  const sent: Consent[] = [];
  const desk = createConsentDesk({
    container: {} as HTMLElement,
    lang: 'en',
    texts: cameraTextsOf('en'),
    notice: CAMERA_NOTICE,
    schedule: time.schedule,
    send(consent) {
      sent.push(consent);
      const answer = answers.shift() ?? { ok: true };
      return answer === 'nobody' ? Promise.reject(new Error('unreachable')) : Promise.resolve(answer);
    },
    remembered: ['camera'],
    tell: options.tell ?? true,
    remember: () => undefined,
  });
  return { time, sent, desk };
}

test('a decision that nobody took is sent again until somebody does', async () => {
  const { time, sent } = given(['nobody', 'nobody', { ok: true }]);
  await time.advance(60_000);
  expect(sent).toHaveLength(3);
  expect(sent[0]).toEqual({ notice: CAMERA_NOTICE.version, lang: 'en', scopes: ['camera'] });
  expect(time.pending()).toBe(0);
});

test('a busy server is asked again; a refusal for good is not', async () => {
  const busy: Receipt = { ok: false, code: 'slow-down', message: 'later', retryMs: 10 };
  const refused: Receipt = { ok: false, code: 'session-ended', message: 'expected a live sitting' };
  const { time, sent } = given([busy, refused]);
  await time.advance(60_000);
  expect(sent).toHaveLength(2);
});

test('a server that never answers is not asked for ever, and stopping stops it at once', async () => {
  const never = given(Array.from({ length: 1_000 }, () => 'nobody' as const));
  await never.time.advance(3_600_000);
  expect(never.sent.length).toBeLessThan(100);
  const stopped = given(['nobody', 'nobody']);
  await stopped.time.advance(1);
  stopped.desk.stop();
  await stopped.time.advance(60_000);
  expect([stopped.sent.length, stopped.time.pending()]).toEqual([1, 0]);
});

test('what is remembered from before a reload is neither asked nor sent again', async () => {
  const { time, sent, desk } = given([], { tell: false });
  await time.advance(60_000);
  expect([sent, await desk.ask(), desk.decided()]).toEqual([[], ['camera'], ['camera']]);
});

test('both languages of the notice say the same things', () => {
  const { zh, en, version } = CAMERA_NOTICE;
  expect(version).toMatch(/^[a-z]+-\d+$/);
  expect(zh.paragraphs).toHaveLength(en.paragraphs.length);
  expect(Object.keys(zh.scopes)).toEqual(Object.keys(en.scopes));
  for (const text of [zh, en])
    for (const line of [text.title, ...text.paragraphs, ...Object.values(text.scopes)])
      expect(line.trim()).not.toBe('');
});
