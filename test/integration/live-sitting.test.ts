import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectClient, hashOf, JPEG, openEvent, playing, type TestClient } from './support/client.ts';
import { startTestServer, type TestServer, VIDEO_MS } from './support/server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(async () => {
  await server.destroy();
});

/** Answers every popup and photo request that is open, as an honest page does. */
async function answerAll(client: TestClient, t: number, m: number): Promise<void> {
  for (const directive of client.directives.splice(0)) {
    if (directive.kind === 'popup') {
      const { challenge } = directive;
      const a = challenge.type === 'press' ? 'ok' : String(challenge.a + challenge.b);
      const sample = { t, m, s: 0 };
      await client.send([
        { e: 'popup.shown', ...sample, id: directive.id },
        { e: 'popup.answer', ...sample, id: directive.id, a },
      ]);
    }
    if (directive.kind === 'photo') {
      const h = hashOf(JPEG);
      await client.send([{ e: 'photo.taken', t, m, s: 0, id: directive.id, h, n: JPEG.length }]);
      expect(await client.photo(directive.id, JPEG)).toEqual({ ok: true, level: 'durable' });
    }
  }
}

/** Lets the sockets' messages arrive: a message to and fro is answered after what was sent before it. */
async function roundTrip(client: TestClient): Promise<void> {
  await client.sendText('not a batch');
}

/** Plays the video to its end at 1×, pausing for every control. */
async function watch(server: TestServer, client: TestClient, from = 0): Promise<void> {
  const stepMs = 2_000;
  let t = client.welcome.elapsedMs;
  for (let m = from; m < VIDEO_MS; ) {
    const next = Math.min(VIDEO_MS, m + stepMs);
    server.time.advance(next - m);
    t += next - m;
    m = next;
    const end = m === VIDEO_MS;
    const ack = await client.send([end ? { e: 'ended', t, m, s: 16 } : playing(t, m)]);
    if (!ack.ok) throw new Error(`expected a durable batch, got ${ack.code}: ${ack.message}`);
    await roundTrip(client);
    if (client.directives.some((d) => d.kind === 'popup' || d.kind === 'photo')) {
      await answerAll(client, t, m);
      if (!end) await client.send([{ e: 'play', t, m, s: 1 }]);
    }
    if (client.directives.some((d) => d.kind === 'end')) return;
  }
}

describe('a live sitting', () => {
  it('given an honest learner, when the whole video is watched and every control met, then the verdict is valid', async () => {
    const { session, ticket } = await server.ticket();
    const client = await connectClient(server.url, ticket);
    await client.send([openEvent(), { e: 'play', t: 0, m: 0, s: 1 }]);
    await watch(server, client);
    await client.closed;
    const { body } = await server.call('GET', `/v1/sessions/${session}/verdict`, { key: server.platformKey });
    expect(body).toMatchObject({ outcome: 'valid', final: true, ended: 'completed' });
    // This page answers faster than a person, which is a hint; hints change no outcome.
    const findings = body.findings as readonly { severity: string }[];
    expect(findings.filter((finding) => finding.severity !== 'hint')).toEqual([]);
  });

  it('given a batch, when it is durable, then the ack says so and the row shows it', async () => {
    const { session, ticket } = await server.ticket();
    const client = await connectClient(server.url, ticket);
    expect(client.welcome).toMatchObject({ v: 1, session, durable: { seq: 0 }, elapsedMs: 0, pending: [] });
    expect(client.welcome.durable.hash).toBe(client.welcome.genesis);
    const ack = await client.send([openEvent()]);
    expect(ack).toEqual({ ok: true, level: 'durable', seq: 1, creditedMs: 0, furthestMs: 0 });
    const { body } = await server.call('GET', `/v1/sessions/${session}`, { key: server.platformKey });
    expect(body).toMatchObject({
      session,
      outcome: 'in_progress',
      lessonTitle: '第 1 课',
      videoMs: VIDEO_MS,
    });
  });

  it('given batches sent without waiting, when all are acked, then each is durable and in order', async () => {
    const { session, ticket } = await server.ticket();
    const client = await connectClient(server.url, ticket);
    const texts: string[] = [];
    let prev = client.welcome.genesis;
    for (let seq = 1; seq <= 20; seq += 1) {
      const text = JSON.stringify({ v: 1, session, seq, prev, events: [{ e: 'beat', t: seq, m: 0, s: 0 }] });
      texts.push(text);
      prev = hashOf(text);
    }
    const acks = await Promise.all(texts.map((text) => client.sendText(text)));
    expect(acks.every((ack) => ack.ok)).toBe(true);
    expect(acks.at(-1)).toMatchObject({ seq: 20 });
  });

  it('given a server that stops and starts again, when the client resumes, then it goes on after the last durable batch', async () => {
    const { session, ticket } = await server.ticket();
    const first = await connectClient(server.url, ticket);
    await first.send([openEvent(), { e: 'play', t: 0, m: 0, s: 1 }]);
    server.time.advance(4_000);
    const text = first.batchOf([playing(4_000)]);
    await first.sendText(text);
    const { resumeToken } = first.welcome;
    await server.stop();
    await first.closed;
    server.time.advance(1_000);
    const { dir, time } = server;
    server = await startTestServer({ dir, time });
    const second = await connectClient(server.url, resumeToken);
    expect(second.welcome).toMatchObject({ session, elapsedMs: 5_000, creditedMs: 4_000, furthestMs: 4_000 });
    expect(second.welcome.durable).toEqual({ seq: 2, hash: hashOf(text) });
    expect(await second.sendText(text)).toMatchObject({ ok: true, seq: 2 });
    expect(await second.send([playing(5_000, 4_000)])).toMatchObject({ ok: true, seq: 3 });
  });

  it('given a second connection of the same sitting, when it is welcomed, then the first is closed', async () => {
    const one = await connectClient(server.url, (await server.ticket()).ticket);
    const again = await server.ticket();
    expect(again).toMatchObject({ session: one.welcome.session, resumed: true });
    const two = await connectClient(server.url, again.ticket);
    await one.closed;
    expect(await two.send([openEvent()])).toMatchObject({ ok: true, seq: 1 });
  });

  it('given a ticket that nobody used, when the grace is over, then the sitting is sealed and the next ticket opens a new one', async () => {
    const { session } = await server.ticket();
    server.time.advance(24 * 3_600_000);
    const next = await server.ticket();
    expect(next.resumed).toBe(false);
    expect(next.session).not.toBe(session);
    const { body } = await server.call('GET', `/v1/sessions/${session}`, { key: server.regulatorKey });
    expect(body).toMatchObject({ ended: 'left', outcome: 'incomplete', verdict: { final: true } });
  });

  it('given nobody comes back, when the grace is over, then the sitting is sealed as left', async () => {
    const { session, ticket } = await server.ticket();
    const client = await connectClient(server.url, ticket);
    await client.send([openEvent()]);
    client.close();
    await client.closed;
    await server.everybodyLeft();
    server.time.advance(24 * 3_600_000);
    const { body } = await server.call('GET', `/v1/sessions/${session}`, { key: server.regulatorKey });
    expect(body).toMatchObject({ ended: 'left', outcome: 'incomplete' });
  });
});
