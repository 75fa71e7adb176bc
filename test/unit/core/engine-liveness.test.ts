import { describe, expect, it } from 'vitest';
import type { PolicyPack } from '../../../server/src/core/policy/pack.ts';
import type { LivenessResult } from '../../../server/src/core/session/records.ts';
import { packOf, Sitting } from '../../support/sitting.ts';

const MINUTE = 60_000;

const full = packOf('zz-2022-2');
const pack: PolicyPack = { ...full, liveness: { ...full.liveness, required: true } };

/** A sitting under a pack that asks for liveness; the n-th challenge is judged as listed, further ones as passed. */
function judged(results: readonly LivenessResult[]): Sitting {
  const sitting = new Sitting({ facts: { pack } });
  const { feed } = sitting;
  let answered = 0;
  const judge = (): void => {
    const open = sitting.state.liveness?.open;
    if (open === undefined || open === null || sitting.state.ended !== null) return;
    const result = results[answered] ?? 'passed';
    answered += 1;
    feed.call(sitting, { kind: 'liveness', at: sitting.now, id: open.id, result });
  };
  sitting.feed = (record) => {
    feed.call(sitting, record);
    if (record.kind === 'tick') judge();
  };
  return sitting;
}

describe('liveness-match', () => {
  it('asks before any credit and at a random instant of the lesson, and is valid when both are passed', () => {
    const sitting = judged([])
      .play()
      .run(12 * MINUTE);
    const asked = sitting.directives.filter((directive) => directive.kind === 'liveness');
    expect(asked.length).toBe(2);
    expect(sitting.verdict).toMatchObject({ outcome: 'valid', findings: [] });
  });

  it('credits nothing before the first challenge is passed', () => {
    const sitting = new Sitting({ facts: { pack } }).play().run(MINUTE);
    expect(sitting.verdict.creditedMs).toBe(0);
    sitting.feed({ kind: 'liveness', at: sitting.now, id: 'l1', result: 'passed' });
    sitting.run(10_000);
    expect(sitting.verdict.creditedMs).toBeGreaterThan(9_000);
  });

  it.each([
    ['two live failures, then a pass', ['other-person', 'other-person'], []],
    [
      'three live failures',
      ['other-person', 'other-person', 'other-person'],
      ['liveness-match/other-person'],
    ],
    ['three spoofs', ['spoof', 'spoof', 'spoof'], ['liveness-match/spoof-shown']],
    ['a pass in between', ['spoof', 'spoof', 'passed', 'spoof'], []],
    ['a capture proven virtual', ['virtual'], ['liveness-match/capture-virtual']],
    ['a capture proven replayed', ['passed', 'replayed'], ['liveness-match/capture-replayed']],
    ['dark frames, then a good one', ['too-dark', 'too-dark', 'several-faces', 'no-face'], []],
  ] as const)('given %s, then %j → %j', (_name, results, kinds) => {
    const sitting = judged(results)
      .run(MINUTE)
      .play()
      .run(12 * MINUTE);
    expect(sitting.kinds('violation')).toEqual(kinds);
    expect(sitting.verdict.outcome).toBe(kinds.length === 0 ? 'valid' : 'invalid');
    for (const finding of sitting.verdict.findings) expect(finding.attribution).toBe('learner');
  });

  it('given a refused camera, then it is undetermined with a way to make it up, and no fraud', () => {
    const sitting = judged(Array.from({ length: 99 }, () => 'declined' as const))
      .play()
      .run(11 * MINUTE);
    sitting.pause();
    sitting.feed({ kind: 'close', at: sitting.now, reason: 'left' });
    expect(sitting.kinds('violation')).toEqual([]);
    expect(sitting.kinds('gap')).toEqual(['liveness-match/liveness-missing']);
    expect(sitting.verdict).toMatchObject({ outcome: 'undetermined', creditedMs: 0 });
    expect(sitting.verdict.makeUp?.zh).toContain('摄像头');
  });

  it('asks again after a reconnect when the first requirement had been given up', () => {
    const sitting = judged(Array.from({ length: 8 }, () => 'no-camera' as const))
      .play()
      .run(MINUTE);
    expect(sitting.state.liveness?.open).toBeNull();
    sitting.disconnect();
    sitting.feed({ kind: 'connected', at: sitting.now });
    sitting.run(10_000);
    expect(sitting.verdict.creditedMs).toBeGreaterThan(0);
  });

  it('stops credit while a challenge is overdue, and accuses nobody of not answering', () => {
    const sitting = judged([]).play();
    sitting.until(() => sitting.state.liveness?.entered === true);
    const { feed } = Object.getPrototypeOf(sitting) as Sitting;
    sitting.feed = feed.bind(sitting);
    sitting.until(() => sitting.state.liveness?.open !== null);
    sitting.run(60_000);
    const { creditedMs } = sitting.verdict;
    sitting.run(3 * MINUTE);
    expect(sitting.verdict.creditedMs).toBeLessThanOrEqual(creditedMs + 5_000);
    expect(sitting.kinds('violation').filter((kind) => kind.startsWith('liveness'))).toEqual([]);
  });

  it('asks nothing under a pack that does not require it', () => {
    const sitting = new Sitting().play().run(11 * MINUTE);
    expect(sitting.got('liveness')).toBe(false);
    expect(sitting.verdict.outcome).toBe('valid');
  });
});
