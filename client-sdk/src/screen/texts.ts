/** Everything that a learner reads, in both languages. */

import type { CaptureProblem } from '@zhenxue/protocol';

/** Languages of the SDK. */
export type Lang = 'zh-CN' | 'en';

/** One language's texts. */
export interface Texts {
  readonly popupTitle: string;
  readonly popupPress: string;
  readonly popupPressButton: string;
  readonly popupSum: (a: number, b: number) => string;
  readonly popupSumButton: string;
  readonly popupSumEmpty: string;
  readonly popupCode: string;
  readonly popupCodeImage: string;
  readonly popupCodeSwap: string;
  readonly popupCodeEmpty: string;
  readonly popupWrong: string;
  readonly popupWaiting: string;
  readonly popupOverdue: string;
  readonly popupStays: string;
  readonly popupLeft: (seconds: number) => string;
  readonly photoSoon: string;
  readonly photoTaken: string;
  readonly photoDenied: string;
  readonly photoNoCamera: string;
  readonly photoBusy: string;
  readonly photoError: string;
  readonly photoOverdue: string;
  readonly photoAgain: string;
  readonly photoDeclined: string;
  readonly photoReconsider: string;
  readonly photoProblems: Readonly<Record<CaptureProblem, string>>;
  readonly guardRate: string;
  readonly guardSeek: string;
  readonly guardHidden: string;
  readonly guardUnfocused: string;
  readonly guardControl: string;
  readonly guardOffline: string;
}

const ZH: Texts = {
  popupTitle: '学习确认',
  popupPress: '请点击下面的按钮，确认您正在观看本课程。',
  popupPressButton: '我在学习',
  popupSum: (a, b) => `请计算：${a} + ${b} = ？`,
  popupSumButton: '提交答案',
  popupSumEmpty: '请先输入数字答案。',
  popupCode: '请输入图中的 4 个字符（不分大小写）：',
  popupCodeImage: '画有 4 个字符的图片。看不到图片时，请使用“改做算术题”按钮。',
  popupCodeSwap: '看不清？改做算术题',
  popupCodeEmpty: '请先输入图中的字符。',
  popupWrong: '答案不正确，请再试一次。',
  popupWaiting: '正在确认……',
  popupOverdue: '已超时，回答之前不计学时。请回答后继续学习。',
  popupStays: '请回答后继续学习，此窗口会保留。',
  popupLeft: (seconds) => `请在 ${seconds} 秒内回答`,
  photoSoon: '即将拍摄一张学习照片，请面向摄像头。',
  photoTaken: '照片已拍摄，摄像头已关闭。',
  photoDenied: '未获得摄像头权限，本学时可能无法认定。请在浏览器中允许使用摄像头后重试。',
  photoNoCamera: '没有找到摄像头，本学时可能无法认定。请连接摄像头后重试。',
  photoBusy: '摄像头正被其他程序占用，请关闭该程序后重试。',
  photoError: '拍照没有成功，请重试。',
  photoOverdue: '尚未完成拍照，完成之前不计学时。',
  photoAgain: '重新拍照',
  photoDeclined: '您未同意使用摄像头，学习照片无法拍摄，本学时可能无法认定。',
  photoReconsider: '重新选择',
  photoProblems: {
    'too-dark': '照片太暗。请开灯或面向窗户，然后重拍。',
    'too-bright': '照片太亮。请避开背后的强光，然后重拍。',
    'too-far': '离摄像头太远。请靠近一些，然后重拍。',
    blurred: '照片模糊。请保持不动，然后重拍。',
    'no-face': '照片中没有人脸。请面向摄像头，然后重拍。',
    'several-faces': '照片中不止一人。请独自面向摄像头，然后重拍。',
    'not-recognised': '没能确认是您本人。请正对摄像头，然后重拍。',
    'steps-missed': '动作没有完成，请再试一次。',
    'too-slow': '时间不够了，请再试一次。',
  },
  guardRate: '培训视频须以正常速度播放，已恢复为 1 倍速。',
  guardSeek: '尚未学习的内容不能跳过，已回到原位置。',
  guardHidden: '页面不在前台，播放已暂停。回到本页后请继续播放。',
  guardUnfocused: '窗口失去焦点，播放已暂停。请点击播放继续学习。',
  guardControl: '请先完成学习确认，再继续播放。',
  guardOffline: '网络连接中断，播放已暂停。恢复连接后请继续播放。',
};

const EN: Texts = {
  popupTitle: 'Still studying?',
  popupPress: 'Press the button to confirm that you are following this lesson.',
  popupPressButton: 'I am here',
  popupSum: (a, b) => `How much is ${a} + ${b}?`,
  popupSumButton: 'Send answer',
  popupSumEmpty: 'Enter a number first.',
  popupCode: 'Type the 4 characters of the drawing (case does not matter):',
  popupCodeImage: 'Drawing of 4 characters. If you cannot see it, use the button “Solve a sum instead”.',
  popupCodeSwap: 'Cannot read it? Solve a sum instead',
  popupCodeEmpty: 'Type the characters first.',
  popupWrong: 'That is not right. Please try again.',
  popupWaiting: 'Checking…',
  popupOverdue: 'Time is up: nothing counts until you have answered.',
  popupStays: 'Please answer to go on; this window stays open.',
  popupLeft: (seconds) => `Please answer within ${seconds} s`,
  photoSoon: 'A study photo is about to be taken. Please face the camera.',
  photoTaken: 'Photo taken; the camera is off again.',
  photoDenied:
    'The camera is not allowed, so this class hour may not count. Allow it in the browser and try again.',
  photoNoCamera: 'No camera was found, so this class hour may not count. Connect one and try again.',
  photoBusy: 'Another program is using the camera. Close it and try again.',
  photoError: 'The photo did not work. Please try again.',
  photoOverdue: 'The photo is still missing; nothing counts until it is taken.',
  photoAgain: 'Take photo',
  photoDeclined:
    'You did not agree to the camera, so no study photo can be taken and this class hour may not count.',
  photoReconsider: 'Decide again',
  photoProblems: {
    'too-dark': 'The photo is too dark. Switch on a light or face a window, then take it again.',
    'too-bright': 'The photo is too bright. Avoid strong light behind you, then take it again.',
    'too-far': 'You are too far from the camera. Come closer, then take it again.',
    blurred: 'The photo is blurred. Hold still and take it again.',
    'no-face': 'There is no face in the photo. Face the camera and take it again.',
    'several-faces': 'There is more than one face in the photo. Take it again by yourself.',
    'not-recognised':
      'It could not be confirmed that it is you. Look straight at the camera and take it again.',
    'steps-missed': 'The movements were not complete. Please try again.',
    'too-slow': 'There was not enough time. Please try again.',
  },
  guardRate: 'Training videos play at normal speed; it was set back to 1×.',
  guardSeek: 'Parts not yet studied cannot be skipped; you are back where you were.',
  guardHidden: 'Playback is paused because this page is in the background. Press play when you are back.',
  guardUnfocused: 'Playback is paused because the window lost focus. Press play to go on.',
  guardControl: 'Please complete the study check first, then go on.',
  guardOffline: 'The connection is lost and playback is paused. Press play when it is back.',
};

/** The texts of a language. */
export function textsOf(lang: Lang): Texts {
  return lang === 'en' ? EN : ZH;
}
