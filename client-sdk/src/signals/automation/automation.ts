import { EARLY } from '../../monitor/player.ts';
import type { Signal } from '../signal.ts';
import { witnessed } from '../witnessed.ts';

/** Presses without a hand behind them before it is told. */
const PRESSES_MIN = 2;

/** Movements of a mouse before a press; a hand makes dozens, remote debugging one. */
const MOVES_MIN = 2;

/** Hints of a program at the controls. Easily avoided by who knows, hence never more than a hint. */
export const automationSignal: Signal = (ctx) => {
  const tell = witnessed(ctx, 'automation', [0, 0]);
  let moves = 0;
  let presses = 0;
  const moved = (): void => {
    moves += 1;
  };
  const pressed = (event: Event): void => {
    const { pointerType, pressure, isTrusted } = event as PointerEvent;
    if (isTrusted && pointerType === 'mouse' && pressure === 0 && moves < MOVES_MIN) presses += 1;
    moves = 0;
  };
  window.addEventListener('pointermove', moved, EARLY);
  window.addEventListener('pointerdown', pressed, EARLY);
  const stopTicks = ctx.onTick(() =>
    tell(0, (navigator.webdriver === true ? 1 : 0) | (presses >= PRESSES_MIN ? 2 : 0)),
  );
  return () => {
    stopTicks();
    window.removeEventListener('pointermove', moved, EARLY);
    window.removeEventListener('pointerdown', pressed, EARLY);
  };
};
