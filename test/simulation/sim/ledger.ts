/** What must hold in every world, counted; and what did not, with words. */

/** Names of the invariants. */
export type Invariant =
  | 'acked-is-stored'
  | 'records-in-order'
  | 'sealed-never-changes'
  | 'credit-within-server-time'
  | 'replay-equals-live'
  | 'chain-verifies'
  | 'seed-was-committed'
  | 'honest-without-violation'
  | 'honest-completes'
  | 'ban-needs-population'
  | 'state-bounded'
  | 'invalid-stays-invalid'
  | 'no-server-error'
  | 'no-credit-for-cheating'
  | 'learner-never-credited-twice'
  | 'world-ends';

/** One failure. */
export interface Failure {
  readonly seed: number;
  readonly invariant: Invariant;
  readonly detail: string;
}

/** A cheat that was played, and whether it was found as the catalogue says. */
export interface CheatResult {
  readonly cheat: string;
  readonly found: boolean;
  readonly detail: string;
}

/** Failures kept per world: one is enough to look at. */
const FAILURES_MAX = 20;

/** The book of one world. */
export class Ledger {
  readonly seed: number;
  checks = 0;
  readonly failures: Failure[] = [];
  readonly cheats: CheatResult[] = [];
  learnerMs = 0;
  honestSittings = 0;
  falseViolations = 0;
  batches = 0;
  crashes = 0;
  /** Outcomes of honest sittings. */
  readonly outcomes = new Map<string, number>();

  constructor(seed: number) {
    this.seed = seed;
  }

  /** Counts a check; when it does not hold, keeps the reason. */
  check(invariant: Invariant, holds: boolean, detail: () => string): void {
    this.checks += 1;
    if (!holds && this.failures.length < FAILURES_MAX)
      this.failures.push({ seed: this.seed, invariant, detail: detail() });
  }
}
