/**
 * A sitting on paper: a page, a video and a clock that tests move by hand. It speaks the protocol to the pure engine and
 * keeps every record, so that a test can also replay them.
 */
import {
  BEAT_MS,
  type Directive,
  type Finding,
  type LearningEvent,
  STATE,
  type Verdict,
} from '@zhenxue/protocol';
import type { PolicyPack } from '../../server/src/core/policy/pack.ts';
import { POLICY_PACKS } from '../../server/src/core/policy/packs.ts';
import { decide, openSession } from '../../server/src/core/session/engine.ts';
import type { SessionRecord, SittingFacts } from '../../server/src/core/session/records.ts';
import type { SessionState } from '../../server/src/core/session/state.ts';
import { verdictOf } from '../../server/src/core/verdict/verdict.ts';

/** 2026-03-02 09:00 in Shanghai. */
export const OPENED_AT: number = Date.UTC(2026, 2, 2, 1, 0, 0);

/** A shipped pack. */
export function packOf(id: string): PolicyPack {
  const pack = POLICY_PACKS.get(id);
  if (pack === undefined) throw new Error(`no pack ${id}`);
  return pack;
}

/** Facts of a ten-minute lesson under the full pack, with parts replaced. */
export function factsOf(parts: Partial<SittingFacts> = {}): SittingFacts {
  return {
    session: '01890000-0000-7000-8000-000000000001',
    platform: 'platform-1',
    learner: 'learner-1',
    course: 'course-1',
    lesson: 'lesson-1',
    videoMs: 600_000,
    guard: 'enforce',
    pack: packOf('zz-2022-2'),
    packHash: 'A'.repeat(43),
    priorCovered: [],
    seed: '5a'.repeat(32),
    ...parts,
  };
}

/** Time from a popup's arrival to its showing, ms. */
const SHOWN_AFTER_MS = 250;

/** How the page behaves. */
export interface SittingOptions {
  readonly facts?: Partial<SittingFacts>;
  /** Answers popups and photo requests by itself after this long. */
  readonly answerAfterMs?: number;
  /** What it does not answer. */
  readonly ignores?: readonly Directive['kind'][];
  /** Media position of the first page, ms. */
  readonly startM?: number;
  /** Delay of every batch, ms. */
  readonly delayMs?: number;
  /** What the page claims as its rate, thousandths; null = the truth. */
  readonly claimedRate?: number | null;
}

type Extra<T> = T extends LearningEvent ? Omit<T, 't' | 'm' | 's' | 'r'> : never;

/** See the file's comment. Times are ms. */
export class Sitting {
  readonly facts: SittingFacts;
  readonly records: SessionRecord[] = [];
  readonly directives: Directive[] = [];
  readonly findings = new Map<string, Finding>();
  state: SessionState;
  t = 0;
  m = 0;
  bits = 0;
  rate = 1;
  private readonly options: Required<Omit<SittingOptions, 'facts'>>;
  private seq = 0;
  private beatIn = BEAT_MS;
  private toShow: { at: number; id: string }[] = [];
  private toAnswer: { at: number; directive: Directive }[] = [];

  constructor(options: SittingOptions = {}) {
    this.facts = factsOf(options.facts);
    this.options = {
      answerAfterMs: 3_000,
      startM: 0,
      ignores: [],
      delayMs: 40,
      claimedRate: null,
      ...options,
    };
    this.m = this.options.startM;
    this.state = openSession(this.facts, OPENED_AT);
    this.records.push({ kind: 'open', at: OPENED_AT, facts: this.facts });
    this.feed({ kind: 'connected', at: OPENED_AT });
    this.emit({ e: 'open', d: this.facts.videoMs, build: 'test/1' });
  }

  /** Server time now. */
  get now(): number {
    return OPENED_AT + this.t + this.options.delayMs;
  }

  /** Feeds a record and lets the page take the directives. */
  feed(record: SessionRecord): void {
    this.records.push(record);
    const decision = decide(this.state, record);
    this.state = decision.state;
    for (const finding of decision.findings) this.findings.set(finding.id, finding);
    for (const directive of decision.directives) this.receive(directive, record.at);
  }

  private receive(directive: Directive, at: number): void {
    this.directives.push(directive);
    if (directive.kind !== 'popup' && directive.kind !== 'photo') return;
    this.feed({ kind: 'delivered', at, directive: directive.id });
    if (!this.options.ignores.includes(directive.kind)) {
      // People take a little longer one time than another.
      const hesitation = (this.directives.length * 137) % 400;
      this.toAnswer.push({ at: this.t + this.options.answerAfterMs + hesitation, directive });
      if (directive.kind === 'popup') this.toShow.push({ at: this.t + SHOWN_AFTER_MS, id: directive.id });
    }
  }

