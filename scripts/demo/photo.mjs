/** Photos of the scripted learners: a drawn sitter, never a real person, made different for every request. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SITTER = join(import.meta.dirname, 'sitter.jpg');
/** Bytes of the start-of-image marker. */
const SOI_BYTES = 2;

/** A JPEG that differs from every other by the remark in it. @param {string} remark ASCII, at most 200 characters */
export function takePhoto(remark) {
  const image = readFileSync(SITTER);
  const text = Buffer.from(remark, 'ascii');
  const comment = Buffer.alloc(4);
  comment.writeUInt16BE(0xfffe, 0);
  comment.writeUInt16BE(text.length + 2, 2);
  return new Uint8Array(
    Buffer.concat([image.subarray(0, SOI_BYTES), comment, text, image.subarray(SOI_BYTES)]),
  );
}
