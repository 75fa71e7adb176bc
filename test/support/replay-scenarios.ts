/** Sittings whose records and verdicts are frozen in test/vectors/replay-v1: what they were decided once, they stay. */
import { STATE } from '@zhenxue/protocol';
import type { PolicyPack } from '../../server/src/core/policy/pack.ts';
import { packOf, Sitting, type SittingOptions } from './sitting.ts';

const demo = packOf('demo');
const withLiveness: PolicyPack = { ...demo, liveness: { ...demo.liveness, required: true } };
const VIDEO_MS = 64_000;

function short(options: SittingOptions = {}): Sitting {
  return new Sitting({ ...options, facts: { pack: demo, videoMs: VIDEO_MS, ...options.facts } });
}

function left(sitting: Sitting): Sitting {
  sitting.disconnect();
  sitting.feed({ kind: 'tick', at: sitting.now + demo.session.resumeGraceMs });
  return sitting;
}

function lying(): Sitting {
  const sitting = short({ claimedRate: 1_000 }).play().run(10_000);
  sitting.rate = 2;
  return left(sitting.run(20_000).pause());
}

function reloaded(): Sitting {
  const sitting = short().play().run(20_000).disconnect();
  sitting.t += 9_000;
  sitting.feed({ kind: 'connected', at: sitting.now });
  sitting.emit({ e: 'open', d: VIDEO_MS, build: 'test/2' });
  sitting.emit({ e: 'tamper', what: 'automation' });
  sitting.feed({ kind: 'conflict', at: sitting.now, seq: 2, hash: 'D'.repeat(43) });
  return sitting.play().run(70_000);
}

function secondSitting(): Sitting {
  const sitting = short().play().run(30_000);
  const { now } = sitting;
  sitting.feed({ kind: 'elsewhere', at: now, session: 'x', from: now - 15_000, to: now, credited: true });
  return left(sitting.run(5_000).pause());
}

function spoofed(): Sitting {
  const sitting = short({ facts: { pack: withLiveness } }).run(1_000);
  for (const [i, result] of (['too-dark', 'passed', 'spoof', 'spoof', 'spoof'] as const).entries()) {
    sitting.until(() => (sitting.state.liveness?.open ?? null) !== null || sitting.state.ended !== null);
    const id = sitting.state.liveness?.open?.id ?? '';
    sitting.feed({ kind: 'liveness', at: sitting.now, id, result });
    if (i === 1) sitting.play();
  }
  return left(sitting);
}

function platformActs(): Sitting {
  const acts = { orderOverridden: true, videoUnapproved: true, controlsOff: ['photo'] } as const;
  const place = { specialised: true, position: 2, unfinishedBefore: 1 };
  const sitting = short({ facts: { acts, place } }).play().run(10_000);
  sitting.feed({ kind: 'content', at: sitting.now, lesson: 'lesson-3', position: 3 });
  sitting.feed({ kind: 'close', at: sitting.now, reason: 'banned' });
  return sitting;
}

/** By file name. */
export const REPLAY_SCENARIOS: ReadonlyMap<string, () => Sitting> = new Map([
  ['honest', () => short().play().run(80_000)],
  ['reloaded', reloaded],
  ['four-times', () => left(short().play().run(10_000).setRate(4).run(8_000).setRate(1).run(5_000).pause())],
  ['lying-rate', lying],
  ['seek-to-end', () => left(short().play().run(10_000).seek(VIDEO_MS).run(5_000))],
  ['hidden', () => left(short().play().run(10_000).set(STATE.hidden, true, 'visibility').run(9_000).pause())],
  [
    'popup-ignored',
    () =>
      left(
        short({ ignores: ['popup'] })
          .play()
          .run(60_000)
          .pause(),
      ),
  ],
  [
    'photo-ignored',
    () =>
      left(
        short({ ignores: ['photo'] })
          .play()
          .run(80_000)
          .pause(),
      ),
  ],
  ['second-sitting', secondSitting],
  ['spoofed', spoofed],
  ['platform-acts', platformActs],
]);
