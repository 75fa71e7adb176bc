import type { SignalContext } from './signal.ts';

/** An event that may announce a change of the value. */
export type Announced = readonly [target: EventTarget, ...types: string[]];

/**
 * Watches one value by its events *and* by polling at every tick: a page can swallow events, and a change without an event
 * must be seen all the same.
 * @returns the stop.
 */
export function watchValue<T>(
  ctx: Pick<SignalContext, 'onTick'>,
  announced: readonly Announced[],
  read: () => T,
  changed: (value: T) => void,
): () => void {
  let last = read();
  const look = (): void => {
    const value = read();
    if (value === last) return;
    last = value;
    changed(value);
  };
  for (const [target, ...types] of announced)
    for (const type of types) target.addEventListener(type, look, true);
  const stopTicks = ctx.onTick(look);
  return () => {
    stopTicks();
    for (const [target, ...types] of announced)
      for (const type of types) target.removeEventListener(type, look, true);
  };
}
