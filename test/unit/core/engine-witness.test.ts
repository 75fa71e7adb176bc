import { CAMERA_ODD, HIDDEN_BY, type WitnessEvent } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { Sitting } from '../../support/sitting.ts';

type Readings = Pick<WitnessEvent, 'k' | 'c' | 'v' | 'd'>;

/** A sitting of a minute's playing in which one witness spoke. */
function given(...readings: readonly Readings[]): Sitting {
  const sitting = new Sitting().play().run(60_000);
  for (const reading of readings) sitting.emit({ e: 'witness', ...reading });
  return sitting;
}

const found = (sitting: Sitting): string[] =>
  sitting.verdict.findings.map(({ severity, rule, kind }) => `${severity} ${rule}/${kind}`);

describe('two readings that disagree are a hint', () => {
  it.each<[string, Readings]>([
    ['the element lies about its rate', { k: 'rate', c: 1_000, v: 2_000 }],
    ['a clock runs four times as fast', { k: 'clock', c: 20_000, v: 5_000, d: 5_000 }],
    ['a clock and the audio clock disagree', { k: 'audio', c: 20_000, v: 5_000, d: 5_000 }],
    ['a timer fires early', { k: 'timer', c: 1_000, v: 250 }],
    ['an end with a hole', { k: 'played', c: 600_000, v: 30_000 }],
    ['the browser’s record says hidden', { k: 'visibility', c: 0, v: HIDDEN_BY.entries }],
    ['lock and frames say hidden', { k: 'visibility', c: 0, v: HIDDEN_BY.wakeLock | HIDDEN_BY.frames }],
    ['focus is claimed', { k: 'focus', c: 0, v: 1 }],
    ['events are swallowed', { k: 'silent', c: 0, v: 2 }],
    ['functions are replaced', { k: 'realm', c: 0, v: 1 }],
    ['the player is outside of the page', { k: 'player', c: 0, v: 1 }],
    ['two pages', { k: 'tabs', c: 1, v: 2 }],
    ['a program at the controls', { k: 'automation', c: 0, v: 2 }],
  ])('%s', (_name, reading) => {
    const sitting = given(reading, reading);
    expect(found(sitting)).toEqual(['hint record-integrity/witness-disagrees']);
    expect(sitting.verdict.findings[0]).toMatchObject({ claimed: reading.c, measured: reading.v });
  });

  it.each<[string, Readings]>([
    ['a screen more', { k: 'screens', c: 0, v: 1 }],
    ['a clock read a moment late', { k: 'clock', c: 5_100, v: 5_000, d: 5_000 }],
    ['a late timer', { k: 'timer', c: 1_000, v: 9_000 }],
    ['a whole film', { k: 'played', c: 600_000, v: 599_000 }],
    ['only the lock was taken, as by a low battery', { k: 'visibility', c: 0, v: HIDDEN_BY.wakeLock }],
    ['only frames stall, as in a frame scrolled away', { k: 'visibility', c: 0, v: HIDDEN_BY.frames }],
    ['a page that says hidden', { k: 'visibility', c: 1, v: 7 }],
    ['one event lost', { k: 'silent', c: 9, v: 1 }],
    ['frames and position agree', { k: 'frames', c: 1_001, v: 998, d: 20_000 }],
    ['a camera without a group', { k: 'camera', c: 0, v: CAMERA_ODD.noGroup }],
  ])('but not: %s', (_name, reading) => {
    expect(found(given(reading))).toEqual([]);
  });

  it('every kind is noted once', () => {
    const sitting = given({ k: 'realm', c: 0, v: 1 }, { k: 'tabs', c: 1, v: 2 }, { k: 'realm', c: 0, v: 3 });
    expect(found(sitting)).toHaveLength(2);
  });
});

describe('a camera that is none is a hint of the live comparison', () => {
  it.each([CAMERA_ODD.frozen, CAMERA_ODD.constructed | CAMERA_ODD.noStats])('oddities %i', (v) => {
    expect(found(given({ k: 'camera', c: 0, v }))).toEqual(['hint liveness-match/capture-virtual']);
  });
});

describe('frames faster than allowed prove fast playing, whatever the position says', () => {
  it('given a lying position, then a violation with both slopes', () => {
    const sitting = given({ k: 'frames', c: 1_000, v: 2_000, d: 20_000 });
    const finding = sitting.verdict.findings.find(({ severity }) => severity === 'violation');
    expect(finding).toMatchObject({
      rule: 'fast-forward',
      kind: 'slope-measured',
      claimed: 1_000,
      measured: 2_000,
    });
    expect((finding?.span.toT ?? 0) - (finding?.span.fromT ?? 0)).toBe(20_000);
    expect(sitting.verdict.outcome).toBe('invalid');
  });

  it('given more of it right after, then the same finding grows', () => {
    const sitting = given({ k: 'frames', c: 1_000, v: 2_000, d: 20_000 });
    sitting.run(20_000).emit({ e: 'witness', k: 'frames', c: 1_000, v: 2_100, d: 20_000 });
    const violations = sitting.verdict.findings.filter(({ severity }) => severity === 'violation');
    expect(violations).toHaveLength(1);
    expect((violations[0]?.span.toT ?? 0) - (violations[0]?.span.fromT ?? 0)).toBe(40_000);
  });

  it.each([
    ['a window too short to tell', { k: 'frames', c: 1_000, v: 2_000, d: 19_999 }],
    ['frames that caught up within the slack', { k: 'frames', c: 1_000, v: 1_150, d: 20_000 }],
    ['no window at all', { k: 'frames', c: 1_000, v: 16_000 }],
  ] as const)('but not: %s', (_name, reading) => {
    expect(found(given(reading)).filter((line) => line.startsWith('violation'))).toEqual([]);
  });
});
