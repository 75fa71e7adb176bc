import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { regulatorOf, startServerProcess, temporaryData } from '../support/server-process.ts';
import { connectClient, hashOf, openEvent, playing } from './support/client.ts';
import { startTestServer } from './support/server.ts';
import { createFakeTime } from './support/time.ts';

let data: ReturnType<typeof temporaryData>;

beforeEach(() => {
  data = temporaryData();
});

afterEach(() => {
  data.remove();
});

/** Opens a sitting in a server process and leaves it with acked batches and some that may or may not have arrived. */
async function killInMidLesson(): Promise<{
  session: string;
  acked: number;
  texts: string[];
  resumeToken: string;
}> {
  const server = await startServerProcess(data.folder);
  const regulator = await regulatorOf(server.url);
  const { body } = await regulator.ticket('killed', 'lesson-1');
  if (!('ticket' in body)) throw new Error(`expected a ticket, got ${body.code}`);
  const client = await connectClient(server.url, body.ticket);
  const texts: string[] = [];
  let prev = client.welcome.genesis;
  let acked = 0;
  for (let seq = 1; seq <= 40; seq += 1) {
    const events = seq === 1 ? [openEvent()] : [{ ...playing(seq, 0), s: 0 }];
    const text = JSON.stringify({ v: 1, session: body.session, seq, prev, events });
    prev = hashOf(text);
    texts.push(text);
    const sent = client.sendText(text).then((ack) => {
      if (ack.ok) acked = Math.max(acked, ack.seq);
    });
    if (seq === 20) await sent;
  }
  await server.kill();
  await client.closed;
  return { session: body.session, acked, texts, resumeToken: client.welcome.resumeToken };
}

describe('a server killed in mid-lesson', () => {
  it('given it starts again, then every acked batch is there and the client goes on after it', async () => {
    const { acked, texts, resumeToken } = await killInMidLesson();
    expect(acked).toBeGreaterThanOrEqual(20);
    const server = await startServerProcess(data.folder);
    try {
      const client = await connectClient(server.url, resumeToken);
      const { seq, hash } = client.welcome.durable;
      expect(seq).toBeGreaterThanOrEqual(acked);
      expect(hash).toBe(hashOf(texts[seq - 1] ?? ''));
      // What was acked is acked again, what was not is taken now: nothing is lost, nothing doubled.
      const acks = await Promise.all(texts.map((text) => client.sendText(text)));
      expect(acks.map((ack) => ack.ok)).toEqual(texts.map(() => true));
      expect(acks.at(-1)).toMatchObject({ seq: texts.length });
      const detail = await (await regulatorOf(server.url)).sittingOf('killed');
      expect(detail).toMatchObject({ outcome: 'in_progress', violations: 0 });
      client.close();
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });

  it('given nobody comes back, then the next server seals the sitting although it never saw the client leave', async () => {
    const { session } = await killInMidLesson();
    const time = createFakeTime(Date.now() + 3_600_000);
    const server = await startTestServer({ dir: data.folder, time });
    try {
      const detail = () => server.call('GET', `/v1/sessions/${session}`, { key: server.regulatorKey });
      // The sweep finds it by its stored due time and notes that nobody is connected; then the grace runs out.
      await expect
        .poll(async () => {
          time.advance(600_000);
          return (await detail()).body.ended;
        })
        .toBe('left');
    } finally {
      await server.destroy();
    }
  });
});
