/** Sends what waits in the outbox over one connection after the other, in order, a few batches ahead of their acks. */
import type { BatchAck, ErrorCode } from '@zhenxue/protocol';
import type { Link, Schedule, StoredBatch } from './effects.ts';
import { ACK_TIMEOUT_MS, IN_FLIGHT_MAX, REFUSALS_AT_ONCE_MAX, RETRY_MS } from './limits.ts';
import type { ChainPoint, Outbox } from './outbox.ts';
import { isPassing, isPoison } from './refusals.ts';

/** What a sender tells. */
export interface SenderEvents {
  durable(ack: { readonly seq: number; readonly creditedMs: number; readonly furthestMs: number }): void;
  /** The server holds another chain than ours: line up, then `resume`. */
  mismatch(at: ChainPoint): void;
  /** The server will never take this batch: take it out, then `resume`. */
  poison(seq: number, at: ChainPoint, code: ErrorCode): void;
  /** The sitting cannot go on. */
  fatal(code: ErrorCode): void;
  /** No answer for too long. */
  dead(): void;
}

/** Sends batches; `resume` after every change of the outbox. */
export interface Sender {
  /** Starts on a fresh connection after the durable batch `seq`. */
  attach(link: Link, seq: number): void;
  detach(): void;
  /** Sends what has become ready, at most `bytesMax` bytes of text now. */
  pump(bytesMax?: number): void;
  /** Goes back to right after `seq` and sends again. */
  resume(seq: number): void;
}

type Refusal = Extract<BatchAck, { ok: false }>;

/** What follows from a refusal. */
function react(on: SenderEvents, seq: number, answer: Refusal, resume: (seq: number) => void): void {
  const { code } = answer;
  if (isPassing(code)) resume(answer.seq);
  else if (code === 'out-of-order' || code === 'chain-mismatch') on.mismatch(answer);
  else if (isPoison(code)) on.poison(seq, answer, code);
  else on.fatal(code);
}

/** What may be sent after `sent`: at most `room` batches and `bytesMax` bytes of text. */
function readyBatches(outbox: Outbox, sent: number, room: number, bytesMax: number): StoredBatch[] {
  const ready: StoredBatch[] = [];
  let bytes = 0;
  for (let batch = outbox.at(sent + 1); batch !== undefined; batch = outbox.at(batch.seq + 1)) {
    bytes += batch.text.length;
    if (ready.length >= room || bytes > bytesMax) break;
    ready.push(batch);
  }
  return ready;
}

/** One wait at a time: another one is not begun before it is over or calmed. */
function createWait(schedule: Schedule): { begin(ms: number, over: () => void): void; calm(): void } {
  let stop: (() => void) | null = null;
  return {
    begin(ms, over) {
      stop ??= schedule(ms, () => {
        stop = null;
        over();
      });
    },
    calm() {
      stop?.();
      stop = null;
    },
  };
}

/** Creates a sender over an outbox. */
export function createSender(outbox: Outbox, schedule: Schedule, on: SenderEvents): Sender {
  let link: Link | null = null;
  let sent = 0;
  let durable = 0;
  /** Answers of an earlier round are too late to refuse anything. */
  let round = 0;
  let blocked = false;
  let refusals = 0;
  const wait = createWait(schedule);
  /** Waits for an answer, from the first batch without one on: what is sent meanwhile must not begin the wait anew. */
  const watch = (): void =>
    link === null || sent <= durable ? wait.calm() : wait.begin(ACK_TIMEOUT_MS, on.dead);

  function refused(seq: number, answer: Refusal): void {
    round += 1;
    blocked = true;
    refusals += 1;
    wait.calm();
    const respond = (): void => react(on, seq, answer, sender.resume);
    if (!isPassing(answer.code) && refusals <= REFUSALS_AT_ONCE_MAX) respond();
    else wait.begin(answer.retryMs ?? RETRY_MS, respond);
  }

  function send(over: Link, { seq, text }: StoredBatch): void {
    const mine = round;
    sent = seq;
    over.batch(text, (answer) => answered(mine, seq, answer));
  }

  function answered(mine: number, seq: number, answer: BatchAck): void {
    if (answer.ok) {
      durable = Math.max(durable, answer.seq);
      refusals = 0;
      outbox.acked(answer.seq);
      on.durable(answer);
      if (mine !== round) return;
      wait.calm();
      sender.pump();
      return;
    }
    if (mine === round) refused(seq, answer);
  }

  const sender: Sender = {
    attach(next, seq) {
      link = next;
      sender.resume(seq);
    },
    detach() {
      link = null;
      round += 1;
      wait.calm();
    },
    pump(bytesMax = Number.POSITIVE_INFINITY) {
      if (link === null || blocked) return;
      const room = IN_FLIGHT_MAX - (sent - durable);
      for (const batch of readyBatches(outbox, sent, room, bytesMax)) send(link, batch);
      watch();
    },
    resume(seq) {
      round += 1;
      wait.calm();
      blocked = false;
      sent = seq;
      durable = seq;
      sender.pump();
    },
  };
  return sender;
}
