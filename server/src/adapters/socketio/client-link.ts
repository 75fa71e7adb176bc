/** A socket as the application sees it. */
import type { Directive } from '@zhenxue/protocol';
import type { Socket } from 'socket.io';
import type { ClientLink } from '../../app/ports.ts';

/** Milliseconds for a client to confirm a directive; later confirmations count as none, the directive is sent again later. */
const CONFIRM_MS = 10_000;

/** Wraps a socket. */
export function createLink(socket: Socket): ClientLink {
  return {
    send(directive: Directive): Promise<boolean> {
      return new Promise((resolve) => {
        socket.timeout(CONFIRM_MS).emit('directive', directive, (error: unknown, answer: unknown) => {
          const id =
            typeof answer === 'object' && answer !== null ? (answer as { id?: unknown }).id : undefined;
          resolve(!error && id === directive.id);
        });
      });
    },
    close: () => void socket.disconnect(true),
  };
}
