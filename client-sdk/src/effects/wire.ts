/**
 * The browser's side of the socket.io wire, as far as it is used here: Socket.IO protocol 5 over Engine.IO protocol 4, one
 * WebSocket, the main namespace, at most one binary attachment (specifications: socket.io-protocol v5, engine.io-protocol v4).
 * What arrives is not trusted: whatever does not parse ends the connection.
 */
import type { Schedule } from '../core/effects.ts';

/** Engine.IO packet types, first character of a text frame. */
const ENGINE = { open: '0', close: '1', ping: '2', pong: '3', message: '4' } as const;

/** Socket.IO packet types, second character of a message. */
const PACKET = {
  connect: '0',
  disconnect: '1',
  event: '2',
  ack: '3',
  refused: '4',
  binaryEvent: '5',
} as const;

/** Milliseconds without a ping after which a server that names no times counts as gone. */
const SILENCE_DEFAULT_MS = 45_000;

/** What a wire tells. After `closed` nothing follows. */
export interface WireEvents {
  /** `answer` sends the acknowledgement, when the server asked for one. */
  event(name: string, args: readonly unknown[], answer: (value: unknown) => void): void;
  closed(): void;
}

/** An open (or opening) connection. */
export interface Wire {
  /** Sends an event; with bytes they travel as an attachment after `args`. `ack` gets the first argument of the answer. */
  emit(
    name: string,
    args: readonly unknown[],
    bytes: Uint8Array | null,
    ack: (answer: unknown) => void,
  ): void;
  close(): void;
}

/** What a wire needs. */
export interface WireOptions {
  readonly socket: WebSocket;
  readonly schedule: Schedule;
  readonly on: WireEvents;
}

/** Splits `12["name",…]` into the acknowledgement's number and the arguments. @throws on anything else. */
function readArgs(text: string): { readonly id: string; readonly args: readonly unknown[] } {
  const at = text.indexOf('[');
  const args: unknown = JSON.parse(text.slice(at));
  if (at < 0 || !Array.isArray(args)) throw new SyntaxError('expected an array');
  return { id: text.slice(0, at), args };
}

/** Milliseconds of silence that the server's `open` packet allows. */
function silenceOf(text: string): number {
  const { pingInterval, pingTimeout } = JSON.parse(text) as { pingInterval?: number; pingTimeout?: number };
  return (pingInterval ?? SILENCE_DEFAULT_MS) + (pingTimeout ?? 0);
}

class OpenWire implements Wire {
  readonly #options: WireOptions;
  readonly #acks = new Map<string, (answer: unknown) => void>();
  #asked = 0;
  #over = false;
  #silenceMs = SILENCE_DEFAULT_MS;
  #stopTimer: () => void = () => undefined;

  constructor(options: WireOptions) {
    this.#options = options;
    const { socket } = options;
    socket.onmessage = ({ data }) => {
      if (this.#over) return;
      try {
        this.#take(data);
      } catch {
        this.#lost();
      }
    };
    socket.onclose = this.#lost;
    socket.onerror = this.#lost;
  }

  readonly emit: Wire['emit'] = (name, args, bytes, ack) => {
    this.#asked += 1;
    const id = String(this.#asked);
    this.#acks.set(id, ack);
    if (bytes === null) {
      this.#send(`${ENGINE.message}${PACKET.event}${id}${JSON.stringify([name, ...args])}`);
      return;
    }
    const list = JSON.stringify([name, ...args, { _placeholder: true, num: 0 }]);
    this.#send(`${ENGINE.message}${PACKET.binaryEvent}1-${id}${list}`);
    this.#send(bytes as Uint8Array<ArrayBuffer>);
  };

  readonly close = (): void => {
    this.#send(`${ENGINE.message}${PACKET.disconnect}`);
    this.#finish();
  };

  readonly #lost = (): void => {
    if (this.#over) return;
    this.#finish();
    this.#options.on.closed();
  };

  #finish(): void {
    this.#over = true;
    this.#stopTimer();
    this.#acks.clear();
    this.#options.socket.close();
  }

  #send(frame: string | Uint8Array<ArrayBuffer>): void {
    const { socket } = this.#options;
    if (!this.#over && socket.readyState === socket.OPEN) socket.send(frame);
  }

  #heard(): void {
    this.#stopTimer();
    this.#stopTimer = this.#options.schedule(this.#silenceMs, this.#lost);
  }

  #take(frame: unknown): void {
    if (typeof frame !== 'string') throw new SyntaxError('expected text');
    const type = frame.charAt(0);
    if (type === ENGINE.open) {
      this.#silenceMs = silenceOf(frame.slice(1));
      this.#send(`${ENGINE.message}${PACKET.connect}`);
    } else if (type === ENGINE.ping) this.#send(ENGINE.pong);
    else if (type === ENGINE.message) this.#message(frame.charAt(1), frame.slice(2));
    else if (type === ENGINE.close) this.#lost();
    if (!this.#over) this.#heard();
  }

  #message(type: string, text: string): void {
    if (type === PACKET.event) {
      const { id, args } = readArgs(text);
      this.#options.on.event(String(args[0]), args.slice(1), (value) => {
        if (id !== '') this.#send(`${ENGINE.message}${PACKET.ack}${id}${JSON.stringify([value])}`);
      });
    } else if (type === PACKET.ack) {
      const { id, args } = readArgs(text);
      const ack = this.#acks.get(id);
      this.#acks.delete(id);
      ack?.(args[0]);
    } else if (type !== PACKET.connect) this.#lost();
  }
}

/** Speaks over a socket that is being opened. */
export function openWire(options: WireOptions): Wire {
  return new OpenWire(options);
}