  /** Sends one event at this instant. */
  emit(extra: Extra<LearningEvent>, at: number = this.now): void {
    const claimed = this.options.claimedRate ?? Math.round(this.rate * 1_000);
    const sample = {
      t: this.t,
      m: Math.round(this.m),
      s: this.bits,
      ...(claimed === 1_000 ? {} : { r: claimed }),
    };
    const event = { ...extra, ...sample } as LearningEvent;
    this.seq += 1;
    const batch = { v: 1, session: this.facts.session, seq: this.seq, prev: 'A'.repeat(43), events: [event] };
    this.feed({ kind: 'batch', at, batch });
  }

  /** Lets time pass: the video plays, beats are sent, controls are answered. */
  run(ms: number): this {
    const end = this.t + ms;
    while (this.t < end && this.state.ended === null) {
      const next = Math.min(...[...this.toAnswer, ...this.toShow].map((item) => item.at));
      const step = Math.max(1, Math.min(end - this.t, this.beatIn, next - this.t));
      this.pass(step);
      this.answerDue();
      if (this.beatIn <= 0) {
        this.beatIn = BEAT_MS;
        this.emit({ e: 'beat' });
      }
      this.tick();
    }
    return this;
  }

  /** Lets time pass until something holds. @throws when it does not within an hour. */
  until(holds: () => boolean): this {
    for (let second = 0; second < 3_600; second += 1) {
      if (holds()) return this;
      this.run(1_000);
    }
    throw new Error('what was waited for did not come within an hour');
  }

  /** Whether a directive of a kind was received. */
  got(kind: Directive['kind']): boolean {
    return this.directives.some((directive) => directive.kind === kind);
  }

  private pass(ms: number): void {
    this.t += ms;
    this.beatIn -= ms;
    if (!this.has(STATE.playing)) return;
    this.m += ms * this.rate;
    if (this.m < this.facts.videoMs) return;
    this.m = this.facts.videoMs;
    this.bits = (this.bits & ~STATE.playing) | STATE.ended;
    this.emit({ e: 'ended' });
  }

  private answerDue(): void {
    const shown = this.toShow.filter((item) => item.at <= this.t);
    this.toShow = this.toShow.filter((item) => item.at > this.t);
    for (const { id } of shown) this.emit({ e: 'popup.shown', id });
    const due = this.toAnswer.filter((item) => item.at <= this.t);
    this.toAnswer = this.toAnswer.filter((item) => item.at > this.t);
    for (const { directive } of due) this.answer(directive);
  }

  /** Answers a popup rightly, or sends and stores a photo. */
  answer(directive: Directive): void {
    if (directive.kind === 'popup') {
      const { challenge } = directive;
      this.emit({
        e: 'popup.answer',
        id: directive.id,
        a: challenge.type === 'press' ? 'ok' : `${challenge.a + challenge.b}`,
      });
    } else if (directive.kind === 'photo') {
      this.emit({ e: 'photo.taken', id: directive.id, h: 'B'.repeat(43), n: 9 });
      this.feed({ kind: 'photo', at: this.now, id: directive.id, hash: 'C'.repeat(43), bytes: 9 });
    }
  }

  private tick(): void {
    if (this.state.ended === null) this.feed({ kind: 'tick', at: this.now });
  }

  has(bit: number): boolean {
    return (this.bits & bit) !== 0;
  }

  play(): this {
    this.bits |= STATE.playing;
    this.emit({ e: 'play' });
    return this;
  }

  pause(): this {
    this.bits &= ~STATE.playing;
    this.emit({ e: 'pause', by: 'page' });
    return this;
  }

  setRate(rate: number): this {
    this.rate = rate;
    this.emit({ e: 'rate' });
    return this;
  }

  seek(to: number): this {
    const from = Math.round(this.m);
    this.m = to;
    this.bits &= ~STATE.ended;
    this.emit({ e: 'seek', from });
    return this;
  }

  /** Sets or clears state bits and says so. */
  set(bit: number, on: boolean, e: 'visibility' | 'focus' | 'pip'): this {
    this.bits = on ? this.bits | bit : this.bits & ~bit;
    this.emit({ e });
    return this;
  }

  disconnect(): this {
    this.feed({ kind: 'disconnected', at: this.now });
    return this;
  }

  get verdict(): Verdict {
    return verdictOf(this.state);
  }

  /** Findings of a severity, as `rule/kind`. */
  kinds(severity: Finding['severity']): string[] {
    return this.verdict.findings.filter((f) => f.severity === severity).map((f) => `${f.rule}/${f.kind}`);
  }
}

/** Decides all records again from the beginning. */
export function replay(records: readonly SessionRecord[]): SessionState {
  const [first, ...rest] = records;
  if (first?.kind !== 'open') throw new Error('a sitting begins with its open record');
  return rest.reduce((state, record) => decide(state, record).state, openSession(first.facts, first.at));
}
