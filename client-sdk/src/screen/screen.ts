/**
 * The part of the SDK that the learner sees: popups and messages. Loaded when a monitor starts, apart from the core; it imports
 * nothing of the core at run time, so that the two files stay independent. What needs a camera is a third file.
 */
import type { GuardAct } from '@zhenxue/protocol';
import type { CameraOptions } from '../camera/camera.ts';
import type { LivenessDesk } from '../camera/liveness/liveness-desk.ts';
import type { CameraCheck } from '../camera/self-test.ts';
import { createNotice, type Notice, type NoticeAction } from './layer/notice.ts';
import { createLazyCamera, type LazyCamera } from './lazy-camera.ts';
import { createLazyLiveness } from './lazy-liveness.ts';
import type { PhotoDesk } from './photo/photo-desk.ts';
import type { RenderPopup } from './popup/host-view.ts';
import { createPopupDesk, type PopupDesk, type PopupDeskOptions } from './popup/popup-desk.ts';
import type { Lang, Texts } from './texts.ts';

/** Shows a message in the page's own way; null clears it. */
export type RenderNotice = (text: string | null, action?: NoticeAction) => void;

/** What the page renders by itself (headless mode). */
export interface HostRenderer {
  readonly popup?: RenderPopup;
  readonly notice?: RenderNotice;
}

/** What the screen part needs. */
export interface ScreenOptions
  extends Omit<PopupDeskOptions, 'own' | 'renderPopup'>,
    Omit<CameraOptions, 'notice' | 'doc'> {
  readonly video: HTMLVideoElement;
  readonly container: HTMLElement;
  readonly lang: Lang;
  readonly render?: HostRenderer | undefined;
  /** Session time, ms. */
  readonly sessionNow: () => number;
}

/** Popups, photos and messages of one sitting. */
export interface Screen {
  readonly notice: Notice;
  readonly popups: PopupDesk;
  readonly photos: PhotoDesk;
  readonly liveness: LivenessDesk;
  /** Asks for consent if that was not decided yet, then tests the camera when it may be used; null when it may not. */
  prepareCamera(): Promise<CameraCheck | null>;
  /** What the learner is told about an act of the guard. */
  actText(act: GuardAct): string;
  stop(): void;
}

function actText(texts: Texts, act: GuardAct): string {
  switch (act) {
    case 'rate-reset':
      return texts.guardRate;
    case 'seek-bounced':
      return texts.guardSeek;
    case 'paused-hidden':
      return texts.guardHidden;
    case 'paused-unfocused':
      return texts.guardUnfocused;
    case 'paused-control':
      return texts.guardControl;
    case 'paused-offline':
      return texts.guardOffline;
    default:
      return act satisfies never;
  }
}

function hostNotice(show: RenderNotice): Notice {
  return {
    show: (text, action) => show(text, action),
    clear: () => show(null),
    owns: () => false,
    stop: () => show(null),
  };
}

async function prepare(photos: LazyCamera): Promise<CameraCheck | null> {
  const { consent, test } = await photos.part();
  const scopes = await consent.ask();
  return scopes.includes('camera') ? test() : null;
}

/** Sets the screen part up; nothing is shown yet. */
export function openScreen(options: ScreenOptions): Screen {
  const { texts } = options;
  const notice = options.render?.notice ? hostNotice(options.render.notice) : createNotice(options);
  const renderPopup = options.render?.popup;
  const popups = createPopupDesk({ ...options, own: notice.owns, renderPopup });
  const doc = options.video.ownerDocument;
  const photos = createLazyCamera({
    ...options,
    load: async () => {
      const { openCameraPart } = await import('../camera/camera.ts');
      return openCameraPart({ ...options, doc, notice });
    },
  });
  const liveness = createLazyLiveness({
    ...options,
    load: async () => {
      const [{ consent }, { createLivenessDesk }] = await Promise.all([
        photos.part(),
        import('../camera/liveness/liveness-desk.ts'),
      ]);
      return createLivenessDesk({ ...options, notice, consent });
    },
  });
  return {
    notice,
    popups,
    photos,
    liveness,
    prepareCamera: () => prepare(photos),
    actText: (act) => actText(texts, act),
    stop() {
      popups.stop();
      liveness.stop();
      photos.stop();
      notice.stop();
    },
  };
}
