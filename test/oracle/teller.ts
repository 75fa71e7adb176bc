/** Plays acts against the engine and writes down what a server would have recorded. */
import { type LearningEvent, STATE } from '@zhenxue/protocol';
import { decide, openSession } from '../../server/src/core/session/engine.ts';
import type { SessionRecord, SittingFacts } from '../../server/src/core/session/records.ts';
import { rightAnswer } from './schedule.ts';
import type { Act } from './sittings.ts';

const HASH = 'A'.repeat(43);

type Bare = LearningEvent extends infer E
  ? E extends LearningEvent
    ? Omit<E, 't' | 'm' | 's' | 'r'>
    : never
  : never;

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
