/**
 * Liveness challenges on a page. The face engine is not part of these worlds: how it will judge a person in front of a camera is the
 * learner's habit, and the result reaches the sitting as the record that a judged challenge becomes.
 */
import type { Directive } from '@zhenxue/protocol';
import type { Page } from './page.ts';

/** Milliseconds that a challenge takes, from the open camera to the last movement. */
const CHALLENGE_MS: readonly [number, number] = [4_000, 14_000];

/** Milliseconds until the learner begins it. */
const BEGIN_MS: readonly [number, number] = [800, 6_000];

/** Milliseconds after which a challenge without an answer is begun again. */
const AGAIN_MS = 20_000;

/** What becomes of a challenge on the page; `unplugged` = it says itself that there is no picture, `silent` = nothing is sent. */
export type Conduct = 'answered' | 'unplugged' | 'silent';

type LivenessDirective = Extract<Directive, { kind: 'liveness' }>;

/** The challenge that is open on a page, if any. */
export class Challenge {
  readonly #page: Page;
  readonly #over: (paused: boolean) => void;
  #open: LivenessDirective | null = null;
  #run = 0;
  #paused = false;
  #entered = false;

  /** @param over is told when a challenge is answered or withdrawn, and whether the video had been paused for it. */
  constructor(page: Page, over: (paused: boolean) => void) {
    this.#page = page;
    this.#over = over;
  }

  /** An honest page plays nothing while a challenge covers it; before the first nobody does, because nothing is credited yet. */
  blocks(): boolean {
    return this.#open !== null && this.#holds();
  }

  /** Takes a challenge over. */
  take(directive: LivenessDirective): void {
    if (this.#open?.id === directive.id) return;
    this.#open = directive;
    this.#begin(directive);
  }

  /** @param pending what the server still holds open: the answer may have been lost with the old connection. */
  keepOnly(pending: ReadonlySet<string>): void {
    const open = this.#open;
    if (open === null) return;
    if (pending.has(open.id)) this.#begin(open);
    else this.#close(open);
  }

  #holds(): boolean {
    return this.#page.options.guarded || !this.#entered;
  }

  #begin(directive: LivenessDirective): void {
    const page = this.#page;
    const { chance } = page.options;
    this.#run += 1;
    const run = this.#run;
    const still = () => this.#open === directive && this.#run === run && !page.over;
    page.after(chance.int(...BEGIN_MS), () => {
      if (!still()) return;
      const { challenge, face } = page.options.habits;
      const conduct = challenge();
      if (conduct === 'silent') this.#entered ||= !page.options.guarded;
      if (this.#holds() && page.media.playing) {
        page.record({ e: 'guard', act: 'paused-control', v: 0 });
        page.pause('guard');
        this.#paused = true;
      }
      if (conduct === 'silent') return;
      if (conduct === 'unplugged') {
        page.record({
          e: 'photo.failed',
          id: directive.id,
          why: chance.pick(['denied', 'no-camera', 'busy']),
        });
        this.#close(directive);
        return;
      }
      page.after(chance.int(...CHALLENGE_MS), () => {
        if (!still()) return;
        page.options.wire.judge(page.host, directive.id, face, () => this.#close(directive));
        page.after(AGAIN_MS, () => {
          if (still()) this.#begin(directive);
        });
      });
    });
  }

  #close(directive: LivenessDirective): void {
    if (this.#open !== directive) return;
    this.#open = null;
    this.#entered = true;
    const paused = this.#paused;
    this.#paused = false;
    this.#over(paused);
  }
}
