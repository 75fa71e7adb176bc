/**
 * @zhenxue/client-sdk/enrolment — the guided page on which a learner's photos are taken before the first lesson: consent, then one
 * photo after the other, each judged by the server at once. The camera is on only while the dialog with the preview is open.
 */
import { CAMERA_NOTICE, type CameraNotice, PHOTO_BYTES_MAX } from '@zhenxue/protocol';
import { createConsentDesk, SCOPES } from '../camera/consent.ts';
import { openDialog } from '../camera/dialog.ts';
import { captureProblemsOf } from '../camera/problem-texts.ts';
import { cameraTextsOf } from '../camera/texts.ts';
import { CONSTRAINTS, createGrabber, createPreview, release, showStream } from '../camera/video-frame.ts';
import type { Schedule } from '../core/effects.ts';
import { timerSchedule } from '../effects/timer-schedule.ts';
import { element } from '../screen/layer/element.ts';
import { failureOf, type OpenCamera } from '../screen/photo/capture.ts';
import type { Lang } from '../screen/texts.ts';
import { createEnrolmentApi, type EnrolmentAnswer, type EnrolmentPlace } from './enrolment-api.ts';
import { enrolmentTextsOf, POSES } from './texts.ts';

/** Pixels of a photo at most. */
const WIDTH_PX = 1_280;
const HEIGHT_PX = 960;

/** Times that a busy server is sent the same photo. */
const TRIES_MAX = 5;

/** Milliseconds that the good end stays on screen. */
const COMPLETE_MS = 1_800;

/** Result of an enrolment; the platform's backend asks the server for the one that counts. */
export type EnrolmentResult = 'complete' | 'declined' | 'cancelled' | 'expired';

/** How an enrolment is shown. */
export interface EnrolmentOptions extends EnrolmentPlace {
  /** Where the dialogs are attached; default: the page's body. */
  readonly container?: HTMLElement;
  /** Default: by the page's `lang`, else Chinese. */
  readonly lang?: Lang;
  /** `platform`: the platform has asked and told the server; default `ask`. */
  readonly consent?: 'ask' | 'platform';
  readonly cameraNotice?: CameraNotice;
  readonly openCamera?: OpenCamera;
  readonly schedule?: Schedule;
}

/** A running enrolment. */
export interface Enrolment {
  readonly done: Promise<EnrolmentResult>;
  /** Closes everything and stops the camera; `done` becomes `cancelled`. */
  stop(): void;
}

interface Setting extends EnrolmentOptions {
  readonly container: HTMLElement;
  readonly lang: Lang;
  readonly schedule: Schedule;
  readonly openCamera: OpenCamera;
}

function settingOf(options: EnrolmentOptions): Setting {
  const container = options.container ?? document.body;
  const wanted = options.lang ?? container.ownerDocument.documentElement.lang;
  return {
    openCamera: (constraints) => navigator.mediaDevices.getUserMedia(constraints),
    schedule: timerSchedule,
    ...options,
    container,
    lang: wanted.toLowerCase().startsWith('en') ? 'en' : 'zh-CN',
  };
}

/** Which photo is next, and what has been taken. */
interface Progress {
  next: number;
  readonly photosMin: number;
  readonly taken: Set<number>;
}

/** The lowest photo that is missing. */
function missing(progress: Progress): number {
  let n = 0;
  while (progress.taken.has(n)) n += 1;
  return n;
}

class PhotoDialog {
  readonly #setting: Setting;
  readonly #progress: Progress;
  readonly #ended: (result: EnrolmentResult) => void;
  readonly #preview: HTMLVideoElement;
  readonly #line: HTMLElement;
  readonly #dialog: ReturnType<typeof openDialog>;
  readonly #api: ReturnType<typeof createEnrolmentApi>;
  #stream: MediaStream | null = null;
  #over = false;

