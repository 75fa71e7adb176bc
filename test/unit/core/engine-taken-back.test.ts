import type { Directive } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { Sitting } from '../../support/sitting.ts';

describe('a jump that the guard takes back', () => {
  it('given a drag between two beats, then it is an attempt, and what was played before it counts', () => {
    const sitting = new Sitting().play().run(9_900);
    sitting.seek(60_000);
    sitting.seek(9_900).run(30_100);
    expect(sitting.kinds('violation')).toEqual([]);
    expect(sitting.kinds('hint')).toEqual(['fast-forward/seek-attempt']);
    expect(sitting.verdict.creditedMs).toBe(40_000);
  });

  it('given a look at the end that is taken back, then the end is not reached by it', () => {
    const sitting = new Sitting().play().run(9_900);
    sitting.seek(590_000).run(900);
    sitting.seek(9_900).run(5_000);
    expect(sitting.kinds('violation')).toEqual([]);
    sitting.seek(590_000).run(9_000);
    expect(sitting.kinds('violation')).toEqual(['fast-forward/seek-forward']);
  });
});

describe('wrong answers', () => {
  it('given two wrong answers, then each is told under an id of its own', () => {
    const sitting = new Sitting({ ignores: ['popup'] }).play();
    sitting.until(() => sitting.got('popup'));
    sitting.emit({ e: 'popup.answer', id: 'p1', a: '999' });
    sitting.emit({ e: 'popup.answer', id: 'p1', a: '998' });
    const wrong = sitting.directives.filter((d: Directive) => d.kind === 'settled' && d.result === 'wrong');
    expect(wrong).toHaveLength(2);
    expect(new Set(wrong.map((d) => d.id)).size).toBe(2);
  });
});
