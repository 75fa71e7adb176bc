/** Popups that draw a code: what is sent, what answers them. */
import { CODE_HEIGHT, CODE_WIDTH } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { CODES, codeText, drawCode } from '../../../server/src/core/rules/popup-interval/drawn-code.ts';
import { challengeOf, isRightAnswer } from '../../../server/src/core/rules/popup-interval/question.ts';
import type { PopupQuestion } from '../../../server/src/core/rules/popup-interval/state.ts';
import { packOf, Sitting } from '../../support/sitting.ts';

const QUESTION: PopupQuestion = { type: 'code', code: 'K7PX', look: 123_456, a: 7, b: 9 };

describe('a drawn code', () => {
  it('is sent as lines inside the field, never as characters', () => {
    const challenge = challengeOf(QUESTION);
    if (challenge.type !== 'code') throw new Error('expected a code');
    expect(Object.keys(challenge).sort()).toEqual(['a', 'b', 'strokes', 'type']);
    expect(JSON.stringify(challenge)).not.toContain('K7PX');
    expect(challenge.strokes.length).toBeGreaterThan(4);
  });

  it('stays inside its field, whatever is drawn', () => {
    for (let n = 0; n < CODES; n += 997) {
      for (const line of drawCode(codeText(n), n * 1_000 + 7)) {
        expect(line.length % 2).toBe(0);
        line.forEach((at, i) => {
          expect(Number.isInteger(at) && at >= 0 && at <= (i % 2 === 0 ? CODE_WIDTH : CODE_HEIGHT)).toBe(
            true,
          );
        });
      }
    }
  });

  it('looks different each time and the same for the same draw', () => {
    expect(drawCode('K7PX', 1)).not.toEqual(drawCode('K7PX', 2));
    expect(drawCode('K7PX', 2)).toEqual(drawCode('K7PX', 2));
  });

  it('counts its codes from the first to the last', () => {
    expect([codeText(0), codeText(1), codeText(25), codeText(CODES - 1)]).toEqual([
      '2222',
      '2223',
      '2232',
      'YYYY',
    ]);
  });

  it.each([
    ['K7PX', true],
    [' k7px ', true],
    ['16', true],
    ['K7P', false],
    ['K7PXX', false],
    ['ok', false],
    ['', false],
  ])('answered with %j', (answer, right) => {
    expect(isRightAnswer(QUESTION, answer)).toBe(right);
  });

  it('is asked only where the pack says so, and a sitting answers it like any other', () => {
    const full = packOf('zz-2022-2');
    const kinds = (codePermille?: number): string[] => {
      const { codePermille: _, ...popup } = full.popup;
      const pack = { ...full, popup: { ...popup, ...(codePermille === undefined ? {} : { codePermille }) } };
      const sitting = new Sitting({ facts: { pack, videoMs: 60 * 60_000 } }).play().run(60 * 60_000);
      return sitting.directives.flatMap((asked) => (asked.kind === 'popup' ? [asked.challenge.type] : []));
    };
    expect(kinds()).not.toContain('code');
    expect(kinds(0)).not.toContain('code');
    expect(kinds(1_000)).toContain('code');
    expect(kinds(1_000)).not.toContain('sum');
    expect(kinds(1_000).length).toBeGreaterThan(8);
  });
});