  constructor(setting: Setting, progress: Progress, ended: (result: EnrolmentResult) => void) {
    this.#setting = setting;
    this.#progress = progress;
    this.#ended = ended;
    this.#api = createEnrolmentApi(setting);
    const doc = setting.container.ownerDocument;
    const texts = enrolmentTextsOf(setting.lang);
    this.#preview = createPreview(doc);
    this.#line = element(doc, 'div', { class: 'step', role: 'status' });
    this.#dialog = openDialog({
      ...setting,
      name: 'enrolment',
      title: texts.title,
      body: [this.#line, this.#preview, element(doc, 'p', {}, texts.advice)],
      actions: [],
      onEscape: () => this.close('cancelled'),
    });
    void this.#camera();
  }

  close(result: EnrolmentResult): void {
    if (this.#over) return;
    this.#over = true;
    release(this.#stream, this.#preview);
    this.#dialog.close();
    this.#ended(result);
  }

  /** Opens the camera and asks for the next photo. */
  async #camera(): Promise<void> {
    const { lang, openCamera, schedule } = this.#setting;
    const texts = cameraTextsOf(lang);
    this.#dialog.say(texts.testWait);
    try {
      this.#stream = await openCamera(CONSTRAINTS);
      if (this.#over) return release(this.#stream, this.#preview);
      await showStream(this.#preview, this.#stream, schedule);
      if (!this.#over) this.#ask('');
    } catch (cause) {
      release(this.#stream, this.#preview);
      if (this.#over) return;
      this.#dialog.act([{ label: texts.again, run: () => void this.#camera() }, this.#cancel()]);
      this.#dialog.say(texts.problems[failureOf(cause)], true);
    }
  }

  #cancel(): { label: string; plain: true; run: () => void } {
    const { cancel } = enrolmentTextsOf(this.#setting.lang);
    return { label: cancel, plain: true, run: () => this.close('cancelled') };
  }

  #ask(said: string, bad = false): void {
    const { next, photosMin } = this.#progress;
    const texts = enrolmentTextsOf(this.#setting.lang);
    const pose = POSES[next % POSES.length] ?? 'front';
    const count = texts.count(next + 1, Math.max(photosMin, next + 1));
    this.#line.textContent = `${count} · ${texts.poses[pose]}`;
    this.#dialog.act([{ label: texts.take, run: () => void this.#take() }, this.#cancel()]);
    this.#dialog.root.querySelector<HTMLElement>('.acts button')?.focus({ preventScroll: true });
    this.#dialog.say(said, bad);
  }

  async #take(): Promise<void> {
    const { lang } = this.#setting;
    const { next } = this.#progress;
    this.#dialog.act([this.#cancel()]);
    this.#dialog.say(enrolmentTextsOf(lang).sending);
    const bytes = await createGrabber(this.#preview, WIDTH_PX, HEIGHT_PX).jpeg(PHOTO_BYTES_MAX);
    if (bytes === null) return this.#ask(cameraTextsOf(lang).problems.error, true);
    const answer = await this.#patiently(() => this.#api.photo(next, bytes));
    if (!this.#over) await this.#answered(answer);
  }

  /** A busy server is sent the same again: nothing is lost by waiting. */
  async #patiently(send: () => Promise<EnrolmentAnswer>): Promise<EnrolmentAnswer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await send();
      const { retryMs } = { retryMs: undefined, ...answer } as { retryMs: number | undefined };
      if (retryMs === undefined || tries >= TRIES_MAX || this.#over) return answer;
      await new Promise<void>((resolve) => void this.#setting.schedule(retryMs, resolve));
    }
  }

  async #answered(answer: EnrolmentAnswer): Promise<void> {
    const texts = enrolmentTextsOf(this.#setting.lang);
    const progress = this.#progress;
    if (answer.kind === 'taken') {
      progress.taken.add(progress.next);
      progress.next = missing(progress);
      if (progress.taken.size < progress.photosMin) return this.#ask(texts.good);
      const whole = await this.#patiently(this.#api.complete);
      if (!this.#over) await this.#answered(whole);
    } else if (answer.kind === 'problem')
      this.#ask(captureProblemsOf(this.#setting.lang)[answer.problem], true);
    else if (answer.kind === 'complete') this.#complete();
    else if (answer.kind === 'incomplete') {
      if (answer.photo !== null) progress.taken.delete(answer.photo);
      progress.next = answer.photo ?? missing(progress);
      this.#ask(answer.problem === 'different-people' ? texts.different : texts.unusable, true);
    } else if (answer.code.startsWith('ticket-')) this.#expired();
    else this.#ask(texts.unreachable, true);
  }

  #complete(): void {
    release(this.#stream, this.#preview);
    this.#dialog.act([]);
    this.#dialog.say(enrolmentTextsOf(this.#setting.lang).complete);
    this.#setting.schedule(COMPLETE_MS, () => this.close('complete'));
  }

  #expired(): void {
    release(this.#stream, this.#preview);
    this.#dialog.act([{ label: cameraTextsOf(this.#setting.lang).close, run: () => this.close('expired') }]);
    this.#dialog.say(enrolmentTextsOf(this.#setting.lang).expired, true);
  }
}

/**
 * Begins an enrolment on this page. `enrolment` and `ticket` are what the platform's backend got from `POST /v1/enrolments`.
 * Nothing is stored in the browser.
 * @throws TypeError when the endpoint is not an absolute address.
 */
export function createEnrolment(options: EnrolmentOptions): Enrolment {
  if (!URL.canParse(options.endpoint))
    throw new TypeError(
      'createEnrolment: endpoint: expected an absolute address, such as https://zhenxue.example',
    );
  const setting = settingOf(options);
  const api = createEnrolmentApi(setting);
  let stopped = false;
  let photos: PhotoDialog | null = null;
  const consent = createConsentDesk({
    ...setting,
    texts: cameraTextsOf(setting.lang),
    notice: setting.cameraNotice ?? CAMERA_NOTICE,
    async send(decision) {
      const answer = await api.consent(decision);
      if (answer.kind !== 'refused') return { ok: true };
      const code = answer.code === 'unreachable' ? 'unavailable' : answer.code;
      return { ok: false, code, message: '', retryMs: TRIES_MAX * 1_000 };
    },
    remembered: setting.consent === 'platform' ? SCOPES : null,
    tell: false,
    remember: () => undefined,
  });
  let finish: (result: EnrolmentResult) => void = () => undefined;
  const done = new Promise<EnrolmentResult>((resolve) => {
    finish = resolve;
  });

  async function begin(): Promise<void> {
    const view = await api.look();
    if (stopped) return;
    if (view === null) return finish('expired');
    const scopes = await consent.ask();
    if (stopped) return;
    if (!scopes.includes('camera') || !scopes.includes('comparison')) return finish('declined');
    const progress = { next: 0, photosMin: view.photosMin, taken: new Set<number>() };
    photos = new PhotoDialog(setting, progress, finish);
  }

  void begin();
  return {
    done,
    stop() {
      stopped = true;
      consent.stop();
      photos?.close('cancelled');
      finish('cancelled');
    },
  };
}
