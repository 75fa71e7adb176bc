import { describe, expect, it } from 'vitest';
import { oneBanPerDate, type ProvedKind } from '../../../server/src/core/sanctions/combine.ts';

function proved(kind: string, violationDate: string, clause = 'zz:20(3)'): ProvedKind {
  const cites = [
    { session: 's1', finding: `${kind}-1` },
    { session: 's2', finding: `${kind}-1` },
  ];
  return { kind, clause, violationDate, reason: { zh: `${kind}。`, en: `${kind}.` }, cites };
}

describe('one ban per date of violation', () => {
  it('joins what was proved of one date, with every place once', () => {
    const twice = proved('popup', '2026-03-02');
    expect(oneBanPerDate([twice, proved('photo', '2026-03-02'), twice], new Set())).toEqual([
      {
        ...twice,
        reason: { zh: 'popup。photo。popup。', en: 'popup. photo. popup.' },
        cites: [...twice.cites, ...proved('photo', '').cites],
      },
    ]);
  });

  it('names both clauses when they differ', () => {
    const [ban] = oneBanPerDate(
      [proved('a', '2026-03-02', 'lj:12(3)'), proved('b', '2026-03-02', 'lj:12(6)')],
      new Set(),
    );
    expect(ban?.clause).toBe('lj:12(3), lj:12(6)');
  });

  it('keeps dates apart', () => {
    const two = [proved('a', '2026-03-02'), proved('b', '2026-03-03')];
    expect(oneBanPerDate(two, new Set())).toEqual(two);
  });

  it('leaves out what a standing ban of that date covers', () => {
    expect(oneBanPerDate([proved('a', '2026-03-02')], new Set(['2026-03-02']))).toEqual([]);
    expect(oneBanPerDate([proved('a', '2026-03-02')], new Set(['2026-03-01']))).toHaveLength(1);
  });
});
