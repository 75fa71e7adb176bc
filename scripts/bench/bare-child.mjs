/** The baseline: a bare socket.io server that acknowledges every batch at once and keeps nothing. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { serveParent } from './child.mjs';

const http = createServer();
const io = new Server(http, {
  path: '/live',
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: false,
  httpCompression: false,
});
io.on('connection', (socket) => {
  socket.emit('welcome', {
    durable: { seq: 0, hash: 'A'.repeat(43) },
    session: '-'.repeat(36),
    elapsedMs: 0,
  });
  let seq = 0;
  socket.on('batch', (_text, answer) => {
    seq += 1;
    answer({ ok: true, level: 'durable', seq, creditedMs: 0, furthestMs: 0 });
  });
});
http.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (http.address());
  serveParent({ url: `http://127.0.0.1:${port}`, key: null });
});
