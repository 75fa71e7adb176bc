/**
 * Liveness challenges of a sitting: consent, explanation, the attempt, its result, another try. The server draws the steps and judges;
 * whatever happens here, the camera is off once an attempt is over. Loaded with the first challenge.
 */
import type { CaptureProblem, Directive, PhotoFailure } from '@zhenxue/protocol';
import type { Happening } from '../../monitor/sampler.ts';
import type { Notice } from '../../screen/layer/notice.ts';
import type { Lang } from '../../screen/texts.ts';
import type { ConsentDesk } from '../consent.ts';
import { captureProblemsOf } from '../problem-texts.ts';
import { createVoice, type Voice } from '../speech.ts';
import { cameraTextsOf } from '../texts.ts';
import { type Attempt, type ChallengeOptions, runChallenge } from './challenge.ts';
import { type LivenessView, type LivenessViewOptions, openLivenessView } from './liveness-view.ts';
import { livenessTextsOf } from './texts.ts';

/** A request for a challenge. */
export type LivenessDirective = Extract<Directive, { kind: 'liveness' }>;

/** Milliseconds before the deadline at which playback is paused already. */
const MARGIN_MS = 500;

/** Milliseconds that a result may take. */
const RESULT_MS = 30_000;

/** Milliseconds that a good result stays on screen. */
const MET_MS = 1_800;

/** The challenges of a sitting. */
export interface LivenessDesk {
  /** @param receivedAt time of the evidence clock, ms; default now */
  open(directive: LivenessDirective, receivedAt?: number): void;
  settle(ref: string, result: 'met' | 'wrong' | 'overdue', why?: CaptureProblem): void;
  keepOnly(ids: ReadonlySet<string>): void;
  overdue(now: number): boolean;
  stop(): void;
}

/** What the desk needs. */
export interface LivenessDeskOptions
  extends Pick<ChallengeOptions, 'openCamera' | 'schedule' | 'call' | 'onPrompt' | 'sessionNow'> {
  readonly container: HTMLElement;
  readonly lang: Lang;
  readonly video: HTMLVideoElement;
  readonly notice: Notice;
  readonly consent: Pick<ConsentDesk, 'ask' | 'reopen'>;
  readonly last: () => number;
  readonly record: (happening: Happening) => void;
  /** Default: the browser's voice. */
  readonly voice?: Voice;
  /** Default: the real attempt and view. */
  readonly run?: typeof runChallenge;
  readonly openLiveness?: (options: LivenessViewOptions) => LivenessView;
}

interface Request {
  readonly directive: LivenessDirective;
  readonly receivedAt: number;
  late: boolean;
  /** Judged and not passed: the server may have closed it, and asks anew when it wants to. */
  judged: boolean;
  /** What the camera failed with, last. */
  failed: PhotoFailure | null;
}

interface Shown {
  request: Request;
  readonly view: LivenessView;
  attempt: AbortController | null;
  stopTimer: () => void;
  readonly resume: boolean;
}

class OpenLivenessDesk implements LivenessDesk {
  readonly #options: LivenessDeskOptions;
  readonly #voice: Voice;
  #requests: Request[] = [];
  #shown: Shown | null = null;
  #asking = false;
  #stopped = false;

  constructor(options: LivenessDeskOptions) {
    this.#options = options;
    this.#voice = options.voice ?? createVoice(options.lang);
  }

