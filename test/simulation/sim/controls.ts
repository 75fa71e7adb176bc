/** Popups, photo requests and challenges on a page, and the guard's pauses: when a control is overdue, when the page is not in front. */
import { type Directive, hasState, STATE, type Welcome } from '@zhenxue/protocol';
import { hashText } from '../../../server/src/app/hash.ts';
import { Challenge } from './challenge.ts';
import { type Page, TICK_MS } from './page.ts';

/** Milliseconds before the deadline at which the guard pauses. */
const MARGIN_MS = 500;

/** Milliseconds for which an answer that is being checked holds the deadline off. */
const CHECKING_MS = 5_000;

/** Milliseconds past the deadline after which it does not hold it off any more: less than the server's slack. */
const CHECKING_PAST_MS = 1_000;

/** Milliseconds between telling the learner and taking the photo. */
const NOTICE_MS = 1_800;

interface Asked {
  readonly directive: Extract<Directive, { kind: 'popup' | 'photo' }>;
  readonly receivedAt: number;
  answeredAt: number | null;
  wrongLeft: number;
  late: boolean;
}

/** See the file's comment. */
export class Controls {
  readonly #page: Page;
  #asked: Asked[] = [];
  #pausedHere = false;
  readonly #challenge: Challenge;
  #awaySince: number | null = null;
  #blurredSince: number | null = null;

