/** What a learner reads and hears during a liveness challenge, in both languages. */
import type { Lang } from '../../screen/texts.ts';
import type { ShownStep } from './frame-line.ts';

/** One language's texts. */
export interface LivenessTexts {
  readonly livenessTitle: string;
  readonly livenessHint: string;
  readonly livenessAsk: string;
  readonly livenessStart: string;
  readonly livenessLater: string;
  readonly livenessOpen: string;
  readonly livenessOverdue: string;
  readonly livenessMet: string;
  readonly livenessGone: string;
  readonly livenessLost: string;
  readonly livenessBusy: string;
  readonly notEnrolled: string;
  readonly notAgreed: string;
  readonly retry: string;
  readonly soundOff: string;
  readonly soundOn: string;
  readonly steps: Readonly<Record<ShownStep, string>>;
}

const ZH: LivenessTexts = {
  livenessTitle: '本人核验',
  livenessHint: '每一步会显示文字和图示，并朗读。请等提示出现后再做动作。',
  livenessAsk:
    '请独自面对摄像头，光线充足。点击“开始”后摄像头打开约 15 秒，请按提示做两个动作，完成后摄像头立即关闭。',
  livenessStart: '开始',
  livenessLater: '稍后',
  livenessOpen: '有一次本人核验等待完成。',
  livenessOverdue: '本人核验尚未完成，完成之前不计学时。',
  livenessMet: '核验通过，摄像头已关闭。',
  livenessGone: '这次核验已结束。如需再次核验，会另行提示。',
  livenessLost: '连接中断，核验没有完成。请重试。',
  livenessBusy: '核验服务繁忙，正在等待……',
  notEnrolled: '还没有您的报名照片，无法比对。请先在培训平台完成人脸采集。',
  notAgreed: '您未同意人脸比对，核验无法进行，本学时可能无法认定。',
  retry: '再试一次',
  soundOff: '关闭语音',
  soundOn: '打开语音',
  steps: {
    'turn-left': '请把头明显转向您的左边，直到只能用余光看到屏幕',
    'turn-right': '请把头明显转向您的右边，直到只能用余光看到屏幕',
    'open-mouth': '请把嘴张大',
    'close-eyes': '请闭上眼睛，一秒后睁开',
    rest: '请正视屏幕，保持不动',
    done: '完成，正在核对……',
  },
};

const EN: LivenessTexts = {
  livenessTitle: 'Is it you?',
  livenessHint: 'Every step is written, drawn and read aloud. Wait for it, then do it.',
  livenessAsk:
    'Sit alone before the camera, in good light. After “Start” the camera is on for about 15 seconds: do the two movements that you are asked for. It is switched off right afterwards.',
  livenessStart: 'Start',
  livenessLater: 'Later',
  livenessOpen: 'An identity check is waiting for you.',
  livenessOverdue: 'The identity check is still missing; nothing counts until it is done.',
  livenessMet: 'Confirmed. The camera is off.',
  livenessGone: 'This check is over. If another is needed, you will be asked.',
  livenessLost: 'The connection broke, so the check was not completed. Please try again.',
  livenessBusy: 'The service is busy; waiting…',
  notEnrolled:
    'There are no enrolment photos of you to compare with. Please enrol on your training platform first.',
  notAgreed:
    'You did not agree to the comparison, so the check cannot be done and this class hour may not count.',
  retry: 'Try again',
  soundOff: 'Voice off',
  soundOn: 'Voice on',
  steps: {
    'turn-left': 'Turn your head clearly to your left, well away from the screen',
    'turn-right': 'Turn your head clearly to your right, well away from the screen',
    'open-mouth': 'Open your mouth wide',
    'close-eyes': 'Close your eyes for one second, then open them',
    rest: 'Look straight at the screen and hold still',
    done: 'Done; checking…',
  },
};

/** The texts of a language. */
export function livenessTextsOf(lang: Lang): LivenessTexts {
  return lang === 'en' ? EN : ZH;
}
