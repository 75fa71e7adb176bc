import type { WitnessKind } from '@zhenxue/protocol';
import type { SignalContext } from './signal.ts';

/** Ms within which a pair of readings that keeps changing is told once. */
const TELL_AGAIN_MS = 5_000;

/**
 * Tells two readings of one thing whenever they are another pair than the one told last, at most every five seconds.
 * `usual` is the pair that goes without saying until something else was told.
 */
export function witnessed(
  ctx: Pick<SignalContext, 'record' | 'last'>,
  k: WitnessKind,
  usual: readonly [claimed: number, measured: number],
): (claimed: number, measured: number) => void {
  let [claimed, measured] = usual;
  let toldAt = Number.NEGATIVE_INFINITY;
  return (c, v) => {
    if ((c === claimed && v === measured) || ctx.last() - toldAt < TELL_AGAIN_MS) return;
    [claimed, measured] = [c, v];
    toldAt = ctx.last();
    ctx.record({ e: 'witness', k, c, v });
  };
}
