/** Why nothing could be told, in words that say what to do next. */
import type { Bilingual } from '@zhenxue/protocol';

/** Every reason for "cannot tell". None of them is held against the learner. */
export type CannotTell =
  | 'unusable-image'
  | 'no-face'
  | 'several-faces'
  | 'too-dark'
  | 'too-bright'
  | 'too-far'
  | 'blurred'
  | 'borderline'
  | 'not-enrolled'
  | 'other-model'
  | 'too-few-frames'
  | 'not-followed'
  | 'expired'
  | 'busy';

/** What the learner is told. */
export const CANNOT_TELL_TEXT: Readonly<Record<CannotTell, Bilingual>> = {
  'unusable-image': {
    zh: '照片无法读取，请重新拍摄。',
    en: 'The photo could not be read. Please take it again.',
  },
  'no-face': {
    zh: '画面中没有找到人脸，请正对摄像头，不要遮挡面部。',
    en: 'No face was found. Please face the camera and keep your face uncovered.',
  },
  'several-faces': {
    zh: '画面中不止一人，请让其他人离开镜头后再试。',
    en: 'More than one person is in the picture. Please ask the others to step out of view.',
  },
  'too-dark': {
    zh: '光线太暗，请打开灯或面向光源。',
    en: 'It is too dark. Please switch on a light or face one.',
  },
  'too-bright': {
    zh: '面部过亮，请避开强光直射。',
    en: 'Your face is too bright. Please move out of the direct light.',
  },
  'too-far': {
    zh: '距离太远，请靠近摄像头。',
    en: 'You are too far away. Please come closer to the camera.',
  },
  blurred: {
    zh: '画面模糊，请擦拭镜头并保持不动。',
    en: 'The picture is blurred. Please wipe the lens and hold still.',
  },
  borderline: {
    zh: '这张照片无法确认，请再拍一张。',
    en: 'This photo does not settle it. Please take another one.',
  },
  'not-enrolled': {
    zh: '尚未完成人脸登记，请先登记。',
    en: 'No enrolment photos are on file. Please enrol first.',
  },
  'other-model': {
    zh: '登记信息由其他版本生成，请重新登记。',
    en: 'The enrolment was made with another model. Please enrol again.',
  },
  'too-few-frames': {
    zh: '收到的画面太少，请检查摄像头和网络后重试。',
    en: 'Too few pictures arrived. Please check camera and network and try again.',
  },
  'not-followed': {
    zh: '动作与提示不一致，请按照提示逐步完成。',
    en: 'The movements did not match the prompts. Please follow them one by one.',
  },
  expired: { zh: '已超时，请重新开始。', en: 'The time was over. Please start again.' },
  busy: { zh: '系统繁忙，稍后自动重试。', en: 'The service is busy. It will be tried again shortly.' },
};
