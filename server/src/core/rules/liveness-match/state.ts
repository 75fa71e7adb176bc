/** A challenge that is not over. */
export interface OpenChallenge {
  readonly id: string;
  readonly issuedAt: number;
  readonly deliveredAt: number | null;
  readonly deadlineAt: number;
  readonly overdueSent: boolean;
}

/** Memory of the `liveness-match` rule. */
export interface LivenessState {
  /** The challenge before any credit was passed. */
  entered: boolean;
  /** Challenges issued so far. */
  issued: number;
  /** Challenges issued for the requirement under way. */
  challenges: number;
  /** Live failures in a row. */
  failures: number;
  /** Instants drawn so far: the index of the latest draw. */
  drawn: number;
  /** Credited times of the random instants still to come, ms, ascending. */
  due: readonly number[];
  open: OpenChallenge | null;
  /** Requirements left without an answer that could be judged. */
  unmet: number;
  /** The last request after the lesson was complete has been made. */
  lastCall: boolean;
}
