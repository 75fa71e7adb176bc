/**
 * Frames on their way to the server, numbered without holes. A few travel at once, so that a slow line does not halve the rate; when
 * one is refused, those behind it are too, and counting goes on after the last that was taken.
 */
import type { LivenessStep, Receipt } from '@zhenxue/protocol';
import type { Sitting } from '../../core/sitting.ts';

/** What a prompt asks, as shown. */
export type ShownStep = LivenessStep | 'rest' | 'done';

/** Frames sent and not yet answered. */
export const FRAMES_IN_FLIGHT_MAX = 3;

/** One challenge's line of frames. */
export interface FrameLine {
  /** Whether a frame offered now would be sent. */
  ready(): boolean;
  /** Sends a frame taken under prompt `n` at session time `t`, ms. A frame that is not ready to go is dropped: the next one is newer. */
  offer(bytes: Uint8Array, n: number, t: number): void;
  /** Frames that the server took. */
  taken(): number;
  stop(): void;
}

/** What a line needs. */
export interface FrameLineOptions {
  readonly id: string;
  readonly nonce: string;
  readonly call: Sitting['call'];
  /** The challenge is worth nothing any more: void, or nobody answers. Called once. */
  readonly lost: (why: 'void' | 'unreachable') => void;
}

/** Creates a line that begins with frame 0. */
export function createFrameLine({ id, nonce, call, lost }: FrameLineOptions): FrameLine {
  let taken = 0;
  let sent = 0;
  let inFlight = 0;
  let refused = false;
  let over = false;

  function end(why: 'void' | 'unreachable'): void {
    if (over) return;
    over = true;
    lost(why);
  }

  function answered(receipt: Receipt): void {
    inFlight -= 1;
    if (receipt.ok) taken += 1;
    else if (receipt.code === 'slow-down' || receipt.code === 'out-of-order') refused = true;
    else end('void');
    if (refused && inFlight === 0) {
      refused = false;
      sent = taken;
    }
  }

  const ready = (): boolean => !over && !refused && inFlight < FRAMES_IN_FLIGHT_MAX;
  return {
    ready,
    offer(bytes, n, t) {
      if (!ready()) return;
      const i = sent;
      sent += 1;
      inFlight += 1;
      call('liveness.frame', { id, nonce, i, n, t }, bytes).then(answered, () => end('unreachable'));
    },
    taken: () => taken,
    stop() {
      over = true;
    },
  };
}
