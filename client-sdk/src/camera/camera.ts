/**
 * The part of the SDK that needs a camera: consent, photos, self-test. Loaded when a sitting
 * first asks for a picture; it shares the layer and theme of the screen part, which is always there before it.
 */
import type { ConsentScope, LivenessPrompt } from '@zhenxue/protocol';
import { CAMERA_NOTICE, type CameraNotice } from '@zhenxue/protocol';
import type { Sitting } from '../core/sitting.ts';
import { createPhotoDesk, type PhotoDesk, type PhotoDeskOptions } from '../screen/photo/photo-desk.ts';
import type { Lang } from '../screen/texts.ts';
import { type ConsentDesk, createConsentDesk, type Decision, SCOPES } from './consent.ts';
import { type CameraCheck, testCamera } from './self-test.ts';
import { cameraTextsOf } from './texts.ts';

/**
 * Who asks for consent. `ask`: the SDK. `platform`: the platform has asked, and told the server's ledger itself. A list: the
 * platform has asked, this is what was agreed to, and the SDK tells the server.
 */
export type ConsentMode = 'ask' | 'platform' | readonly ConsentScope[];

/** What the camera part needs. */
export interface CameraOptions extends Omit<PhotoDeskOptions, 'agreed' | 'reconsider'> {
  readonly video: HTMLVideoElement;
  readonly container: HTMLElement;
  readonly lang: Lang;
  /** See `MonitorOptions.consent`. */
  readonly consent?: ConsentMode | undefined;
  readonly cameraNotice?: CameraNotice | undefined;
  /** Asks the server over the live connection. */
  readonly call: Sitting['call'];
  /** Hears the steps of liveness challenges; returns its stop. */
  readonly onPrompt: (told: (prompt: LivenessPrompt) => void) => () => void;
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

/** What is known before anything is asked, and whether the server still has to hear of it. */
function consentBefore(
  mode: ConsentMode | undefined,
  read: () => Decision,
): { readonly remembered: Decision; readonly tell: boolean } {
  if (mode === 'platform') return { remembered: SCOPES, tell: false };
  if (mode === undefined || mode === 'ask') return { remembered: read(), tell: false };
  return { remembered: mode, tell: true };
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
    send: (decision) => options.call('consent', decision),
    ...consentBefore(options.consent, memory.read),
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
