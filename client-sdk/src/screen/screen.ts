/**
 * The part of the SDK that the learner sees: popups, photos, messages. Loaded when a monitor starts, apart from the core; it
 * imports nothing of the core at run time, so that the two files stay independent.
 */
import type { GuardAct } from '@zhenxue/protocol';
import { createNotice, type Notice } from './layer/notice.ts';
import { createPhotoDesk, type PhotoDesk, type PhotoDeskOptions } from './photo/photo-desk.ts';
import { createPopupDesk, type PopupDesk, type PopupDeskOptions } from './popup/popup-desk.ts';
import { type Lang, type Texts, textsOf } from './texts.ts';

/** What the screen part needs. */
export interface ScreenOptions
  extends Omit<PopupDeskOptions, 'texts' | 'own'>,
    Omit<PhotoDeskOptions, 'texts' | 'notice' | 'doc'> {
  readonly video: HTMLVideoElement;
  readonly container: HTMLElement;
  readonly lang: Lang;
}

/** Popups, photos and messages of one sitting. */
export interface Screen {
  readonly notice: Notice;
  readonly popups: PopupDesk;
  readonly photos: PhotoDesk;
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

/** Sets the screen part up; nothing is shown yet. */
export function openScreen(options: ScreenOptions): Screen {
  const texts = textsOf(options.lang);
  const notice = createNotice(options);
  const popups = createPopupDesk({ ...options, texts, own: notice.owns });
  const photos = createPhotoDesk({ ...options, doc: options.video.ownerDocument, texts, notice });
  return {
    notice,
    popups,
    photos,
    actText: (act) => actText(texts, act),
    stop() {
      popups.stop();
      photos.stop();
      notice.stop();
    },
  };
}
