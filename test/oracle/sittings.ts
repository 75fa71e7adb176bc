/** Sittings for the oracle and the engine to decide: plausible ones, and whatever the protocol lets through. */
import { type LearningEvent, STATE, type TamperKind } from '@zhenxue/protocol';
import fc from 'fast-check';
import type { PolicyPack } from '../../server/src/core/policy/pack.ts';
import { decide, openSession } from '../../server/src/core/session/engine.ts';
import type { LivenessResult, SessionRecord, SittingFacts } from '../../server/src/core/session/records.ts';
import { rightAnswer } from './schedule.ts';

const HASH = 'A'.repeat(43);

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
    packHash: HASH,
    priorCovered: prior,
    seed,
    ...odd,
  };
}

type Bare = LearningEvent extends infer E
  ? E extends LearningEvent
    ? Omit<E, 't' | 'm' | 's' | 'r'>
    : never
  : never;

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

/** What {@link Teller} does besides playing. */
type Aside = 'judge' | 'elsewhere' | 'content' | 'tamper' | 'conflict' | 'no-camera' | 'lag';

/** Stretches elsewhere per sitting: the engine joins what goes beyond four, and says so. */
const ELSEWHERE_MAX = 4;

/** Conflicts per sitting: findings are a bounded list. */
const CONFLICTS_MAX = 5;

/** Plays acts against the engine, which says what it asks for, and keeps the records. */
export class Teller {
  readonly records: SessionRecord[];
  #state: ReturnType<typeof openSession>;
  #at: number;
  #t = 0;
  #m = 0;
  #s = 0;
  #rate = 1;
  #told = true;
  #seq = 0;
  #elsewhere = 0;
  #conflicts = 0;
  #held: LearningEvent[] | null = null;
  readonly #facts: SittingFacts;

  constructor(facts: SittingFacts, at: number) {
    this.#facts = facts;
    this.#at = at;
    this.#state = openSession(facts, at);
    this.records = [{ kind: 'open', at, facts }];
    this.#feed({ kind: 'connected', at });
    this.#emit({ e: 'open', d: facts.videoMs, build: 'b' });
  }

  play(done: Act): void {
    switch (done.do) {
      case 'watch':
        this.#rate = done.rate;
        this.#told = done.told;
        if (done.rate > 1 && done.told) this.#emit({ e: 'rate' });
        this.#pass(done.ms);
        this.#emit({ e: 'beat' });
        return;
      case 'play':
        this.#s |= STATE.playing;
        this.#emit({ e: 'play' });
        return;
      case 'pause':
        this.#s &= ~STATE.playing;
        this.#emit({ e: 'pause', by: 'page' });
        return;
      case 'seek':
      case 'bounce':
        this.#seek(done.to, done.do === 'bounce');
        return;
      case 'flag':
        this.#s ^= done.bit;
        this.#emit({ e: 'visibility' });
        return;
      case 'wait':
        this.#at += done.ms;
        this.#t += done.ms;
        return;
      case 'skew':
        this.#t += Math.floor(done.ms / 20);
        return;
      case 'reload':
        this.#m = Math.max(0, this.#m - 1_500);
        this.#s = 0;
        this.#emit({ e: 'open', d: this.#facts.videoMs, build: 'b' });
        return;
      case 'ended':
        this.#s = STATE.ended;
        this.#emit({ e: 'ended' });
        return;
      case 'judge':
      case 'elsewhere':
      case 'content':
      case 'tamper':
      case 'conflict':
      case 'no-camera':
      case 'lag':
        this.#aside(done);
        return;
      default:
        this.#control(done.do);
    }
  }

