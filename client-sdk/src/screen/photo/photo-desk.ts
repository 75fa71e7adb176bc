/**
 * Photo requests of a sitting: ask for consent once, count down, take the photo, report it, hand the bytes over. A request that
 * cannot be met is reported and let go, so that the server asks anew: it must never pause a lesson for good.
 */
import type { CaptureProblem, Directive, PhotoFailure } from '@zhenxue/protocol';
import type { Schedule } from '../../core/effects.ts';
import type { Happening } from '../../monitor/sampler.ts';
import type { Notice } from '../layer/notice.ts';
import type { Texts } from '../texts.ts';
import { type OpenCamera, takePhoto } from './capture.ts';

/** A photo request. */
export type PhotoDirective = Extract<Directive, { kind: 'photo' }>;

/** Milliseconds between telling the learner and opening the camera, at most; counted down in seconds. */
const COUNTDOWN_MS = 3_000;

/** Milliseconds before the deadline at which playback is paused already. */
const MARGIN_MS = 500;

/** Milliseconds before that at which a request still waiting for consent is let go. */
const LET_GO_MS = 500;

/** The photo requests of a sitting. */
export interface PhotoDesk {
  /** @param receivedAt time of the evidence clock, ms; default now */
  open(directive: PhotoDirective, receivedAt?: number): void;
  settle(ref: string, result: 'met' | 'wrong' | 'overdue', why?: CaptureProblem): void;
  keepOnly(ids: ReadonlySet<string>): void;
  overdue(now: number): boolean;
  stop(): void;
}

/** What the desk needs. */
export interface PhotoDeskOptions {
  readonly doc: Document;
  readonly texts: Texts;
  readonly notice: Notice;
  readonly openCamera: OpenCamera;
  readonly schedule: Schedule;
  readonly last: () => number;
  readonly record: (happening: Happening) => void;
  readonly hash: (bytes: Uint8Array) => string;
  readonly bytesMax: number;
  readonly upload: (id: string, h: string, bytes: Uint8Array) => void;
  /** Whether photos are agreed to; asks the learner when that is not known. */
  readonly agreed: () => Promise<boolean>;
  /** Asks again after a refusal. */
  readonly reconsider: () => void;
  /** Default: the real camera. */
  readonly take?: typeof takePhoto;
}

interface Request {
  readonly directive: PhotoDirective;
  readonly receivedAt: number;
  taken: boolean;
  late: boolean;
  told: boolean;
}

function failureText(texts: Texts, why: PhotoFailure): string {
  switch (why) {
    case 'denied':
      return texts.photoDenied;
    case 'no-camera':
      return texts.photoNoCamera;
    case 'busy':
      return texts.photoBusy;
    case 'error':
      return texts.photoError;
    default:
      return why satisfies never;
  }
}

function isOverdue({ directive, receivedAt, taken, late }: Request, now: number): boolean {
  return late || (!taken && now - receivedAt > directive.answerMs - MARGIN_MS);
}

class OpenPhotoDesk implements PhotoDesk {
  readonly #options: PhotoDeskOptions;
  #requests: Request[] = [];
  #busy = false;
  #stopped = false;
  #stopTimer: () => void = () => undefined;

  constructor(options: PhotoDeskOptions) {
    this.#options = options;
  }

