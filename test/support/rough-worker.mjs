/** Stands in for the worker of the face engine: the first byte of an image says how it is to come to grief. */

/** @param {{ kind: string, bytes?: Uint8Array }} task */
export async function runTask(task) {
  if (task.kind === 'warm') return null;
  switch (task.bytes?.[0]) {
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
    default:
      return { status: 'refused', fault: 'not-an-image' };
  }
}
