import type { Point } from '../../session/state.ts';

/** A stretch in which the page was not in front. */
export interface Away {
  readonly from: Point;
  readonly advancedMs: number;
  readonly finding: string | null;
}

/** Memory of the `multi-window` rule: one stretch per way of being away. */
export interface MultiWindowState {
  hidden: Away | null;
  unfocused: Away | null;
  pip: Away | null;
}
