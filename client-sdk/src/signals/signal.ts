import type { Schedule } from '../core/effects.ts';
import type { PageState } from '../monitor/page-state.ts';
import type { Player } from '../monitor/player.ts';
import type { Happening } from '../monitor/sampler.ts';
import type { PopupWatch } from '../screen/popup/popup-desk.ts';

/** What a witness may use. */
export interface SignalContext {
  readonly player: Player;
  readonly page: PageState;
  readonly popups: PopupWatch;
  readonly beatMs: number;
  /** The main thread's timers: themselves under observation. */
  readonly schedule: Schedule;
  /** Calls back with every camera that the SDK opens. Returns its stop. */
  onCamera(opened: (stream: MediaStream) => void): () => void;
  record(happening: Happening): void;
  /** The speed changed after this clock reading and position: a beat of then and one of now, unless something was recorded since. */
  turn(then: { readonly now: number; readonly m: number }): void;
  /** Ticks of the evidence clock, with its time in ms. Returns its stop. */
  onTick(tick: (now: number) => void): () => void;
  /** Asks the evidence clock for the time of this instant. */
  ask(answer: (now: number) => void): void;
  /** Latest known time of the evidence clock, ms. */
  last(): number;
}

/** One witness: starts, returns its stop. */
export type Signal = (ctx: SignalContext) => () => void;
