import { describe, expect, test } from 'vitest';
import { startGuard } from '../../../client-sdk/src/guard/guard.ts';
import { createFakeClock, createFakePage, createFakePlayer } from '../../support/fake-player.ts';

function given(options: { enforce?: boolean; furthestMs?: number } = {}) {
  const player = createFakePlayer();
  const page = createFakePage();
  const clock = createFakeClock();
  const acts: [string, number][] = [];
  const world = { overdue: false, offlineSince: null as number | null, overridden: 0 };
  const guard = startGuard({
    player,
    page,
    enforce: options.enforce ?? true,
    grace: { hiddenMs: 5_000, unfocusedMs: 10_000, offlineMs: 8_000 },
    furthestMs: options.furthestMs ?? 0,
    act: (act, value) => acts.push([act, value]),
    overridden: () => {
      world.overridden += 1;
    },
    ...clock,
    last: clock.last,
    controlOverdue: () => world.overdue,
    offlineSince: () => world.offlineSince,
  });
  /** Plays honestly for some seconds. */
  const play = (seconds: number): void =>
    clock.tick(seconds * 4, () => {
      if (!player.paused) player.at += 250;
    });
  return { player, page, clock, acts, world, guard, play };
}

describe('guard', () => {
  test('leaves an honest lesson alone', () => {
    const { acts, play, player } = given();
    play(60);
    player.seek(10_000);
    play(30);
    expect(acts).toEqual([]);
    expect(player.paused).toBe(false);
  });

  test('sets a raised rate back; slower playback is allowed', () => {
    const { acts, player } = given();
    player.rate = 500;
    player.fire('ratechange');
    player.rate = 1500;
    player.fire('ratechange');
    expect(acts).toEqual([['rate-reset', 1500]]);
    expect(player.rate).toBe(1000);
  });

  test('sees a raised rate whose event was swallowed', () => {
    const { acts, player, clock } = given();
    player.rate = 4000;
    clock.tick(1);
    expect(acts).toEqual([['rate-reset', 4000]]);
  });

  test('pauses against a page that fights over the rate, and says so once', () => {
    const { player, clock, world } = given();
    clock.tick(20, () => {
      player.rate = 2000;
    });
    expect(player.paused).toBe(true);
    expect(world.overridden).toBe(1);
  });

  test('bounces a seek past the furthest covered point to where it came from', () => {
    const { acts, player, play } = given();
    play(10);
    player.seek(30_000);
    expect(acts).toEqual([['seek-bounced', 30_000]]);
    expect(player.at).toBe(10_000);
  });

  test.each([
    ['two seconds past the furthest point', 12_000, []],
    ['a little more', 12_001, [['seek-bounced', 12_001]]],
    ['backwards', 0, []],
  ])('a seek %s', (_name, target, expected) => {
    const { acts, player, play } = given();
    play(10);
    player.seek(target);
    expect(acts).toEqual(expected);
  });

  test('what the server covered earlier may be sought', () => {
    const { acts, player, guard } = given({ furthestMs: 20_000 });
    player.seek(20_000);
    guard.covered(40_000);
    player.seek(41_000);
    expect(acts).toEqual([]);
  });

  test('sees a jump whose seek event was swallowed', () => {
    const { acts, player, play } = given();
    play(10);
    player.at = 50_000;
    play(1);
    expect(acts[0]?.[0]).toBe('seek-bounced');
    expect(player.at).toBeLessThan(12_000);
  });

  test('a main thread that stood still for a while is no jump', () => {
    const { acts, player, clock, play } = given();
    play(10);
    clock.now += 20_000;
    player.at += 20_250;
    clock.tick(1);
    play(5);
    expect(acts).toEqual([]);
  });

  test('pauses hidden playing at half of the grace, and again when it is started there', () => {
    const { acts, player, page, play } = given();
    page.isHidden = true;
    play(2);
    expect(player.paused).toBe(false);
    play(1);
    expect(player.paused).toBe(true);
    player.paused = false;
    play(1);
    expect(player.paused).toBe(true);
    expect(acts[0]?.[0]).toBe('paused-hidden');
  });

  test('a short look elsewhere pauses nothing; a long one does', () => {
    const { acts, player, page, play } = given();
    page.isUnfocused = true;
    play(4);
    page.isUnfocused = false;
    play(1);
    page.isUnfocused = true;
    play(4);
    expect(acts).toEqual([]);
    play(2);
    expect(acts[0]?.[0]).toBe('paused-unfocused');
    expect(player.paused).toBe(true);
  });

  test('keeps an overdue lesson paused and lets it go on when the control is met', () => {
    const { acts, player, world, play } = given();
    world.overdue = true;
    play(1);
    expect(player.paused).toBe(true);
    player.paused = false;
    player.fire('play');
    expect(player.paused).toBe(true);
    expect(acts[0]?.[0]).toBe('paused-control');
    world.overdue = false;
    play(1);
    expect(player.paused).toBe(false);
  });

  test('a lesson that the learner paused stays paused when the control is met', () => {
    const { player, world, play } = given();
    player.paused = true;
    world.overdue = true;
    play(1);
    world.overdue = false;
    play(1);
    expect(player.paused).toBe(true);
  });

  test('pauses when there has been no connection for the grace', () => {
    const { acts, player, world, clock, play } = given();
    world.offlineSince = clock.now;
    play(7);
    expect(player.paused).toBe(false);
    play(2);
    expect(player.paused).toBe(true);
    expect(acts[0]?.[0]).toBe('paused-offline');
  });

  test('observing, it reports and touches nothing', () => {
    const { acts, player, page, play } = given({ enforce: false });
    player.rate = 2000;
    player.seek(30_000);
    page.isHidden = true;
    play(4);
    expect(new Set(acts.map(([act]) => act))).toEqual(
      new Set(['rate-reset', 'seek-bounced', 'paused-hidden']),
    );
    expect(player.rate).toBe(2000);
    expect(player.at).toBeGreaterThanOrEqual(30_000);
    expect(player.paused).toBe(false);
  });

  test('stop leaves no listener', () => {
    const { guard, player, acts, clock } = given();
    guard.stop();
    player.rate = 3000;
    player.fire('ratechange');
    expect(acts).toEqual([]);
    expect(clock.listeners()).toBe(0);
  });
});
