import {
  type BatchAck,
  type Directive,
  type LivenessPrompt,
  type PhotoAck,
  type Welcome,
  WS_PROTOCOL,
  WS_TICKET_PREFIX,
} from '@zhenxue/protocol';
import { io } from 'socket.io-client';
import type { OpenLink } from '../core/effects.ts';
import { WELCOME_TIMEOUT_MS } from '../core/limits.ts';

/**
 * Connections over socket.io's own client, WebSocket only: for Node, which has no WebSocket of its own before version 22; a
 * browser uses `web-link.ts`. Reconnecting is `connection.ts`'s business, so the library's own is off.
 * The token is offered as a sub-protocol: it appears in no URL and in no log of one.
 * @param endpoint base address of the server, such as `https://zhenxue.example`; a path prefix is kept.
 */
export function socketIoLinks(endpoint: string): OpenLink {
  const base = new URL(endpoint);
  const path = `${base.pathname.replace(/\/$/, '')}/live`;
  return (token, on) => {
    const socket = io(base.origin, {
      path,
      transports: ['websocket'],
      protocols: [WS_PROTOCOL, WS_TICKET_PREFIX + token],
      reconnection: false,
      forceNew: true,
      timeout: WELCOME_TIMEOUT_MS,
    });
    let over = false;
    const close = (): void => {
      over = true;
      socket.off();
      socket.disconnect();
    };
    const closed = (): void => {
      if (over) return;
      close();
      on.closed();
    };
    socket.on('welcome', (welcome: Welcome) => on.welcome(welcome));
    socket.on('directive', (directive: Directive, ack?: (answer: { id: string }) => void) => {
      on.directive(directive, () => ack?.({ id: directive.id }));
    });
    socket.on('liveness.step', (prompt: LivenessPrompt) => on.prompt?.(prompt));
    socket.on('disconnect', closed);
    socket.on('connect_error', closed);
    return {
      batch(text, ack) {
        socket.emit('batch', text, (answer: BatchAck) => {
          if (!over) ack(answer);
        });
      },
      photo(meta, bytes, ack) {
        socket.emit('photo', meta, bytes, (answer: PhotoAck) => {
          if (!over) ack(answer);
        });
      },
      call(name, message, bytes, ack) {
        const args = bytes === null ? [message] : [message, bytes];
        socket.emit(name, ...args, (answer: Parameters<typeof ack>[0]) => {
          if (!over) ack(answer);
        });
      },
      close,
    };
  };
}