  constructor(page: Page) {
    this.#page = page;
    this.#challenge = new Challenge(page, (paused) => {
      this.#pausedHere ||= paused;
      this.#goOn();
    });
  }

  /** Takes a directive of the server. */
  take(directive: Directive): void {
    if (directive.kind === 'popup' || directive.kind === 'photo') this.#open(directive);
    else if (directive.kind === 'liveness') this.#challenge.take(directive);
    else if (directive.kind === 'settled') this.#settle(directive.ref, directive.result);
  }

  /** Forgets what the server does not hold open any more. */
  keepOnly(welcome: Welcome): void {
    const open = new Set(welcome.pending.map(({ id }) => id));
    this.#challenge.keepOnly(open);
    this.#asked = this.#asked.filter((asked) => open.has(asked.directive.id));
    // The word about an answer may have been lost with the old connection: the learner may answer again.
    for (const asked of this.#asked) {
      if (asked.directive.kind !== 'popup' || asked.answeredAt === null) continue;
      asked.answeredAt = null;
      this.#page.after(this.#page.options.chance.int(1_500, 6_000), () => this.#answer(asked));
    }
    this.#goOn();
  }

  /** Whether the page may not play now: the guard holds it, or there is a challenge that nobody can do without. */
  holdsPlay(): boolean {
    return this.#challenge.blocks() || (this.#page.options.guarded && this.overdue());
  }

  /** Whether something is unanswered past its time. */
  overdue(): boolean {
    return this.#asked.some((asked) => this.#isOverdue(asked));
  }

  /** Playing began: the guard looks again when the next control becomes overdue. */
  watchPlaying(): void {
    for (const asked of this.#asked) this.#watch(asked);
    this.watchAway();
  }

  /** The page is hidden, in picture-in-picture or unfocused: the guard pauses at half the grace. */
  watchAway(): void {
    const page = this.#page;
    const grace = page.welcome?.grace;
    if (!page.options.guarded || grace === undefined) return;
    const away = hasState(page.bits, STATE.hidden | STATE.hiddenWitnessed | STATE.pip);
    const blurred = hasState(page.bits, STATE.unfocused) && !hasState(page.bits, STATE.hidden);
    this.#awaySince = away ? (this.#awaySince ?? page.now) : null;
    this.#blurredSince = blurred ? (this.#blurredSince ?? page.now) : null;
    this.#pauseAway(this.#awaySince, grace.hiddenMs / 2, 'paused-hidden');
    this.#pauseAway(this.#blurredSince, grace.unfocusedMs / 2, 'paused-unfocused');
  }

  #pauseAway(since: number | null, graceMs: number, act: 'paused-hidden' | 'paused-unfocused'): void {
    const page = this.#page;
    if (since === null || !page.media.playing) return;
    const still = () => (act === 'paused-hidden' ? this.#awaySince : this.#blurredSince) === since;
    page.after(Math.max(0, since + graceMs - page.now) + page.options.chance.int(0, TICK_MS), () => {
      if (!still() || !page.media.playing || page.over) return;
      page.record({ e: 'guard', act, v: page.now - since });
      page.pause('guard');
    });
  }

  #isOverdue({ directive, receivedAt, answeredAt, late }: Asked): boolean {
    const { now } = this.#page;
    if (directive.kind === 'photo' && answeredAt !== null) return late;
    const pastMs = now - receivedAt - directive.answerMs;
    if (answeredAt !== null && now - answeredAt < CHECKING_MS && pastMs < CHECKING_PAST_MS) return false;
    return late || pastMs > -MARGIN_MS;
  }

  #open(directive: Asked['directive']): void {
    const page = this.#page;
    if (page.over || this.#asked.some((asked) => asked.directive.id === directive.id)) return;
    const { habits } = page.options;
    const asked: Asked = {
      directive,
      receivedAt: page.now,
      answeredAt: null,
      wrongLeft: habits.wrongFirst(),
      late: false,
    };
    this.#asked.push(asked);
    this.#watch(asked);
    if (directive.kind === 'photo') {
      this.#planPhoto(asked);
      return;
    }
    if (habits.shows) this.#whenVisible(() => page.record({ e: 'popup.shown', id: directive.id }));
    const after = habits.popupAfterMs();
    if (after !== null) page.after(after, () => this.#whenVisible(() => this.#answer(asked)));
  }

  /** A hidden page shows and answers nothing. */
  #whenVisible(task: () => void): void {
    const page = this.#page;
    if (page.options.guarded && hasState(page.bits, STATE.hidden)) {
      page.after(1_000, () => this.#whenVisible(task));
      return;
    }
    task();
  }

  #answer(asked: Asked): void {
    const page = this.#page;
    const { directive } = asked;
    if (directive.kind !== 'popup' || page.over || !this.#asked.includes(asked)) return;
    const { challenge } = directive;
    const wrong = asked.wrongLeft > 0;
    const right = challenge.type === 'press' ? 'ok' : String(challenge.a + challenge.b);
    asked.wrongLeft -= 1;
    asked.answeredAt = page.now;
    page.record({ e: 'popup.answer', id: directive.id, a: wrong ? '0' : right });
  }

  #planPhoto(asked: Asked): void {
    const page = this.#page;
    const camera = page.options.habits.camera();
    if (camera === 'silent') return;
    const after = Math.min(NOTICE_MS, asked.directive.answerMs / 3) + page.options.chance.int(300, 3_000);
    page.after(after, () => {
      if (page.over || !this.#asked.includes(asked)) return;
      const { id } = asked.directive;
      if (camera === 'fails') {
        page.record({ e: 'photo.failed', id, why: 'busy' });
        this.#asked = this.#asked.filter((other) => other !== asked);
        return;
      }
      const bytes = page.photoBytes();
      const h = hashText(bytes);
      asked.answeredAt = page.now;
      page.record({ e: 'photo.taken', id, h, n: bytes.length });
      void page.sitting.photo(id, h, bytes);
    });
  }

  #settle(ref: string, result: 'met' | 'wrong' | 'overdue'): void {
    const page = this.#page;
    const asked = this.#asked.find(({ directive }) => directive.id === ref);
    if (asked === undefined) return;
    if (result === 'met') this.#asked = this.#asked.filter((other) => other !== asked);
    else if (result === 'overdue') asked.late = true;
    else {
      asked.answeredAt = null;
      page.after(page.options.chance.int(1_500, 6_000), () => this.#answer(asked));
    }
    if (result !== 'met') this.#pauseIfOverdue(asked);
    this.#goOn();
  }

  #watch(asked: Asked): void {
    const page = this.#page;
    if (!page.options.guarded) return;
    const left = asked.receivedAt + asked.directive.answerMs - MARGIN_MS - page.now;
    page.after(Math.max(0, left) + page.options.chance.int(1, TICK_MS), () => this.#pauseIfOverdue(asked));
  }

  #pauseIfOverdue(asked: Asked): void {
    const page = this.#page;
    if (!page.options.guarded || page.over || !this.#asked.includes(asked)) return;
    if (!this.#isOverdue(asked)) {
      const answered = asked.answeredAt;
      if (answered !== null) page.after(TICK_MS, () => this.#pauseIfOverdue(asked));
      return;
    }
    if (!page.media.playing) return;
    page.record({ e: 'guard', act: 'paused-control', v: 0 });
    page.pause('guard');
    this.#pausedHere = true;
  }

  /** What was paused for a control goes on by itself when it is met. */
  #goOn(): void {
    const page = this.#page;
    if (!this.#pausedHere || this.overdue() || this.#challenge.blocks()) return;
    this.#pausedHere = false;
    if (!hasState(page.bits, STATE.hidden)) page.play();
  }
}
