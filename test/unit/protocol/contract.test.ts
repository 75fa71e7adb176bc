import { ERROR_CODES, hasState, REF_PATTERN, STATE, STATE_BITS_MAX } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';

describe('the wire contract', () => {
  it('has error codes that are unique and in one form', () => {
    expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
    for (const code of ERROR_CODES) expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  });

  it('has state bits that do not overlap and fit', () => {
    const bits = Object.values(STATE);
    const all = bits.reduce((sum, bit) => sum | bit, 0);
    expect(bits.reduce((sum, bit) => sum + bit, 0)).toBe(all);
    expect(all).toBeLessThanOrEqual(STATE_BITS_MAX);
    expect(hasState(STATE.playing | STATE.hidden, STATE.hidden)).toBe(true);
    expect(hasState(STATE.playing, STATE.hidden)).toBe(false);
  });

  it.each([
    ['learner-1', true],
    ['A.b_c:d-9', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['', false],
    ['-x', false],
    ['张三', false],
    ['a b', false],
    ['a/b', false],
    ['a\n', false],
  ])('takes %j as a reference: %s', (text, expected) => {
    expect(REF_PATTERN.test(text)).toBe(expected);
  });
});
