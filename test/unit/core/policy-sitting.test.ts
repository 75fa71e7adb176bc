import { STATE } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { packHash } from '../../../server/src/core/policy/pack-hash.ts';
import { packOf, Sitting, type SittingOptions } from '../../support/sitting.ts';

const MINUTE = 60_000;

/** A sitting under a pack; everything else is the same. */
function under(id: string, options: SittingOptions = {}): Sitting {
  const pack = packOf(id);
  return new Sitting({ ...options, facts: { ...options.facts, pack, packHash: packHash(pack) } });
}

const both = (play: (id: string) => unknown): unknown[] => ['zz-2022-2', 'lj-2026-8'].map(play);

describe('a sitting under another notice', () => {
  it('is valid, with popups, class hours and the hash of that notice', () => {
    const play = (id: string) =>
      under(id, { facts: { videoMs: 75 * MINUTE } })
        .play()
        .run(80 * MINUTE).verdict;
    const [zz, lj] = [play('zz-2022-2'), play('lj-2026-8')];
    expect([zz.outcome, lj.outcome]).toEqual(['valid', 'valid']);
    expect([zz.classHours.length, lj.classHours.length]).toEqual([2, 3]);
    expect(lj.pack).toEqual({ id: 'lj-2026-8', version: '1', hash: packHash(packOf('lj-2026-8')) });
    const marks = [0, ...lj.popups.map((popup) => popup.atCreditedMs), 75 * MINUTE];
    const gaps = marks.slice(1).map((mark, i) => mark - (marks[i] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(3 * MINUTE);
    expect(lj.popups.every((popup) => popup.deadlineAt - popup.issuedAt <= 30_000 + 1_000)).toBe(true);
  });

  it('measures fast-forward by its own slope', () => {
    const play = (id: string): string[] =>
      under(id, { claimedRate: 1_000 })
        .play()
        .setRate(1.07)
        .run(2 * MINUTE)
        .kinds('violation');
    expect(both(play)).toEqual([['fast-forward/slope-measured'], []]);
  });

  it('bears with hiding for its own time', () => {
    const play = (id: string): string[] =>
      under(id)
        .play()
        .run(10_000)
        .set(STATE.hidden, true, 'visibility')
        .run(6_900)
        .set(STATE.hidden, false, 'visibility')
        .run(5_000)
        .kinds('violation');
    expect(both(play)).toEqual([[], ['multi-window/played-hidden']]);
  });

  it('asks for its own coverage', () => {
    const play = (id: string): string => {
      const sitting = under(id)
        .play()
        .run(10 * MINUTE * 0.96)
        .pause()
        .disconnect();
      sitting.feed({ kind: 'tick', at: sitting.now + 31 * MINUTE });
      return sitting.verdict.outcome;
    };
    expect(both(play)).toEqual(['incomplete', 'valid']);
  });

  it('names its own source in findings', () => {
    const clause = (id: string): string | undefined =>
      under(id).play().run(10_000).setRate(4).run(30_000).verdict.findings[0]?.clause;
    expect([clause('zz-2022-2')?.split(':')[0], clause('lj-2026-8')?.split(':')[0]]).toEqual([
      'zz-2022-2',
      'lj-2026-8',
    ]);
  });
});
