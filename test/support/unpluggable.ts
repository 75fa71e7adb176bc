/** A network cable between a browser and a server: pulled out, every connection breaks and none is made. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A cable. */
export interface Unpluggable {
  /** Address to use instead of the server's. */
  readonly url: string;
  unplug(): void;
  plug(): void;
  stop(): Promise<void>;
}

/** Lays a cable to a port of this machine. */
export async function layCable(port: number): Promise<Unpluggable> {
  const live = new Set<Socket>();
  let plugged = true;
  const keep = (socket: Socket): void => {
    live.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => live.delete(socket));
  };
  const server = createServer((near) => {
    if (!plugged) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    keep(near);
    keep(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const cut = (): void => {
    for (const socket of live) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    unplug() {
      plugged = false;
      cut();
    },
    plug() {
      plugged = true;
    },
    async stop() {
      cut();
      await new Promise((closed) => server.close(closed));
    },
  };
}
