import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Happening } from '../../../client-sdk/src/monitor/sampler.ts';
import { clocksSignal } from '../../../client-sdk/src/signals/clocks/clocks.ts';
import { framesSignal } from '../../../client-sdk/src/signals/frames/frames.ts';
import { hiddenSignal } from '../../../client-sdk/src/signals/hidden/hidden.ts';
import { placeSignal } from '../../../client-sdk/src/signals/place/place.ts';
import { positionSignal } from '../../../client-sdk/src/signals/position/position.ts';
import type { Signal } from '../../../client-sdk/src/signals/signal.ts';
import { silentSignal } from '../../../client-sdk/src/signals/silent/silent.ts';
import { timerSignal } from '../../../client-sdk/src/signals/timer/timer.ts';
import { createFakeClock, createFakePage, createFakePlayer } from '../../support/fake-player.ts';

function given(signal: Signal, prepare: (video: Record<string, unknown>) => void = () => undefined) {
  const player = createFakePlayer();
  const page = createFakePage();
  const clock = createFakeClock();
  const seen: Happening[] = [];
  const timers: { at: number; task: () => void }[] = [];
  const doc = Object.assign(new EventTarget(), { hidden: false, timeline: { currentTime: 0 } });
  const video = player.video as unknown as Record<string, unknown>;
  Object.assign(video, { ownerDocument: doc, paused: false });
  prepare(video);
  const stop = signal({
    player,
    page,
    popups: { onTamper: () => () => undefined },
    beatMs: 5_000,
    schedule(delayMs, task) {
      timers.push({ at: clock.now + delayMs, task });
      return () => undefined;
    },
    onCamera: () => () => undefined,
    record: (happening) => seen.push(happening),
    turn: () => undefined,
    ...clock,
    last: clock.last,
  });
  return { player, page, clock, seen, timers, video, doc, stop };
}

describe('position', () => {
  test.each([
    [true, 0],
    [false, 1],
  ])('played through without a jump: %s → %i seeks', (through, seeks) => {
    const { player, clock, seen } = given(positionSignal);
    Object.assign(player, { playedThrough: () => through });
    clock.tick(8);
    player.at += 20_000;
    clock.tick(4);
    expect(seen.filter(({ e }) => e === 'seek')).toHaveLength(seeks);
  });
});

describe('frames', () => {
  function film(rate: number, claimed: number) {
    let frame: ((now: number, data: { mediaTime: number }) => void) | null = null;
    const one = given(framesSignal, (video) => {
      video.requestVideoFrameCallback = (call: typeof frame) => {
        frame = call;
        return 1;
      };
      video.cancelVideoFrameCallback = () => undefined;
    });
    let shown = 0;
    one.clock.tick(4 * 65, () => {
      shown += 0.25 * rate;
      one.player.at += 250 * claimed;
      const call = frame;
      frame = null;
      call?.(0, { mediaTime: shown });
    });
    return one.seen;
  }

  test('a position that says 1× over frames at 2× is told with both slopes', () => {
    expect(film(2, 1)[0]).toMatchObject({ e: 'witness', k: 'frames', c: 1_000, v: 2_000 });
  });

  test('readings that agree are told once a minute', () => {
    expect(film(1, 1)).toHaveLength(1);
  });
});

describe('clocks', () => {
  let offset = 0;
  beforeEach(() => {
    offset = 0;
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  function run(speed: (now: number) => number) {
    const one = given(clocksSignal);
    vi.spyOn(Date, 'now').mockImplementation(() => speed(one.clock.now) + offset);
    vi.spyOn(performance, 'now').mockImplementation(() => one.clock.now);
    one.clock.tick(4 * 31, () => {
      one.doc.timeline.currentTime = one.clock.now;
    });
    return one;
  }

  test('a wall clock at 4× is told with both readings', () => {
    expect(run((now) => now * 4).seen[0]).toMatchObject({ k: 'clock', c: 20_000, v: 5_000, d: 5_000 });
  });

  test('a clock that is set once is not', () => {
    expect(run((now) => now + (now > 12_000 ? 5_400_000 : 0)).seen).toEqual([]);
    expect(run((now) => now).seen).toEqual([]);
  });
});

describe('timer', () => {
  function run(factor: number) {
    const { clock, timers, seen } = given(timerSignal);
    const begun = new Map<object, number>();
    clock.tick(4 * 20, () => {
      for (const timer of timers) {
        if (!begun.has(timer)) begun.set(timer, timer.at - 1_000);
        const from = begun.get(timer) ?? 0;
        if (clock.now - from < 1_000 * factor) continue;
        timers.splice(timers.indexOf(timer), 1);
        timer.task();
      }
    });
    return seen;
  }

  test('early twice is told, late never', () => {
    expect(run(0.25)[0]).toMatchObject({ k: 'timer', c: 1_000, v: 250 });
    expect(run(1)).toEqual([]);
    expect(run(3)).toEqual([]);
  });
});

describe('hidden', () => {
  test('a page that stays visible while the browser says hidden is told; a stall of frames is not', () => {
    const { page, clock, seen } = given(hiddenSignal);
    Object.assign(page, { hiddenBy: () => 4 });
    clock.tick(20);
    expect(seen).toEqual([]);
    Object.assign(page, { hiddenBy: () => 1 });
    clock.tick(20);
    expect(seen).toEqual([{ e: 'witness', k: 'visibility', c: 0, v: 1 }]);
  });
});

describe('silent', () => {
  test('a change that is announced, early or late, is none; one without its event is', () => {
    const { player, clock, seen } = given(silentSignal);
    player.rate = 2_000;
    player.fire('ratechange');
    clock.tick(8);
    player.rate = 1_000;
    clock.tick(1);
    player.fire('ratechange');
    clock.tick(8);
    expect(seen).toEqual([]);
    player.rate = 4_000;
    clock.tick(8);
    expect(seen).toMatchObject([{ k: 'silent', v: 1 }]);
  });
});

describe('place', () => {
  test('a player outside of the document is told once it plays there for a while', () => {
    const { clock, seen, player, video } = given(placeSignal, (made) => {
      made.isConnected = true;
      made.getBoundingClientRect = () => ({ width: 640, height: 360 });
    });
    clock.tick(20);
    video.isConnected = false;
    player.paused = true;
    clock.tick(20);
    expect(seen).toEqual([]);
    player.paused = false;
    clock.tick(20);
    expect(seen).toEqual([{ e: 'witness', k: 'player', c: 0, v: 1 }]);
  });
});
