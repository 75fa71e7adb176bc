/** The socket.io wire, frame by frame, as its specification writes it. */
import type { Directive, Welcome } from '@zhenxue/protocol';
import { describe, expect, test } from 'vitest';
import { webLinks } from '../../../client-sdk/src/effects/web-link.ts';
import { createVirtualTime } from '../../support/virtual-time.ts';

class FakeSocket {
  readonly OPEN = 1;
  readyState = 1;
  readonly sent: (string | Uint8Array)[] = [];
  closed = 0;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  send(frame: string | Uint8Array): void {
    this.sent.push(frame);
  }
  close(): void {
    this.closed += 1;
  }
  says(data: unknown): void {
    this.onmessage?.({ data });
  }
}

const OPEN = '0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';

function given(endpoint = 'https://zhenxue.example/base/') {
  const socket = new FakeSocket();
  const opened: { url: string; protocols: string[] }[] = [];
  const time = createVirtualTime();
  const seen: string[] = [];
  const open = webLinks(endpoint, time.schedule, (url, protocols) => {
    opened.push({ url, protocols });
    return socket as unknown as WebSocket;
  });
  const link = open('secret', {
    welcome: (welcome: Welcome) => seen.push(`welcome ${welcome.session}`),
    directive: (directive: Directive, confirm) => {
      seen.push(`directive ${directive.id}`);
      confirm();
    },
    prompt: (prompt) => seen.push(`prompt ${prompt.step}`),
    closed: () => seen.push('closed'),
  });
  return { socket, opened, time, seen, link };
}

describe('the wire', () => {
  test('offers the token as a sub-protocol, never in the address, and keeps a path prefix', () => {
    const { opened } = given();
    expect(opened).toEqual([
      {
        url: 'wss://zhenxue.example/base/live/?EIO=4&transport=websocket',
        protocols: ['zhenxue.v1', 'ticket.secret'],
      },
    ]);
    expect(given('http://127.0.0.1:7070').opened[0]?.url).toBe(
      'ws://127.0.0.1:7070/live/?EIO=4&transport=websocket',
    );
  });

  test('joins, answers pings, takes events and acknowledges those that ask for it', () => {
    const { socket, seen } = given();
    socket.says(OPEN);
    socket.says('40{"sid":"y"}');
    socket.says('2');
    socket.says('42["welcome",{"session":"s1"}]');
    socket.says('4217["directive",{"kind":"photo","id":"f1","answerMs":1}]');
    socket.says('42["liveness.step",{"step":"turn-left"}]');
    socket.says('42["something-newer",1]');
    expect(seen).toEqual(['welcome s1', 'directive f1', 'prompt turn-left']);
    expect(socket.sent).toEqual(['40', '3', '4317[{"id":"f1"}]']);
  });

  test('sends text and bytes, and gives each answer to its question once', () => {
    const { socket, link } = given();
    const answers: unknown[] = [];
    link.batch('{"v":1}', (answer) => answers.push(answer));
    link.photo({ id: 'f1', h: 'h' }, new Uint8Array([1, 2]), (answer) => answers.push(answer));
    link.call('consent', { notice: '1', lang: 'en', scopes: ['camera'] }, null, (answer) =>
      answers.push(answer),
    );
    expect(socket.sent).toEqual([
      '421["batch","{\\"v\\":1}"]',
      '451-2["photo",{"id":"f1","h":"h"},{"_placeholder":true,"num":0}]',
      new Uint8Array([1, 2]),
      '423["consent",{"notice":"1","lang":"en","scopes":["camera"]}]',
    ]);
    socket.says('432[{"ok":true,"level":"durable"}]');
    socket.says('431[{"ok":true,"seq":1}]');
    socket.says('431[{"ok":true,"seq":99}]');
    expect(answers).toEqual([
      { ok: true, level: 'durable' },
      { ok: true, seq: 1 },
    ]);
  });

  test('a server that falls silent is gone after its own times', async () => {
    const { socket, time, seen } = given();
    socket.says(OPEN);
    await time.advance(44_000);
    socket.says('2');
    await time.advance(44_000);
    expect(seen).toEqual([]);
    await time.advance(2_000);
    expect([seen, socket.closed, time.pending()]).toEqual([['closed'], 1, 0]);
  });

  test.each([
    ['a refusal', '44{"message":"no"}'],
    ['a disconnect', '41'],
    ['a close', '1'],
    ['bytes', new ArrayBuffer(2)],
    ['broken JSON', '42["welcome",{'],
    ['no array', '42{"welcome":1}'],
    ['an ack without a list', '431'],
    ['an open packet that is none', '0nonsense'],
  ])('%s ends the connection, told once', (_name, frame) => {
    const { socket, seen, time } = given();
    socket.says(frame);
    socket.says('42["welcome",{"session":"s1"}]');
    socket.onclose?.();
    expect([seen, time.pending()]).toEqual([['closed'], 0]);
  });

  test('closing says good-bye and tells nothing any more', () => {
    const { socket, link, seen } = given();
    socket.says(OPEN);
    link.close();
    socket.onclose?.();
    link.batch('late', () => seen.push('answer'));
    expect([seen, socket.sent, socket.closed]).toEqual([[], ['40', '41'], 1]);
  });
});
