/** Live updates for consoles. Hints to look again: the source of truth is REST. */
import type { Outcome } from './verdict.ts';

/** Path of the socket that consoles subscribe at; the console token rides in the sub-protocol, as the ticket does at `/live`. */
export const WATCH_PATH = '/watch';

/** Updates in one `changed` message at most. */
export const LIVE_UPDATES_MAX = 500;

/** A sitting as of a commit. */
export interface LiveUpdate {
  readonly session: string;
  readonly platform: string;
  readonly outcome: Outcome;
  /** Epoch ms; null while it runs. */
  readonly endedAt: number | null;
  readonly creditedMs: number;
  readonly coveragePermille: number;
  readonly violations: number;
  /** Findings raised or extended since the last update: their ids. */
  readonly findings: readonly string[];
}

/** Content of the message `changed`. */
export interface LiveUpdates {
  readonly v: 1;
  readonly items: readonly LiveUpdate[];
}
