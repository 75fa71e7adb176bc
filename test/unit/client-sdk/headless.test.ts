import type { Directive } from '@zhenxue/protocol';
import { afterEach, expect, test } from 'vitest';
import {
  createHeadlessLearner,
  type HeadlessLearner,
  type MonitorError,
} from '../../../client-sdk/src/headless.ts';
import { type SdkServer, type SdkServerOptions, startSdkServer } from '../../support/sdk-server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function given(options: SdkServerOptions = {}): Promise<{
  server: SdkServer;
  learner: HeadlessLearner;
  directives: Directive[];
}> {
  const server = await startSdkServer(options);
  stops.push(server.stop);
  const directives: Directive[] = [];
  const learner = createHeadlessLearner({
    endpoint: server.url,
    getTicket: async () =>
      (await (await fetch(`${server.url}/ticket`, { method: 'POST' })).json()) as { ticket: string },
    onDirective: (directive) => directives.push(directive),
  });
  stops.push(learner.stop);
  return { server, learner, directives };
}

test('a scripted learner opens, pushes, answers and uploads over the real socket', async () => {
  const { server, learner, directives } = await given();
  const welcome = await learner.start();
  expect(welcome.session).toBe(server.session);
  learner.emit({ e: 'open', t: 0, m: 0, s: 0, d: 64_000, build: 'script/1' });
  learner.emit({ e: 'play', t: 10, m: 0, s: 1 });
  await learner.flush();
  expect(server.events().map((event) => event.e)).toEqual(['open', 'play']);
  server.ask({ kind: 'photo', id: 'f1', answerMs: 30_000 });
  await server.until(() => server.confirmed.includes('f1'), 'the confirmation');
  expect(directives.map(({ id }) => id)).toEqual(['f1']);
  const taken = learner.photo('f1', new Uint8Array([0xff, 0xd8, 0xff]));
  learner.emit({ e: 'photo.taken', t: 20, m: 10, s: 1, ...taken });
  await learner.flush();
  expect(server.photos).toMatchObject([{ meta: { id: 'f1', h: taken.h }, hashOk: true }]);
  expect(server.events('photo.taken')).toMatchObject([taken]);
  expect(server.faults).toEqual([]);
});

test('directives that wait at the welcome are delivered after start has resolved', async () => {
  const pending: Directive[] = [{ kind: 'photo', id: 'f7', answerMs: 1_000 }];
  const { learner, directives } = await given({ welcome: { pending } });
  await learner.start();
  expect(directives).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(directives.map(({ id }) => id)).toEqual(['f7']);
});

test('a refusal names its code', async () => {
  const { learner } = await given({ refuse: () => 'platform-banned' });
  const error = await learner.start().catch((refused: MonitorError) => refused);
  expect(error).toMatchObject({
    code: 'platform-banned',
    text: { zh: expect.any(String), en: expect.any(String) },
  });
});