  open(directive: LivenessDirective, receivedAt: number = this.#options.last()): void {
    if (this.#stopped || this.#requests.some((request) => request.directive.id === directive.id)) return;
    const request = { directive, receivedAt, late: false, judged: false, failed: null };
    // The server has one open at a time: what was judged before is over.
    this.#requests = [...this.#requests.filter(({ judged }) => !judged), request];
    if (this.#shown?.request.judged === true) this.#shown.request = request;
    void this.#show(request);
  }

  settle(ref: string, result: 'met' | 'wrong' | 'overdue', why?: CaptureProblem): void {
    const shown = this.#shown;
    const mine = this.#requests.find(({ directive }) => directive.id === ref);
    if (result === 'overdue') {
      if (mine !== undefined) mine.late = true;
      if (shown === null && mine !== undefined) this.#remind(mine);
      return;
    }
    if (result === 'met') {
      this.#requests = this.#requests.filter((request) => request !== mine);
      if (shown !== null && shown.request === mine) this.#met(shown);
      return;
    }
    if (mine === undefined) return;
    mine.judged = true;
    // The next request may have come before the result of this one.
    if (shown?.request === mine)
      this.#again(shown, captureProblemsOf(this.#options.lang)[why ?? 'not-recognised']);
  }

  keepOnly(ids: ReadonlySet<string>): void {
    this.#requests = this.#requests.filter(({ directive }) => ids.has(directive.id));
    if (this.#shown !== null && !this.#requests.includes(this.#shown.request)) this.#close();
  }

  overdue(now: number): boolean {
    return this.#requests.some(
      ({ directive, receivedAt, late, judged }) =>
        !judged && (late || now - receivedAt > directive.answerMs - MARGIN_MS),
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#requests = [];
    this.#close();
  }

  async #show(request: Request): Promise<void> {
    if (this.#shown !== null || this.#asking || this.#stopped) return;
    const { consent, notice, lang, video } = this.#options;
    const resume = !video.paused;
    if (resume) video.pause();
    this.#asking = true;
    const scopes = await consent.ask();
    this.#asking = false;
    const agreed = scopes.includes('camera') && scopes.includes('comparison');
    if (agreed && !this.#stopped && this.#requests.includes(request)) return this.#openView(request, resume);
    if (resume) void video.play().catch(() => undefined);
    if (this.#stopped || agreed) return;
    // Told so, the server closes the challenge by itself.
    this.#forget(request);
    const reconsider = cameraTextsOf(lang).reconsider;
    notice.show(livenessTextsOf(lang).notAgreed, { label: reconsider, run: () => void consent.reopen() });
  }

  #openView(request: Request, resume: boolean): void {
    const { container, lang, openLiveness } = this.#options;
    const texts = livenessTextsOf(lang);
    const view = (openLiveness ?? openLivenessView)({
      ...{ container, lang, texts, voice: this.#voice },
      cancel: () => this.#later(),
    });
    const shown: Shown = { request, view, attempt: null, stopTimer: () => undefined, resume };
    this.#shown = shown;
    view.act(this.#choices(shown, texts.livenessStart));
  }

  #choices(shown: Shown, label: string): Parameters<LivenessView['act']>[0] {
    return [
      { label, run: () => void this.#attempt(shown) },
      {
        label: livenessTextsOf(this.#options.lang).livenessLater,
        plain: true,
        run: () => this.#later(),
      },
    ];
  }

  async #attempt(shown: Shown): Promise<void> {
    if (shown.attempt !== null || this.#shown !== shown) return;
    const texts = livenessTextsOf(this.#options.lang);
    const problems = captureProblemsOf(this.#options.lang);
    const attempt = new AbortController();
    shown.attempt = attempt;
    const { view, request } = shown;
    view.act([]);
    view.say(cameraTextsOf(this.#options.lang).testWait);
    const result = await (this.#options.run ?? runChallenge)({
      ...this.#options,
      id: request.directive.id,
      preview: view.preview,
      aborted: attempt.signal,
      opened: () => {
        view.say('');
        view.live(true);
      },
      step: view.step,
      light: (problem) => view.say(problem === null ? '' : problems[problem], problem !== null),
      busy: () => view.say(texts.livenessBusy),
    });
    if (this.#shown !== shown || shown.attempt !== attempt) return;
    shown.attempt = null;
    this.#tried(shown, result);
  }

  /** What an attempt came to, as far as the page knows. */
  #tried(shown: Shown, result: Attempt): void {
    const { lang } = this.#options;
    const texts = livenessTextsOf(lang);
    const { view, request } = shown;
    if (result.kind === 'done') {
      view.act([]);
      view.say(texts.steps.done);
      shown.stopTimer = this.#options.schedule(RESULT_MS, () => this.#again(shown, texts.livenessLost));
    } else if (result.kind === 'camera') {
      request.failed = result.why;
      this.#again(shown, cameraTextsOf(lang).problems[result.why]);
    } else if (result.kind === 'lost') this.#again(shown, texts.livenessLost);
    else if (result.kind === 'refused' && result.code === 'challenge-void') {
      this.#forget(request);
      this.#over(shown, texts.livenessGone);
    } else if (result.kind === 'refused' && result.code === 'not-enrolled')
      this.#again(shown, texts.notEnrolled);
    else if (result.kind === 'refused')
      this.#again(shown, result.code === 'consent-required' ? texts.notAgreed : texts.livenessBusy);
  }

  /** Not passed: says why, and lets the learner try again, with a newer request where there is one. */
  #again(shown: Shown, text: string): void {
    shown.attempt?.abort();
    shown.attempt = null;
    shown.stopTimer();
    const newest = this.#requests.at(-1);
    if (shown.request.judged && newest !== undefined) shown.request = newest;
    shown.view.live(false);
    shown.view.act(this.#choices(shown, livenessTextsOf(this.#options.lang).retry));
    shown.view.say(text, true);
  }

  #met(shown: Shown): void {
    this.#over(shown, livenessTextsOf(this.#options.lang).livenessMet, false);
    shown.stopTimer = this.#options.schedule(MET_MS, () => {
      if (this.#shown === shown) this.#close();
    });
  }

  /** Nothing more is to be done: one button closes. */
  #over(shown: Shown, text: string, bad = true): void {
    shown.attempt?.abort();
    shown.attempt = null;
    shown.stopTimer();
    shown.view.live(false);
    shown.view.act([{ label: cameraTextsOf(this.#options.lang).close, run: () => this.#close() }]);
    shown.view.say(text, bad);
  }

  /** The learner leaves it for now. A camera that failed is told, so that the server asks anew at another instant. */
  #later(): void {
    const request = this.#shown?.request;
    this.#close();
    if (request === undefined || !this.#requests.includes(request)) return;
    if (request.failed !== null) {
      this.#options.record({ e: 'photo.failed', id: request.directive.id, why: request.failed });
      this.#forget(request);
    } else if (request.judged) this.#forget(request);
    else this.#remind(request);
  }

  #remind(request: Request): void {
    const texts = livenessTextsOf(this.#options.lang);
    const text = request.late ? texts.livenessOverdue : texts.livenessOpen;
    this.#options.notice.show(text, { label: texts.livenessStart, run: () => void this.#show(request) });
  }

  #forget(request: Request): void {
    this.#requests = this.#requests.filter((other) => other !== request);
  }

  #close(): void {
    const shown = this.#shown;
    if (shown === null) return;
    this.#shown = null;
    shown.stopTimer();
    shown.attempt?.abort();
    this.#voice.stop();
    shown.view.close();
    if (shown.resume && !this.#stopped) void this.#options.video.play().catch(() => undefined);
  }
}

/** Creates an empty desk. */
export function createLivenessDesk(options: LivenessDeskOptions): LivenessDesk {
  return new OpenLivenessDesk(options);
}
