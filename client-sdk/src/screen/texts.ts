/** Everything that a learner reads, in both languages. */

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
