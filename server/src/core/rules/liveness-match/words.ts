/** What `liveness-match` says to people. */
import type { Bilingual } from '@zhenxue/protocol';

/** One sentence per kind of finding. */
export const livenessWords = {
  otherPerson: (attempts: number): Bilingual => ({
    zh: `连续 ${attempts} 次活体比对均为他人，与报名照片不符。`,
    en: `${attempts} live comparisons in a row showed another person than the one enrolled.`,
  }),
  spoof: (attempts: number): Bilingual => ({
    zh: `连续 ${attempts} 次活体检测未通过，画面疑为照片、屏幕或面具。`,
    en: `${attempts} liveness checks in a row failed: what was shown was no living face.`,
  }),
  virtual: {
    zh: '采集画面被证实来自虚拟摄像头，而非真实摄像头。',
    en: 'The capture was proven to come from a virtual camera.',
  },
  replayed: {
    zh: '采集画面被证实为重放的旧画面。',
    en: 'The capture was proven to be a replay of an earlier one.',
  },
  missing: (unmet: number): Bilingual => ({
    zh: `有 ${unmet} 次活体比对没有得到可判断的画面（例如摄像头不可用、光线过暗或多人入镜）；可以补学。`,
    en: `${unmet} live comparison(s) brought no picture that could be judged (no camera, too dark or several faces, for example); they can be made up.`,
  }),
} as const;
