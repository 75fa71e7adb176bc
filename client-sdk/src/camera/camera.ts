/**
 * The part of the SDK that needs a camera: consent, photos, self-test, the frame of liveness challenges. Loaded when a sitting
 * first asks for a picture; it shares the layer and theme of the screen part, which is always there before it.
 */
import type { Consent, Receipt } from '@zhenxue/protocol';
import { createPhotoDesk, type PhotoDesk, type PhotoDeskOptions } from '../screen/photo/photo-desk.ts';
import type { Lang } from '../screen/texts.ts';
import { type ConsentDesk, createConsentDesk, type Decision } from './consent.ts';
import { CAMERA_NOTICE, type CameraNotice } from './notice-text.ts';
import { type CameraCheck, testCamera } from './self-test.ts';
import { cameraTextsOf } from './texts.ts';

/** What the camera part needs. */
export interface CameraOptions extends Omit<PhotoDeskOptions, 'agreed' | 'reconsider'> {
  readonly video: HTMLVideoElement;
  readonly container: HTMLElement;
  readonly lang: Lang;
  /** `ask` (default): the SDK asks; `platform`: the platform has asked, and told the server's ledger itself. */
  readonly consent?: 'ask' | 'platform' | undefined;
  readonly cameraNotice?: CameraNotice | undefined;
  readonly sendConsent: (consent: Consent) => Promise<Receipt>;
  /** The sitting, under which a decision is remembered over a reload. */
  readonly session: string;
}

/** The camera part of a sitting. */
export interface CameraPart {
  readonly photos: PhotoDesk;
  readonly consent: ConsentDesk;
  test(): Promise<CameraCheck>;
  stop(): void;
}

/** Session storage, where there is one: a page may not be allowed any. */
function memoryOf(key: string): { read(): Decision; write(value: readonly string[]): void } {
  return {
    read() {
      try {
        return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Decision;
      } catch {
        return null;
      }
    },
    write(value) {
      try {
        sessionStorage.setItem(key, JSON.stringify(value));
      } catch {
        // Asked again after a reload.
      }
    },
  };
}

/** Pauses a playing video while the learner reads, and lets it go on. */
async function whilePaused<T>(video: HTMLVideoElement, work: () => Promise<T>): Promise<T> {
  const played = !video.paused;
  if (played) video.pause();
  try {
    return await work();
  } finally {
    if (played) await video.play().catch(() => undefined);
  }
}

/** Sets the camera part up; the camera stays off until a picture is asked for. */
export function openCameraPart(options: CameraOptions): CameraPart {
  const texts = cameraTextsOf(options.lang);
  const notice = options.cameraNotice ?? CAMERA_NOTICE;
  const memory = memoryOf(`zhenxue:consent:${notice.version}:${options.session}`);
  const consent = createConsentDesk({
    container: options.container,
    lang: options.lang,
    texts,
    notice,
    schedule: options.schedule,
    send: options.sendConsent,
    remembered: options.consent === 'platform' ? ['camera', 'comparison', 'evidence-photo'] : memory.read(),
    remember: memory.write,
  });
  const asking = async (ask: () => Promise<readonly string[]>): Promise<boolean> => {
    const known = consent.decided();
    const scopes = await (known === null ? whilePaused(options.video, ask) : ask());
    return scopes.includes('camera') && scopes.includes('evidence-photo');
  };
  const photos = createPhotoDesk({
    ...options,
    agreed: () => asking(consent.ask),
    reconsider: () => void whilePaused(options.video, consent.reopen),
  });
  return {
    photos,
    consent,
    test: () => whilePaused(options.video, () => testCamera({ ...options, texts })),
    stop() {
      photos.stop();
      consent.stop();
    },
  };
}
