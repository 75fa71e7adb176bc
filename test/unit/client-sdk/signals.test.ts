import { describe, expect, test } from 'vitest';
import type { Happening } from '../../../client-sdk/src/monitor/sampler.ts';
import { playSignal } from '../../../client-sdk/src/signals/play/play.ts';
import { positionSignal } from '../../../client-sdk/src/signals/position/position.ts';
import { rateSignal } from '../../../client-sdk/src/signals/rate/rate.ts';
import { seekSignal } from '../../../client-sdk/src/signals/seek/seek.ts';
import type { Signal } from '../../../client-sdk/src/signals/signal.ts';
import { tamperSignal } from '../../../client-sdk/src/signals/tamper/tamper.ts';
import { createFakeClock, createFakePage, createFakePlayer } from '../../support/fake-player.ts';

function given(signal: Signal) {
  const player = createFakePlayer();
  const page = createFakePage();
  const clock = createFakeClock();
  const seen: (Happening & { m: number })[] = [];
  const taken: { now: number; m: number }[] = [];
  const tells: ((what: 'popup-removed' | 'popup-covered', id: string) => void)[] = [];
  const stop = signal({
    player,
    page,
    popups: {
      onTamper: (told) => {
        tells.push(told);
        return () => void tells.pop();
      },
    },
    beatMs: 5_000,
    schedule: () => () => undefined,
    onCamera: () => () => undefined,
    record: (happening) => seen.push({ ...happening, m: player.at }),
    turn: (then) => void taken.push(then),
    ...clock,
    last: clock.last,
  });
  const play = (seconds: number): void =>
    clock.tick(seconds * 4, () => {
      player.at += (250 * player.rate) / 1000;
    });
  return { player, page, clock, seen, taken, stop, play, tells };
}

describe('position', () => {
  test('beats at the pace that the server set, by the clock of the Worker', () => {
    const { seen, play } = given(positionSignal);
    play(16);
    expect(seen).toEqual([
      { e: 'beat', m: 5_000 },
      { e: 'beat', m: 10_000 },
      { e: 'beat', m: 15_000 },
    ]);
  });

  test('a change of speed that no event told of is sampled on both sides, within a second', () => {
    const { taken, play, player, clock } = given(positionSignal);
    play(6);
    const before = { now: clock.now, m: 6_000 };
    player.rate = 1_100;
    play(1);
    expect(taken).toEqual([before]);
    play(2);
    expect(taken).toHaveLength(1);
    player.rate = 1_000;
    play(2);
    expect(taken).toHaveLength(2);
  });

  test('a speed that wavers as on a busy machine is no change', () => {
    const { taken, play, player } = given(positionSignal);
    play(2);
    for (const rate of [1_030, 990, 1_040, 1_000]) {
      player.rate = rate;
      play(1);
    }
    expect(taken).toEqual([]);
  });

  test('a jump without a seek event is reported as the seek that it was', () => {
    const { seen, play, player } = given(positionSignal);
    play(3);
    player.at = 40_000;
    play(1);
    expect(seen).toMatchObject([{ e: 'seek', from: 3_000 }]);
  });

  test('a seek that was heard, fast playback and a stalled main thread are no silent jumps', () => {
    const { seen, play, player, clock } = given(positionSignal);
    play(2);
    player.seek(40_000);
    play(1);
    player.rate = 4000;
    play(1);
    player.rate = 1000;
    clock.now += 3_000;
    player.at += 3_000;
    play(0.5);
    expect(seen.filter((event) => event.e === 'seek')).toEqual([]);
  });
});

describe('seek', () => {
  test('tells where it came from; dragging is told twice at most', () => {
    const { seen, player, play } = given(seekSignal);
    play(4);
    player.isSeeking = true;
    for (const at of [10_000, 20_000, 30_000]) {
      player.at = at;
      player.fire('seeking');
    }
    player.isSeeking = false;
    player.fire('seeked');
    expect(seen).toEqual([
      { e: 'seek', from: 4_000, m: 10_000 },
      { e: 'seek', from: 10_000, m: 30_000 },
    ]);
  });
});

describe('play', () => {
  test('says who paused, and sees a pause whose event was swallowed', () => {
    const { seen, player, clock } = given(playSignal);
    Object.defineProperty(player.video, 'paused', { get: () => player.paused });
    clock.tick(1);
    player.pauseByGuard();
    player.fire('pause');
    player.paused = false;
    player.fire('play');
    player.paused = true;
    clock.tick(1);
    expect(seen.map((event) => (event.e === 'pause' ? event.by : event.e))).toEqual([
      'play',
      'guard',
      'play',
      'page',
    ]);
  });
});

describe('rate', () => {
  test('is told by event and by polling, each change once', () => {
    const { seen, player, clock } = given(rateSignal);
    player.rate = 2000;
    player.fire('ratechange');
    player.fire('ratechange');
    clock.tick(2);
    player.rate = 1000;
    clock.tick(2);
    expect(seen).toHaveLength(2);
  });
});

describe('tamper', () => {
  test('popups and a replaced film are told; the film once', () => {
    const { seen, player, clock, tells } = given(tamperSignal);
    tells[0]?.('popup-removed', 'p1');
    Object.assign(player, { durationMs: () => 90_000 });
    clock.tick(3);
    expect(seen).toMatchObject([
      { e: 'tamper', what: 'popup-removed', id: 'p1' },
      { e: 'tamper', what: 'media-replaced' },
    ]);
  });
});

test.each([
  ['position', positionSignal],
  ['seek', seekSignal],
  ['play', playSignal],
  ['rate', rateSignal],
  ['tamper', tamperSignal],
])('%s leaves nothing behind', (_name, signal) => {
  const { stop, clock, seen, player } = given(signal);
  stop();
  player.rate = 2000;
  player.fire('ratechange');
  player.seek(30_000);
  clock.tick(40);
  expect(seen).toEqual([]);
  expect(clock.listeners()).toBe(0);
});
