import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putOnFrame, takeOffFrame } from '../../../server/src/adapters/sqlite/batch-frame.ts';

const SESSION = '00000000-0000-7000-8000-000000000001';
const PREV = createHash('sha256').update('before').digest('base64url');

function textOf(change: Record<string, unknown> = {}): string {
  const events = [{ e: 'beat', t: 5_000, m: 5_000, s: 1 }];
  return JSON.stringify({ v: 1, session: SESSION, seq: 7, prev: PREV, events, ...change });
}

function backOf(text: string | Uint8Array): Buffer | null {
  const short = takeOffFrame(SESSION, Buffer.from(text));
  return short === null ? null : Buffer.from(putOnFrame(SESSION, short));
}

describe('the frame of a stored batch', () => {
  it('given the form that the SDK sends, then 96 bytes less are stored and the same come back', () => {
    const text = Buffer.from(textOf());
    expect(text.length - (takeOffFrame(SESSION, text)?.length ?? 0)).toBeGreaterThan(95);
    for (const seq of [0, 1, 127, 128, 16_384, 9_999_999_999]) {
      expect(backOf(textOf({ seq }))?.toString()).toBe(textOf({ seq }));
    }
    expect(backOf(textOf({ events: [] }))?.toString()).toBe(textOf({ events: [] }));
    expect(backOf(textOf({ events: [{ x: '学]}' }] }))?.toString()).toBe(textOf({ events: [{ x: '学]}' }] }));
  });

  it.each([
    ['another session', textOf({ session: SESSION.replace('8', '9') })],
    ['a number with leading zeros', textOf().replace('"seq":7', '"seq":07')],
    ['a negative number', textOf({ seq: -1 })],
    ['no number', textOf().replace('"seq":7', '"seq":')],
    ['a number as large as a fraction', textOf({ seq: 1e21 })],
    ['a hash with loose bits', textOf({ prev: `${PREV.slice(0, -1)}_` })],
    ['a hash in another alphabet', textOf({ prev: `${PREV.slice(0, -2)}+A` })],
    ['a short hash', textOf({ prev: PREV.slice(1) })],
    ['white space', textOf().replace('[', '[ ').replace('"v":1', '"v": 1')],
    ['fields in another order', JSON.stringify({ seq: 7, v: 1 })],
    ['another field', textOf({ more: 1 })],
    ['something behind its end', `${textOf()} `],
    ['nothing but the frame', textOf().slice(0, textOf().indexOf('[') + 1)],
    ['nothing', ''],
  ])('given %s, then it is stored as it is', (_what, text) => {
    expect(takeOffFrame(SESSION, Buffer.from(text))).toBeNull();
  });

  it('given any cut or changed bytes, then either they are stored as they are or exactly they come back', () => {
    const text = Buffer.from(textOf());
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(text.length - 1), fc.nat(255), (end, at, byte) => {
        const changed = Buffer.from(text.subarray(0, end));
        if (at < changed.length) changed[at] = byte;
        const back = backOf(changed);
        expect(back === null || back.equals(changed)).toBe(true);
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });

  it('given stored bytes that are too short, then reading fails', () => {
    expect(() => putOnFrame(SESSION, new Uint8Array(32))).toThrow('expected its frame');
  });
});
