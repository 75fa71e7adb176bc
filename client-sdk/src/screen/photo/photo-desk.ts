/** Photo requests of a sitting: tell the learner, take the photo, report it, hand the bytes over; offer another try when it failed. */
import type { Directive, PhotoFailure } from '@zhenxue/protocol';
import type { Schedule } from '../../core/effects.ts';
import type { Happening } from '../../monitor/sampler.ts';
import type { Notice } from '../layer/notice.ts';
import type { Texts } from '../texts.ts';
import { type OpenCamera, takePhoto } from './capture.ts';

/** A photo request. */
export type PhotoDirective = Extract<Directive, { kind: 'photo' }>;

/** Milliseconds between telling the learner and opening the camera. */
const NOTICE_MS = 1_800;

/** Milliseconds before the deadline at which playback is paused already. */
const MARGIN_MS = 500;

/** The photo requests of a sitting. */
export interface PhotoDesk {
  open(directive: PhotoDirective): void;
  settle(ref: string, result: 'met' | 'wrong' | 'overdue'): void;
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

/** Creates an empty desk. */
export function createPhotoDesk(options: PhotoDeskOptions): PhotoDesk {
  const { texts, notice, schedule } = options;
  let requests: Request[] = [];
  let busy = false;
  let stopped = false;
  let stopTimer: () => void = () => undefined;

  function offer(request: Request, text: string): void {
    notice.show(text, { label: texts.photoAgain, run: () => void capture(request) });
  }

  async function capture(request: Request): Promise<void> {
    if (busy || stopped || !requests.includes(request)) return;
    busy = true;
    const { id } = request.directive;
    const photo = await takePhoto(options);
    busy = false;
    if (stopped) return;
    if (photo.ok) {
      const h = options.hash(photo.bytes);
      request.taken = true;
      options.record({ e: 'photo.taken', id, h, n: photo.bytes.length });
      options.upload(id, h, photo.bytes);
      notice.show(texts.photoTaken);
    } else {
      options.record({ e: 'photo.failed', id, why: photo.why });
      // Told so, the server closes this request and asks anew at another instant: kept, it would only become overdue.
      requests = requests.filter((other) => other !== request);
      notice.show(failureText(texts, photo.why));
    }
    announce();
  }

  function announce(): void {
    const request = requests.find((waiting) => !waiting.told);
    if (request === undefined || busy || stopped) return;
    request.told = true;
    notice.show(texts.photoSoon);
    const soon = Math.min(NOTICE_MS, request.directive.answerMs / 3);
    stopTimer = schedule(soon, () => void capture(request));
  }

  return {
    open(directive) {
      if (stopped || requests.some((request) => request.directive.id === directive.id)) return;
      requests.push({ directive, receivedAt: options.last(), taken: false, late: false, told: false });
      announce();
    },
    settle(ref, result) {
      const request = requests.find(({ directive }) => directive.id === ref);
      if (request === undefined) return;
      if (result === 'met') {
        requests = requests.filter((other) => other !== request);
        return;
      }
      request.taken = false;
      if (result === 'overdue') request.late = true;
      offer(request, result === 'overdue' ? texts.photoOverdue : texts.photoError);
    },
    keepOnly(ids) {
      requests = requests.filter(({ directive }) => ids.has(directive.id));
    },
    overdue: (now) => requests.some((request) => isOverdue(request, now)),
    stop() {
      stopped = true;
      stopTimer();
      requests = [];
    },
  };
}
