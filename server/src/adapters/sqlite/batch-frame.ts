/**
 * The frame that every batch has, taken off in the store and put on again at reading: the session's id, which stands in the
 * sitting's row, the names of the fields, and `prev`, whose 43 characters are 32 bytes. The SDK sends an event the moment it
 * happens, so most batches hold one, and the frame is longer than what it holds. A batch of any other form stays as it is: the
 * same bytes come back in every case, and the chain over them is checked wherever they are replayed.
 *
 * Framed: `prev` (32 bytes) ‖ seq (varint) ‖ what stands between `"events":[` and `]}`.
 */

const PREV_CHARS = 43;
const PREV_BYTES = 32;
const BEFORE_PREV = ',"prev":"';
const AFTER_PREV = '","events":[';
const END = Buffer.from(']}');
/** Characters that a frame has at most before the events, beside the session's id: seq has up to ten digits. */
const FRAME_CHARS_MAX = 120;
const SEQ = /^(?:0|[1-9]\d{0,9})$/;

function startOf(session: string): string {
  return `{"v":1,"session":"${session}","seq":`;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

interface Frame {
  readonly seq: number;
  readonly prev: Buffer;
  /** Where the events start. */
  readonly length: number;
}

function frameOf(session: string, bytes: Buffer): Frame | null {
  const start = startOf(session);
  const text = bytes.toString('latin1', 0, session.length + FRAME_CHARS_MAX);
  if (!text.startsWith(start)) return null;
  const comma = text.indexOf(',', start.length);
  const digits = text.slice(start.length, comma);
  const prevAt = comma + BEFORE_PREV.length;
  const eventsAt = prevAt + PREV_CHARS + AFTER_PREV.length;
  const hash = text.slice(prevAt, prevAt + PREV_CHARS);
  if (!SEQ.test(digits)) return null;
  if (!text.startsWith(BEFORE_PREV, comma) || !text.startsWith(AFTER_PREV, prevAt + PREV_CHARS)) return null;
  const prev = Buffer.from(hash, 'base64url');
  if (prev.length !== PREV_BYTES || prev.toString('base64url') !== hash) return null;
  const fits = bytes.length >= eventsAt + END.length && bytes.subarray(-END.length).equals(END);
  return fits ? { seq: Number(digits), prev, length: eventsAt } : null;
}

/** A batch without its frame. @param bytes as received. @returns null when it has another form and stays as it is. */
export function takeOffFrame(session: string, bytes: Uint8Array): Uint8Array | null {
  const buffer = bufferOf(bytes);
  const frame = frameOf(session, buffer);
  if (frame === null) return null;
  const head: number[] = [];
  let rest = frame.seq;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) head.push((rest % 0x80) | 0x80);
  head.push(rest);
  return Buffer.concat([frame.prev, Buffer.from(head), buffer.subarray(frame.length, -END.length)]);
}

/** The batch as it was received. @throws Error when the stored bytes are too short to be one. */
export function putOnFrame(session: string, stored: Uint8Array): Uint8Array {
  const buffer = bufferOf(stored);
  let seq = 0;
  let at = PREV_BYTES;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = buffer[at];
    if (byte === undefined || scale > Number.MAX_SAFE_INTEGER)
      throw new Error('stored batch: expected its frame');
    at += 1;
    seq += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  const prev = buffer.subarray(0, PREV_BYTES).toString('base64url');
  const start = `${startOf(session)}${seq}${BEFORE_PREV}${prev}${AFTER_PREV}`;
  return Buffer.concat([Buffer.from(start, 'latin1'), buffer.subarray(at), END]);
}
