import { describe, expect, it } from 'vitest';
import type { LessonPlace, PlatformActs } from '../../../server/src/core/session/records.ts';
import { Sitting } from '../../support/sitting.ts';

function opened(place: LessonPlace | null, acts: PlatformActs | null): Sitting {
  return new Sitting({
    facts: { ...(place === null ? {} : { place }), ...(acts === null ? {} : { acts }) },
  });
}

const third: LessonPlace = { specialised: true, position: 3, unfinishedBefore: 1 };
const overridden: PlatformActs = { orderOverridden: true };

describe('lesson-order', () => {
  it.each([
    ['specialised, overridden, unfinished before', third, overridden, ['lesson-order/lesson-skipped'], []],
    [
      'specialised, overridden, all finished',
      { ...third, unfinishedBefore: 0 },
      overridden,
      [],
      ['platform-duties/order-overridden'],
    ],
    [
      'general, overridden',
      { ...third, specialised: false },
      overridden,
      [],
      ['platform-duties/order-overridden'],
    ],
    ['specialised, not overridden', third, null, [], []],
    ['nothing known', null, null, [], []],
  ])('%s', (_name, place, acts, violations, hints) => {
    const sitting = opened(place, acts).play().run(20_000);
    expect(sitting.kinds('violation')).toEqual(violations);
    expect(sitting.kinds('hint')).toEqual(hints);
    for (const finding of sitting.verdict.findings) expect(finding.attribution).toBe('platform');
  });

  it.each([
    [2_000, 0],
    [2_001, 1],
  ])('opening a page proves nothing: %i ms played → %i findings', (ms, count) => {
    const sitting = opened(third, overridden).play();
    sitting.t += ms;
    sitting.m += ms;
    sitting.emit({ e: 'beat' });
    expect(sitting.verdict.findings.length).toBe(count);
  });

  it.each([
    [3, true, []],
    [4, true, ['lesson-order/later-content']],
    [2, true, []],
    [4, false, []],
  ])('content of lesson %i in the third (specialised: %s) → %j', (position, specialised, kinds) => {
    const sitting = opened({ ...third, specialised }, null)
      .play()
      .run(10_000);
    sitting.feed({ kind: 'content', at: sitting.now, lesson: 'lesson-x', position });
    expect(sitting.kinds('violation')).toEqual(kinds);
    for (const finding of sitting.verdict.findings) expect(finding.attribution).toBe('unknown');
  });
});

describe('platform-duties', () => {
  it.each([
    [{ videoUnapproved: true }, 'platform-duties/video-unapproved'],
    [{ controlsOff: ['popup', 'photo'] as const }, 'platform-duties/control-disabled'],
  ])('%j is the platform’s violation once something is played', (acts, kind) => {
    const sitting = opened(null, acts);
    expect(sitting.kinds('violation')).toEqual([]);
    sitting.play().run(10_000);
    expect(sitting.kinds('violation')).toEqual([kind]);
    expect(sitting.verdict.findings[0]?.attribution).toBe('platform');
  });

  it('asks for a control that a ticket turned off all the same', () => {
    const sitting = opened(null, { controlsOff: ['popup'] }).play();
    expect(sitting.until(() => sitting.got('popup')).got('popup')).toBe(true);
  });

  it('finds nothing where nothing is irregular', () => {
    const sitting = opened(null, { controlsOff: [], videoUnapproved: false }).play().run(20_000);
    expect(sitting.verdict.findings).toEqual([]);
  });
});
