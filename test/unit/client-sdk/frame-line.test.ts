/** Frames on their way: numbered without holes whatever the line does. */
import type { LivenessFrame, Receipt } from '@zhenxue/protocol';
import { expect, test } from 'vitest';
import { createFrameLine, FRAMES_IN_FLIGHT_MAX } from '../../../client-sdk/src/camera/liveness/frame-line.ts';
import type { Sitting } from '../../../client-sdk/src/core/sitting.ts';
import { settlePromises } from '../../support/virtual-time.ts';

const REFUSED: Receipt = { ok: false, code: 'slow-down', message: 'expected fewer frames' };
const BEHIND: Receipt = { ok: false, code: 'out-of-order', message: 'expected i = 1' };
const VOID: Receipt = { ok: false, code: 'challenge-void', message: 'expected an open challenge' };

function given() {
  const sent: number[] = [];
  const answers: ((receipt: Receipt | null) => void)[] = [];
  const lost: string[] = [];
  const call = ((_name: string, frame: LivenessFrame) => {
    sent.push(frame.i);
    return new Promise((resolve, reject) => {
      answers.push((receipt) => (receipt === null ? reject(new Error('unreachable')) : resolve(receipt)));
    });
  }) as unknown as Sitting['call'];
  const line = createFrameLine({ id: 'l1', nonce: 'n', call, lost: (why) => lost.push(why) });
  const offer = (): void => line.offer(new Uint8Array(1), 0, 0);
  const answer = async (receipt: Receipt | null): Promise<void> => {
    answers.shift()?.(receipt);
    await settlePromises();
  };
  return { line, sent, lost, offer, answer };
}

test('no more frames travel than may; what is offered meanwhile is dropped for a newer one', async () => {
  const { line, sent, offer, answer } = given();
  for (let n = 0; n < FRAMES_IN_FLIGHT_MAX + 2; n += 1) offer();
  expect([sent, line.ready()]).toEqual([[0, 1, 2], false]);
  await answer({ ok: true });
  offer();
  expect(sent).toEqual([0, 1, 2, 3]);
});

test('after a refusal, counting goes on behind the last frame that was taken', async () => {
  const { line, sent, offer, answer } = given();
  for (let n = 0; n < FRAMES_IN_FLIGHT_MAX; n += 1) offer();
  await answer({ ok: true });
  await answer(REFUSED);
  offer();
  expect([sent, line.ready()]).toEqual([[0, 1, 2], false]);
  await answer(BEHIND);
  offer();
  expect([sent, line.taken()]).toEqual([[0, 1, 2, 1], 1]);
});

test('a void challenge and a dead line are told once, and nothing follows', async () => {
  for (const [receipt, why] of [
    [VOID, 'void'],
    [null, 'unreachable'],
  ] as const) {
    const { sent, lost, offer, answer } = given();
    offer();
    offer();
    await answer(receipt);
    await answer(receipt);
    offer();
    expect([sent, lost]).toEqual([[0, 1], [why]]);
  }
});
