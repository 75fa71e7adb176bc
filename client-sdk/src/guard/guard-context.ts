import type { GuardAct } from '@zhenxue/protocol';
import type { PageState } from '../monitor/page-state.ts';
import type { Player } from '../monitor/player.ts';

/** What a guard capsule may use. */
export interface GuardContext {
  readonly player: Player;
  readonly page: PageState;
  /** False: report to the host only, touch nothing. */
  readonly enforce: boolean;
  readonly grace: { readonly hiddenMs: number; readonly unfocusedMs: number; readonly offlineMs: number };
  /** Furthest covered media position at the start, ms. */
  readonly furthestMs: number;
  /** Reports an act (with its offending value), and when enforcing records it and tells the learner. */
  act(act: GuardAct, value: number): void;
  /** The page works against the guard. */
  overridden(): void;
  onTick(tick: (now: number) => void): () => void;
  ask(answer: (now: number) => void): void;
  last(): number;
  /** Whether a popup or a photo is unanswered past its time. */
  controlOverdue(now: number): boolean;
  /** Clock time since which there is no connection; null while there is one. */
  offlineSince(): number | null;
}

/** A running guard capsule. */
export interface GuardCapsule {
  /** The server covered the media up to here. */
  covered?(furthestMs: number): void;
  stop(): void;
}
