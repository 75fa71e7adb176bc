import {
  type BatchAck,
  type Directive,
  type LivenessPrompt,
  type PhotoAck,
  type Welcome,
  WS_PROTOCOL,
  WS_TICKET_PREFIX,
} from '@zhenxue/protocol';
import type { OpenLink, Schedule } from '../core/effects.ts';
import { timerSchedule } from './timer-schedule.ts';
import { openWire } from './wire.ts';

/** Opens a WebSocket; tests bring their own. */
export type OpenSocket = (url: string, protocols: string[]) => WebSocket;

/** Address of the live socket. @param endpoint base address of the server; a path prefix is kept. */
function liveUrl(endpoint: string): string {
  const url = new URL(endpoint);
  url.protocol = url.protocol.replace('http', 'ws');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/live/`;
  url.search = '?EIO=4&transport=websocket';
  return url.href;
}

/**
 * Connections from a browser. Reconnecting is `connection.ts`'s business. The token is offered as a sub-protocol: it appears in no
 * URL and in no log of one.
 * @param endpoint base address of the server, such as `https://zhenxue.example`.
 */
export function webLinks(
  endpoint: string,
  schedule: Schedule = timerSchedule,
  openSocket: OpenSocket = (url, protocols) => new WebSocket(url, protocols),
): OpenLink {
  const url = liveUrl(endpoint);
  return (token, on) => {
    const { emit, close } = openWire({
      socket: openSocket(url, [WS_PROTOCOL, WS_TICKET_PREFIX + token]),
      schedule,
      on: {
        event(name, [first], answer) {
          if (name === 'welcome') on.welcome(first as Welcome);
          else if (name === 'liveness.step') on.prompt?.(first as LivenessPrompt);
          else if (name === 'directive') {
            const directive = first as Directive;
            on.directive(directive, () => answer({ id: directive.id }));
          }
        },
        closed: on.closed,
      },
    });
    return {
      batch: (text, ack) => emit('batch', [text], null, (answer) => ack(answer as BatchAck)),
      photo: (meta, bytes, ack) => emit('photo', [meta], bytes, (answer) => ack(answer as PhotoAck)),
      call: (name, message, bytes, ack) => emit(name, [message], bytes, ack as (answer: unknown) => void),
      close,
    };
  };
}
