/** A media element and its page without a browser, moved by a test: for the guard and the witnesses. */
import type { PageState } from '../../client-sdk/src/monitor/page-state.ts';
import type { Player } from '../../client-sdk/src/monitor/player.ts';

/** What a test may change at any time. */
export interface FakePlayer extends Player {
  at: number;
  rate: number;
  paused: boolean;
  isSeeking: boolean;
  /** Seeks as a page does: the position first, then the event. */
  seek(ms: number): void;
  fire(type: string): void;
}

/** A player at 0, playing. */
export function createFakePlayer(): FakePlayer {
  const video = new EventTarget();
  let guardPause = false;
  const player: FakePlayer = {
    video: video as HTMLVideoElement,
    at: 0,
    rate: 1000,
    paused: false,
    isSeeking: false,
    position: () => player.at,
    ratePermille: () => player.rate,
    rates: () => [player.rate, player.rate],
    playing: () => !player.paused,
    ended: () => false,
    seeking: () => player.isSeeking,
    stalled: () => false,
    durationMs: () => 60_000,
    playedThrough: () => false,
    patched: () => false,
    resetRate() {
      player.rate = 1000;
    },
    seekTo: (ms) => player.seek(ms),
    pauseByGuard() {
      guardPause = true;
      player.paused = true;
    },
    play() {
      player.paused = false;
    },
    takeGuardPause() {
      const was = guardPause;
      guardPause = false;
      return was;
    },
    seek(ms) {
      player.at = ms;
      player.isSeeking = true;
      player.fire('seeking');
      player.isSeeking = false;
      player.fire('seeked');
    },
    fire: (type) => void video.dispatchEvent(new Event(type)),
  };
  return player;
}

/** A page whose state a test sets. */
export interface FakePage extends PageState {
  isHidden: boolean;
  isUnfocused: boolean;
}

/** A visible, focused page. */
export function createFakePage(): FakePage {
  const page: FakePage = {
    isHidden: false,
    isUnfocused: false,
    hidden: () => page.isHidden,
    unfocused: () => page.isUnfocused,
    pip: () => false,
    hiddenWitnessed: () => false,
    hiddenBy: () => 0,
    unfocusedWitnessed: () => page.isUnfocused,
    bits: () => 0,
    stop: () => undefined,
  };
  return page;
}

/** A clock on another thread, moved by a test: one tick at a time. */
export interface FakeClock {
  now: number;
  readonly ask: (answer: (now: number) => void) => void;
  readonly last: () => number;
  readonly onTick: (tick: (now: number) => void) => () => void;
  /** Lets `count` ticks of 250 ms pass; `between` runs before each. */
  tick(count: number, between?: () => void): void;
  /** Listeners still there. */
  listeners(): number;
}

/** A clock at 0. */
export function createFakeClock(): FakeClock {
  const ticks = new Set<(now: number) => void>();
  const clock: FakeClock = {
    now: 0,
    ask: (answer) => answer(clock.now),
    last: () => clock.now,
    onTick(tick) {
      ticks.add(tick);
      return () => ticks.delete(tick);
    },
    tick(count, between) {
      for (let i = 0; i < count; i += 1) {
        clock.now += 250;
        between?.();
        for (const tick of [...ticks]) tick(clock.now);
      }
    },
    listeners: () => ticks.size,
  };
  return clock;
}
