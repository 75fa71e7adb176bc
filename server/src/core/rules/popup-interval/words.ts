/** What `popup-interval` says to people. */
import type { Bilingual } from '@zhenxue/protocol';
import { seconds } from '../units.ts';

/** One sentence per kind of finding. Durations in ms. */
export const popupWords = {
  suppressed: (id: string, advancedMs: number, shown: boolean): Bilingual => ({
    zh: shown
      ? `弹窗 ${id} 显示后一直未作答，视频仍在期限后继续播放了 ${seconds(advancedMs)} 秒。`
      : `弹窗 ${id} 已送达但从未显示，视频仍在期限后继续播放了 ${seconds(advancedMs)} 秒。`,
    en: shown
      ? `Popup ${id} was shown and never answered, and the video played on for ${seconds(advancedMs)} s past its deadline.`
      : `Popup ${id} was delivered but never shown, and the video played on for ${seconds(advancedMs)} s past its deadline.`,
  }),
} as const;
