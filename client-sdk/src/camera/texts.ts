/** What a learner reads around the camera, in both languages. The notice itself is in the protocol, with its version. */
import type { Lang } from '../screen/texts.ts';

/** What a self-test of the camera found. */
export type CameraProblem = 'denied' | 'no-camera' | 'busy' | 'error' | 'too-dark' | 'too-bright';

/** One language's texts. */
export interface CameraTexts {
  readonly agree: string;
  readonly decline: string;
  readonly partly: string;
  readonly testTitle: string;
  readonly testAsk: string;
  readonly testGood: string;
  readonly testWait: string;
  readonly close: string;
  readonly again: string;
  readonly reconsider: string;
  readonly problems: Readonly<Record<CameraProblem, string>>;
}

const ZH: CameraTexts = {
  agree: '同意所选并继续',
  decline: '暂不同意',
  partly: '未全部同意：可以继续学习，但需要摄像头的核验无法完成，本次学习可能无法认定。',
  testTitle: '摄像头检查',
  testAsk: '请面向摄像头，保证脸部光线充足。画面只在本机显示，不会上传。',
  testGood: '摄像头工作正常。',
  testWait: '正在打开摄像头……',
  close: '关闭',
  again: '重新检查',
  reconsider: '重新选择',
  problems: {
    denied: '浏览器未允许使用摄像头。请点击地址栏旁的摄像头图标，改为“允许”。',
    'no-camera': '没有找到摄像头。请连接摄像头后重试。',
    busy: '摄像头正被其他程序占用。请关闭视频会议等程序后重试。',
    error: '摄像头没有给出画面。请重新插拔摄像头或重启浏览器。',
    'too-dark': '画面太暗。请开灯，或面向窗户。',
    'too-bright': '画面太亮。请避开背后的强光。',
  },
};

const EN: CameraTexts = {
  agree: 'Agree to what is ticked and go on',
  decline: 'Not now',
  partly:
    'Not everything is agreed to: you can study on, but checks that need the camera cannot be done, and this lesson may not count.',
  testTitle: 'Camera check',
  testAsk: 'Face the camera and see to good light. The picture stays on this device.',
  testGood: 'The camera works.',
  testWait: 'Opening the camera…',
  close: 'Close',
  again: 'Check again',
  reconsider: 'Decide again',
  problems: {
    denied:
      'The browser does not allow the camera. Press the camera sign beside the address and choose “Allow”.',
    'no-camera': 'No camera was found. Connect one and try again.',
    busy: 'Another program uses the camera. Close video meetings and the like, then try again.',
    error: 'The camera gives no picture. Plug it in again or restart the browser.',
    'too-dark': 'The picture is too dark. Switch on a light or face a window.',
    'too-bright': 'The picture is too bright. Avoid strong light behind you.',
  },
};

/** The texts of a language. */
export function cameraTextsOf(lang: Lang): CameraTexts {
  return lang === 'en' ? EN : ZH;
}
