/** Sittings for the oracle and the engine to decide: plausible ones, and whatever the protocol lets through. */
import { STATE, type TamperKind } from '@zhenxue/protocol';
import fc from 'fast-check';
import type { PolicyPack } from '../../server/src/core/policy/pack.ts';
import type { LivenessResult, SittingFacts } from '../../server/src/core/session/records.ts';

/** Something that happens in a plausible sitting. */
export type Act =
  | { readonly do: 'watch'; readonly ms: number; readonly rate: number; readonly told: boolean }
  | {
      readonly do:
        | 'play'
        | 'pause'
        | 'answer'
        | 'answer-wrong'
        | 'show'
        | 'photo'
        | 'photo-taken'
        | 'photo-failed';
    }
  | { readonly do: 'hold' | 'flush' | 'disconnect' | 'connect' | 'tick' | 'reload' | 'ended' | 'deliver' }
  | { readonly do: 'seek' | 'bounce'; readonly to: number }
  | { readonly do: 'flag'; readonly bit: number }
  | { readonly do: 'wait' | 'skew'; readonly ms: number }
  | { readonly do: 'judge'; readonly result: LivenessResult }
  | {
      readonly do: 'elsewhere';
      readonly agoMs: number;
      readonly ms: number;
      readonly credited: boolean;
    }
  | { readonly do: 'content'; readonly position: number }
  | { readonly do: 'tamper'; readonly what: TamperKind }
  | { readonly do: 'conflict' | 'no-camera' | 'lag' }
  | { readonly do: 'close' };

/** Not below a 32nd of the slope's window: the engine thins closer samples out, and says so. */
const ms = fc.oneof(fc.integer({ min: 650, max: 6_000 }), fc.integer({ min: 650, max: 15_000 }));
const rate = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.constantFrom(0.5, 1.02, 1.04, 1.06, 1.1, 1.25) },
  { weight: 1, arbitrary: fc.constantFrom(2, 4, 16, 20) },
);

const result: fc.Arbitrary<LivenessResult> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('passed' as const) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'other-person' as const,
      'other-person' as const,
      'spoof' as const,
      'too-dark' as const,
      'several-faces' as const,
      'declined' as const,
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('virtual' as const, 'replayed' as const) },
);

/** What is not about playing. */
const aside: fc.Arbitrary<Act> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ do: fc.constant('judge' as const), result }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('elsewhere' as const),
      agoMs: fc.nat(40_000),
      ms: fc.nat(30_000),
      credited: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({ do: fc.constant('content' as const), position: fc.integer({ min: 1, max: 3 }) }),
      fc.record({
        do: fc.constant('tamper' as const),
        what: fc.constantFrom('popup-removed' as const, 'automation' as const),
      }),
      fc.record({ do: fc.constantFrom('conflict' as const, 'no-camera' as const, 'lag' as const) }),
    ),
  },
);

/** One act. Watching is what mostly happens. */
export const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ do: fc.constant('watch' as const), ms, rate, told: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'play' as const,
        'play' as const,
        'answer' as const,
        'deliver' as const,
        'photo' as const,
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'pause' as const,
        'answer-wrong' as const,
        'show' as const,
        'photo-taken' as const,
        'photo-failed' as const,
        'hold' as const,
        'flush' as const,
        'disconnect' as const,
        'connect' as const,
        'tick' as const,
        'reload' as const,
        'ended' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('seek' as const, 'bounce' as const), to: fc.nat(130_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('flag' as const),
      bit: fc.constantFrom(STATE.hidden, STATE.unfocused, STATE.pip, STATE.hiddenWitnessed),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('wait' as const, 'skew' as const),
      ms: fc.integer({ min: 1, max: 130_000 }),
    }),
  },
  { weight: 6, arbitrary: aside },
);

/** Facts of a short lesson. */
export function lessonOf(
  pack: PolicyPack,
  seed: string,
  videoMs: number,
  prior: readonly [number, number][],
  odd: Pick<SittingFacts, 'place' | 'acts'> = {},
): SittingFacts {
  return {
    session: '01890000-0000-7000-8000-000000000001',
    platform: 'p',
    learner: 'l',
    course: 'c',
    lesson: '1',
    videoMs,
    guard: 'enforce',
    pack,
    packHash: 'A'.repeat(43),
    priorCovered: prior,
    seed,
    ...odd,
  };
}

/** One act of a calm sitting that is asked for faces all the time: nothing else gets in the way of what they decide. */
export const calmAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('watch' as const),
      ms: fc.integer({ min: 2_000, max: 15_000 }),
      rate: fc.constant(1),
      told: fc.constant(true),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('judge' as const),
      result: fc.constantFrom<LivenessResult>(
        'passed',
        'passed',
        'other-person',
        'other-person',
        'spoof',
        'spoof',
        'too-dark',
        'no-camera',
      ),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constantFrom('play' as const, 'answer' as const, 'answer' as const, 'photo' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'deliver' as const,
        'no-camera' as const,
        'reload' as const,
        'disconnect' as const,
        'connect' as const,
        'connect' as const,
        'tick' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('elsewhere' as const),
      agoMs: fc.nat(40_000),
      ms: fc.nat(30_000),
      credited: fc.boolean(),
    }),
  },
);