  open(directive: PhotoDirective, receivedAt: number = this.#options.last()): void {
    if (this.#stopped || this.#requests.some((request) => request.directive.id === directive.id)) return;
    this.#requests.push({ directive, receivedAt, taken: false, late: false, told: false });
    void this.#next();
  }

  settle(ref: string, result: 'met' | 'wrong' | 'overdue', why?: CaptureProblem): void {
    const request = this.#requests.find(({ directive }) => directive.id === ref);
    if (request === undefined) return;
    if (result === 'met') {
      this.#forget(request);
      return;
    }
    const { texts, notice } = this.#options;
    request.taken = false;
    if (result === 'overdue') request.late = true;
    const text =
      result === 'overdue' ? texts.photoOverdue : (why && texts.photoProblems[why]) || texts.photoError;
    notice.show(text, { label: texts.photoAgain, run: () => void this.#again(request) });
  }

  keepOnly(ids: ReadonlySet<string>): void {
    this.#requests = this.#requests.filter(({ directive }) => ids.has(directive.id));
  }

  overdue(now: number): boolean {
    return this.#requests.some((request) => isOverdue(request, now));
  }

  stop(): void {
    this.#stopped = true;
    this.#stopTimer();
    this.#requests = [];
  }

  #forget(request: Request): void {
    this.#requests = this.#requests.filter((other) => other !== request);
  }

  #wanted(request: Request): boolean {
    return !this.#stopped && this.#requests.includes(request);
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#stopTimer = this.#options.schedule(delayMs, resolve);
    });
  }

  /** Serves the requests one after the other. */
  async #next(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let request = this.#untold(); request !== undefined; request = this.#untold()) {
      request.told = true;
      await this.#serve(request);
    }
    this.#busy = false;
  }

  #untold(): Request | undefined {
    return this.#stopped ? undefined : this.#requests.find(({ told }) => !told);
  }

  async #serve(request: Request): Promise<void> {
    const agreed = await this.#agreedInTime(request);
    if (!this.#wanted(request)) return;
    if (agreed !== 'yes') return this.#fail(request, agreed === 'no' ? 'denied' : 'error', agreed);
    await this.#countDown(request);
    if (this.#wanted(request)) await this.#capture(request);
  }

  /** `late`: nothing was decided while there was time. */
  async #agreedInTime({ directive, receivedAt }: Request): Promise<'yes' | 'no' | 'late'> {
    const leftMs = directive.answerMs - MARGIN_MS - LET_GO_MS - (this.#options.last() - receivedAt);
    const asked = this.#options.agreed().then((yes) => (yes ? 'yes' : 'no'));
    const answer = await Promise.race([asked, this.#wait(Math.max(0, leftMs)).then(() => 'late' as const)]);
    this.#stopTimer();
    return answer;
  }

  async #countDown({ directive }: Request): Promise<void> {
    const { texts, notice } = this.#options;
    const wholeMs = Math.min(COUNTDOWN_MS, directive.answerMs / 3);
    for (let leftMs = wholeMs; leftMs > 0 && !this.#stopped; leftMs -= 1_000) {
      notice.show(texts.photoSoon, undefined, Math.ceil(leftMs / 1_000));
      await this.#wait(Math.min(1_000, leftMs));
    }
  }

  async #again(request: Request): Promise<void> {
    if (this.#busy || !this.#wanted(request)) return;
    this.#busy = true;
    if (await this.#options.agreed()) await this.#capture(request);
    this.#busy = false;
    void this.#next();
  }

  async #capture(request: Request): Promise<void> {
    const options = this.#options;
    const { id } = request.directive;
    const photo = await (options.take ?? takePhoto)(options);
    if (this.#stopped) return;
    if (!photo.ok) return this.#fail(request, photo.why, 'yes');
    const h = options.hash(photo.bytes);
    request.taken = true;
    options.record({ e: 'photo.taken', id, h, n: photo.bytes.length });
    options.upload(id, h, photo.bytes);
    options.notice.show(options.texts.photoTaken);
  }

  /** Told so, the server closes this request and asks anew at another instant: kept, it would only become overdue. */
  #fail(request: Request, why: PhotoFailure, agreed: 'yes' | 'no' | 'late'): void {
    const { record, notice, texts, reconsider } = this.#options;
    record({ e: 'photo.failed', id: request.directive.id, why });
    this.#forget(request);
    if (agreed === 'no') notice.show(texts.photoDeclined, { label: texts.photoReconsider, run: reconsider });
    else if (agreed === 'yes') notice.show(failureText(texts, why));
  }
}

/** Creates an empty desk. */
export function createPhotoDesk(options: PhotoDeskOptions): PhotoDesk {
  return new OpenPhotoDesk(options);
}
