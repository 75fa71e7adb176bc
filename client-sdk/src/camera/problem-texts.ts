/** What a person can do about a picture that could not be used. */
import type { CaptureProblem } from '@zhenxue/protocol';
import type { Lang } from '../screen/texts.ts';

type Problems = Readonly<Record<CaptureProblem, string>>;

const ZH: Problems = {
  'too-dark': '画面太暗，看不清脸。请开灯或面向窗户，再试一次。',
  'too-bright': '画面太亮。请避开背后的强光，再试一次。',
  'too-far': '离摄像头太远。请靠近一些，再试一次。',
  blurred: '画面模糊。请擦净镜头、不要晃动，再试一次。',
  'no-face': '画面中没有看到脸。请面向摄像头，取下口罩或帽子，再试一次。',
  'several-faces': '画面中不止一人。请独自面对摄像头，再试一次。',
  'not-recognised': '没能确认是您本人。请正对摄像头、保持光线均匀，再试一次。',
  'steps-missed': '动作没有看清。请等提示出现后再做，动作幅度大一些，再试一次。',
  'too-slow': '时间不够或网络较慢。请再试一次。',
};

const EN: Problems = {
  'too-dark': 'It is too dark to see your face. Switch on a light or face a window, then try again.',
  'too-bright': 'It is too bright. Avoid strong light behind you, then try again.',
  'too-far': 'You are too far from the camera. Come closer, then try again.',
  blurred: 'The picture is blurred. Wipe the lens, hold still, then try again.',
  'no-face': 'No face was seen. Face the camera, take off mask or cap, then try again.',
  'several-faces': 'More than one person was seen. Be alone before the camera, then try again.',
  'not-recognised':
    'It could not be confirmed that it is you. Look straight at the camera in even light, then try again.',
  'steps-missed': 'The movements were not seen clearly. Wait for each step, move further, then try again.',
  'too-slow': 'There was not enough time, or the network is slow. Please try again.',
};

/** The texts of a language. */
export function captureProblemsOf(lang: Lang): Problems {
  return lang === 'en' ? EN : ZH;
}
