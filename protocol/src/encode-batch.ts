/** The sending side's half of `parse-batch.ts`, apart from it so that a browser does not carry the checks of a server. */
import type { Batch, LearningEvent } from './events.ts';

/** The text of a batch: fixed field order, no white space. What this returns is what is hashed, stored and sent. */
export function encodeBatch(batch: Batch): string {
  const { v, session, seq, prev, events } = batch;
  return JSON.stringify({ v, session, seq, prev, events: events satisfies readonly LearningEvent[] });
}
