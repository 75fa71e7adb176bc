import { WS_PROTOCOL } from '@zhenxue/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectClient, openEvent, refusalOf } from './support/client.ts';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ env: { ZHENXUE_ALLOWED_ORIGINS: 'https://school.example' } });
});

afterAll(async () => {
  await server.destroy();
});

async function checkCode(ticket: unknown): Promise<unknown> {
  const { status, body } = await server.call('POST', '/v1/tickets/check', { body: { ticket } });
  return status === 204 ? 'usable' : body.code;
}

describe('the handshake', () => {
  it('given a fresh ticket, then the answer names our sub-protocol and never the ticket', async () => {
    const { ticket } = await server.ticket('answer');
    expect(await refusalOf(server.url, [WS_PROTOCOL, `ticket.${ticket}`])).toEqual({
      status: 101,
      body: WS_PROTOCOL,
    });
  });

  it('given a ticket that was used, then it is refused, also when it is asked about', async () => {
    const { ticket } = await server.ticket('replay');
    expect(await checkCode(ticket)).toBe('usable');
    const client = await connectClient(server.url, ticket);
    expect(await refusalOf(server.url, [WS_PROTOCOL, `ticket.${ticket}`])).toMatchObject({
      body: 'ticket-used',
    });
    expect(await checkCode(ticket)).toBe('ticket-used');
    client.close();
  });

  it('given one ticket and two clients at once, then exactly one is let in', async () => {
    const { ticket } = await server.ticket('race');
    const protocols = [WS_PROTOCOL, `ticket.${ticket}`];
    const answers = await Promise.all([refusalOf(server.url, protocols), refusalOf(server.url, protocols)]);
    expect(answers.map(({ body }) => body).sort()).toEqual(['ticket-used', WS_PROTOCOL]);
  });

  it('given a ticket past its time, then it is refused', async () => {
    const { ticket } = await server.ticket('late');
    server.time.advance(120_001);
    expect(await refusalOf(server.url, [WS_PROTOCOL, `ticket.${ticket}`])).toMatchObject({
      body: 'ticket-expired',
    });
    expect(await checkCode(ticket)).toBe('ticket-expired');
  });

  it('given a page of an origin that is not allowed, then it is refused', async () => {
    const { ticket } = await server.ticket('origin');
    const protocols = [WS_PROTOCOL, `ticket.${ticket}`];
    const from = (origin: string) => refusalOf(server.url, protocols, { origin });
    expect(await from('https://evil.example')).toMatchObject({ body: 'forbidden' });
    expect(await from('https://school.example')).toMatchObject({ status: 101 });
  });

  it('given no ticket, or one in the wrong place, then it is missing', async () => {
    const { ticket } = await server.ticket('missing');
    for (const protocols of [[], [WS_PROTOCOL], [`ticket.${ticket}`, WS_PROTOCOL]]) {
      expect(await refusalOf(server.url, protocols)).toMatchObject({ body: 'ticket-missing' });
    }
  });

  it('given a token that somebody else signed, or none at all, then it is invalid', async () => {
    const { ticket } = await server.ticket('forged');
    const [header, body] = ticket.split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    for (const forged of [
      'x',
      `${none}.${body}.`,
      `${header}.${body}.${'A'.repeat(86)}`,
      'y'.repeat(5_000),
    ]) {
      const refused = await refusalOf(server.url, [WS_PROTOCOL, `ticket.${forged}`]);
      expect(refused).toEqual({ status: 400, body: 'ticket-invalid' });
    }
    expect(await checkCode('x')).toBe('ticket-invalid');
  });

  it('given a resume token, then it may be used again and again, but not for the console', async () => {
    const client = await connectClient(server.url, (await server.ticket('resume')).ticket);
    const { resumeToken } = client.welcome;
    const second = await connectClient(server.url, resumeToken);
    const third = await connectClient(server.url, resumeToken);
    expect(third.welcome.session).toBe(client.welcome.session);
    expect((await server.call('GET', '/v1/sessions', { key: resumeToken })).status).toBe(401);
    second.close();
    third.close();
  });

  it('given five connections of one sitting at once, then one stays and takes batches', async () => {
    const client = await connectClient(server.url, (await server.ticket('crowd')).ticket);
    const { resumeToken } = client.welcome;
    const joined = await Promise.allSettled(
      Array.from({ length: 5 }, () => connectClient(server.url, resumeToken)),
    );
    await client.closed;
    const welcomed = joined.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const answers = await Promise.all(welcomed.map((one) => one.send([openEvent()])));
    expect(answers.filter((ack) => ack.ok).length).toBe(1);
    for (const one of welcomed) one.close();
  });

  it('given a class of forty behind one address, when all start together, then all are let in', async () => {
    const tickets = await Promise.all(Array.from({ length: 40 }, (_, i) => server.ticket(`class-${i}`)));
    const clients = await Promise.all(tickets.map(({ ticket }) => connectClient(server.url, ticket)));
    expect(new Set(clients.map(({ welcome }) => welcome.session)).size).toBe(40);
    for (const client of clients) client.close();
  });
});