  #aside(done: Extract<Act, { do: Aside }>): void {
    const at = this.#at;
    const challenge = this.#state.liveness?.open?.id ?? 'l1';
    switch (done.do) {
      case 'judge':
        this.#feed({ kind: 'liveness', at, id: challenge, result: done.result });
        return;
      case 'elsewhere': {
        this.#elsewhere += 1;
        if (this.#elsewhere > ELSEWHERE_MAX) return;
        const from = at - done.agoMs;
        const { credited } = done;
        this.#feed({
          kind: 'elsewhere',
          at,
          session: 'other',
          from,
          to: Math.min(at, from + done.ms),
          credited,
        });
        return;
      }
      case 'content':
        this.#feed({ kind: 'content', at, lesson: '2', position: done.position });
        return;
      case 'tamper':
        this.#emit({ e: 'tamper', what: done.what });
        return;
      case 'conflict':
        this.#conflicts += 1;
        if (this.#conflicts <= CONFLICTS_MAX) this.#feed({ kind: 'conflict', at, seq: 1, hash: HASH });
        return;
      case 'no-camera':
        this.#emit({ e: 'photo.failed', id: challenge, why: 'no-camera' });
        return;
      case 'lag':
        this.#at += 125_000;
        return;
      default:
        done satisfies never;
    }
  }

  #control(
    what: Exclude<
      Act['do'],
      Aside | 'watch' | 'play' | 'pause' | 'seek' | 'bounce' | 'flag' | 'wait' | 'skew' | 'reload' | 'ended'
    >,
  ): void {
    const at = this.#at;
    const popup = this.#state.popup.open?.id ?? 'p1';
    const photo = this.#state.photo.open?.id ?? 'f1';
    switch (what) {
      case 'answer':
      case 'answer-wrong': {
        const right = rightAnswer(this.#facts.seed, Number(popup.slice(1)));
        this.#emit({ e: 'popup.answer', id: popup, a: what === 'answer' ? right : '0' });
        return;
      }
      case 'show':
        this.#emit({ e: 'popup.shown', id: popup });
        return;
      case 'deliver':
        this.#feed({ kind: 'delivered', at, directive: photo });
        this.#feed({ kind: 'delivered', at, directive: popup });
        this.#feed({ kind: 'delivered', at, directive: this.#state.liveness?.open?.id ?? 'l1' });
        return;
      case 'photo-taken':
        this.#emit({ e: 'photo.taken', id: photo, h: HASH, n: 9 });
        return;
      case 'photo-failed':
        this.#emit({ e: 'photo.failed', id: photo, why: 'busy' });
        return;
      case 'photo':
        this.#feed({ kind: 'photo', at, id: photo, hash: HASH, bytes: 9 });
        return;
      case 'hold':
        this.#held ??= [];
        return;
      case 'flush':
        this.#flush();
        return;
      case 'disconnect':
        this.#feed({ kind: 'disconnected', at });
        return;
      case 'connect':
        this.#feed({ kind: 'connected', at });
        return;
      case 'tick':
        this.#feed({ kind: 'tick', at });
        return;
      case 'close':
        this.#feed({ kind: 'close', at, reason: 'closed' });
        return;
      default:
        what satisfies never;
    }
  }

  #pass(passed: number): void {
    this.#at += passed;
    this.#t += passed;
    if ((this.#s & STATE.playing) !== 0) this.#m = Math.round(this.#m + passed * this.#rate);
  }

  #seek(to: number, back: boolean): void {
    const from = this.#m;
    this.#m = to;
    this.#emit({ e: 'seek', from });
    if (!back) return;
    this.#emit({ e: 'guard', act: 'seek-bounced', v: to });
    this.#m = from;
    this.#emit({ e: 'seek', from: to });
  }

  #emit(bare: Bare): void {
    const r = this.#told && this.#rate !== 1 ? { r: Math.round(this.#rate * 1_000) } : {};
    const event = { ...bare, t: this.#t, m: this.#m, s: this.#s, ...r } as LearningEvent;
    this.#held?.push(event);
    if (this.#held === null) this.#send([event]);
  }

  #flush(): void {
    const events = this.#held ?? [];
    this.#held = null;
    if (events.length > 0) this.#send(events);
  }

  #send(events: readonly LearningEvent[]): void {
    this.#seq += 1;
    const { session } = this.#facts;
    this.#feed({ kind: 'batch', at: this.#at, batch: { v: 1, session, seq: this.#seq, prev: HASH, events } });
  }

  #feed(record: SessionRecord): void {
    this.records.push(record);
    this.#state = decide(this.#state, record).state;
  }
}
