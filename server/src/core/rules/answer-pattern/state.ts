/** Memory of the `answer-pattern` hints: what the latencies of all answers have in common. */
export interface AnswerState {
  /** Right answers to popups that were shown. */
  right: number;
  wrong: number;
  /** Shortest and longest latency, ms. */
  minMs: number;
  maxMs: number;
  /** Latencies on the grid. */
  onGrid: number;
  /** Latencies faster than a human's. */
  quick: number;
}
