import type { Welcome } from '@zhenxue/protocol';
import { describe, expect, test } from 'vitest';
import { type ConnectionState, createConnection } from '../../../client-sdk/src/core/connection.ts';
import type { GetTicket } from '../../../client-sdk/src/core/effects.ts';
import { BACKOFF_MAX_MS } from '../../../client-sdk/src/core/limits.ts';
import { createModelServer, type ModelServer } from '../../support/model-server.ts';
import { createVirtualTime } from '../../support/virtual-time.ts';

function given(options: { getTicket?: GetTicket; welcome?: Partial<Welcome>; admits?: boolean } = {}) {
  const time = createVirtualTime();
  const server: ModelServer = createModelServer(time.schedule, options.welcome);
  const states: ConnectionState[] = [];
  const failures: string[] = [];
  let tickets = 0;
  let welcomes = 0;
  const connection = createConnection({
    getTicket:
      options.getTicket ??
      (async () => {
        tickets += 1;
        return { ticket: `ticket-${tickets}`, session: 'x' };
      }),
    openLink: server.openLink,
    probe: server.probe,
    schedule: time.schedule,
    random: () => 1,
    on: {
      state: (state) => states.push(state),
      admit: async () => options.admits ?? true,
      welcome: () => {
        welcomes += 1;
      },
      directive: () => undefined,
      down: () => undefined,
      failed: (error) => failures.push(error.code),
    },
  });
  return { time, server, connection, states, failures, tickets: () => tickets, welcomes: () => welcomes };
}

describe('connection', () => {
  test('opens with a ticket and comes back with the resume token', async () => {
    const { time, server, connection, states, tickets } = given();
    connection.start();
    await time.advance(20);
    server.cut();
    await time.advance(1_000);
    expect(server.tokens).toEqual(['ticket-1', 'resume-1']);
    expect(tickets()).toBe(1);
    expect(states).toEqual(['connecting', 'online', 'waiting', 'connecting', 'online']);
  });

  test('a refused resume token is replaced by a new ticket at once', async () => {
    const { time, server, connection } = given();
    connection.start();
    await time.advance(20);
    server.refusal = 'ticket-expired';
    server.cut();
    await time.advance(505);
    server.refusal = null;
    await time.advance(1_500);
    expect(server.tokens.slice(0, 3)).toEqual(['ticket-1', 'resume-1', 'ticket-2']);
  });

  test('an unreachable server is tried again with growing, bounded waits and the same token', async () => {
    const { time, server, connection, failures } = given();
    server.refusal = 'unreachable';
    connection.start();
    await time.advance(1_000 * 60 * 10);
    const tries = server.tokens.length;
    expect(new Set(server.tokens)).toEqual(new Set(['ticket-1']));
    expect(tries).toBeGreaterThanOrEqual(600_000 / BACKOFF_MAX_MS);
    expect(tries).toBeLessThan(40);
    expect(failures).toEqual([]);
    server.refusal = null;
    connection.nudge();
    await time.advance(20);
    expect(server.connections()).toBe(1);
  });

  test.each(['platform-banned', 'session-ended', 'forbidden'] as const)('%s is final', async (code) => {
    const { time, server, connection, failures, states } = given();
    server.refusal = code;
    connection.start();
    await time.advance(60_000);
    expect(failures).toEqual([code]);
    expect(states.at(-1)).toBe('stopped');
    expect(time.pending()).toBe(0);
  });

  test('fresh tickets that are refused again and again are final', async () => {
    const { time, server, connection, failures } = given();
    server.refusal = 'ticket-invalid';
    connection.start();
    await time.advance(60_000);
    expect(server.tokens).toEqual(['ticket-1', 'ticket-2', 'ticket-3']);
    expect(failures).toEqual(['ticket-invalid']);
  });

  test('a token that the server calls usable but never lets in is given up for a new one', async () => {
    const { time, server, connection } = given();
    server.refusal = 'usable';
    connection.start();
    await time.advance(8_000);
    expect(server.tokens.slice(0, 4)).toEqual(['ticket-1', 'ticket-1', 'ticket-1', 'ticket-2']);
  });

  test('a backend without tickets is told after a few tries', async () => {
    const { time, connection, failures } = given({ getTicket: () => Promise.reject(new Error('500')) });
    connection.start();
    await time.advance(60_000);
    expect(failures).toEqual(['ticket-failed']);
  });

  test('a session held by another tab is not connected to', async () => {
    const { time, server, connection, failures } = given({ admits: false });
    connection.start();
    await time.advance(1_000);
    expect(failures).toEqual(['second-tab']);
    expect(server.tokens).toEqual([]);
  });

  test('a welcome of another version is final', async () => {
    const { time, connection, failures, welcomes } = given({ welcome: { v: 2 } });
    connection.start();
    await time.advance(1_000);
    expect(failures).toEqual(['unsupported-version']);
    expect(welcomes()).toBe(0);
  });

  test('stop leaves no timer and answers nothing any more', async () => {
    const { time, server, connection, welcomes } = given();
    connection.start();
    await time.advance(0);
    connection.stop();
    await time.advance(60_000);
    expect(welcomes()).toBe(0);
    expect(server.tokens.length).toBeLessThanOrEqual(1);
    expect(time.pending()).toBe(0);
  });
});
