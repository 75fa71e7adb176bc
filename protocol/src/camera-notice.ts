/**
 * The notice that a learner decides about before the camera is first used. Any change of a word is a new version: the server's
 * ledger keeps which version was shown. A platform may bring its own text (`cameraNotice`).
 */
import type { ConsentScope } from './messages.ts';

/** One language of a notice. */
export interface NoticeText {
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** What is agreed to, each by itself. */
  readonly scopes: Readonly<Record<ConsentScope, string>>;
}

/** A versioned notice. */
export interface CameraNotice {
  readonly version: string;
  readonly zh: NoticeText;
  readonly en: NoticeText;
}

/** The notice that the SDK shows and the server's ledger refers to. */
export const CAMERA_NOTICE: CameraNotice = {
  version: 'camera-1',
  zh: {
    title: '使用摄像头前，请您阅读并决定',
    paragraphs: [
      '为确认是您本人在学习，主管部门要求在培训过程中核验身份。人脸信息属于敏感个人信息，需要您单独同意。',
      '摄像头只在核验和拍照的几秒钟内打开，用完立即关闭；不会录音，也不会持续录像。',
      '照片和人脸特征加密保存，只用于认定本次培训，到期销毁。每次查看都会留下记录。',
      '您可以随时撤回同意。不同意不会被视为作弊，但需要摄像头的核验无法完成，本次学习可能需要以其他方式补办。',
    ],
    scopes: {
      camera: '同意在核验和拍照时使用摄像头',
      comparison: '同意将画面与本人报名照片进行人脸比对',
      'evidence-photo': '同意保存学习照片作为培训证据',
    },
  },
  en: {
    title: 'Before the camera is used: please read and decide',
    paragraphs: [
      'To confirm that you are studying yourself, the authority requires identity checks during training. Facial data are sensitive personal information and need your separate consent.',
      'The camera is open only for the few seconds of a check or photo and is closed right afterwards. No sound and no continuous video are recorded.',
      'Photos and facial features are stored encrypted, used for this training only, and destroyed when their time is over. Every look at them is recorded.',
      'You may withdraw at any time. Not agreeing is no cheating, but checks that need the camera cannot be done, and this lesson may have to be made up in another way.',
    ],
    scopes: {
      camera: 'Use of the camera during checks and photos',
      comparison: 'Comparing the pictures with my enrolment photos',
      'evidence-photo': 'Keeping study photos as evidence of the training',
    },
  },
};
