/** Stands in for the worker of the face engine: the first byte of an image says how it is to come to grief. */

/** @param {Uint8Array} bytes */
function runTask(bytes) {
  switch (bytes[0]) {
    case 1:
      for (;;) Math.sqrt(2);
    case 2: {
      const kept = [];
      for (;;) kept.push(new Array(100_000).fill(kept.length));
    }
    case 3:
      return process.exit(1);
    case 4:
      throw new Error('a fault of ours');
    case 5:
      return { status: 'refused', fault: 'too-small', pid: process.pid };
    case 6:
      return process.abort();
    default:
      return { status: 'refused', fault: 'not-an-image' };
  }
}

process.once('disconnect', () => process.exit());
process.on('message', (/** @type {{ bytes: Uint8Array }} */ { bytes }) => {
  try {
    process.send?.({ kind: 'answer', reading: runTask(bytes), rssBytes: process.memoryUsage.rss() });
  } catch (error) {
    process.send?.({ kind: 'fault', message: error instanceof Error ? error.message : '' });
  }
});
process.send?.({ kind: 'answer', reading: null, rssBytes: 0 });
