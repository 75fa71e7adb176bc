/** What `random-photo` says to people. */
import type { Bilingual } from '@zhenxue/protocol';

/** One sentence per kind of finding. */
export const photoWords = {
  suppressed: (id: string, hour: number): Bilingual => ({
    zh: `第 ${hour} 课时的拍照请求 ${id} 已送达，页面没有任何回应，而视频一直播放到课时结束。`,
    en: `Photo request ${id} of class hour ${hour} reached the page, which gave no answer and played the hour to its end.`,
  }),
  missing: (hour: number): Bilingual => ({
    zh: `第 ${hour} 课时没有留存随机照片（例如摄像头不可用或被拒绝）；可以补学该课时。`,
    en: `No random photo was kept for class hour ${hour} (camera missing or refused, for example); the hour can be made up.`,
  }),
} as const;
