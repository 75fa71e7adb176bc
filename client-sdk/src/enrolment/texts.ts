/** What a learner reads while enrolling, in both languages. */
import type { Lang } from '../screen/texts.ts';

/** How the learner is asked to look, in this order; further photos begin again. */
export const POSES = ['front', 'left', 'right'] as const;

/** One of {@link POSES}. */
export type Pose = (typeof POSES)[number];

/** One language's texts. */
export interface EnrolmentTexts {
  readonly title: string;
  readonly advice: string;
  readonly count: (number: number, of: number) => string;
  readonly take: string;
  readonly again: string;
  readonly cancel: string;
  readonly sending: string;
  readonly good: string;
  readonly complete: string;
  readonly declined: string;
  readonly expired: string;
  readonly unreachable: string;
  readonly different: string;
  readonly unusable: string;
  readonly poses: Readonly<Record<Pose, string>>;
}

const ZH: EnrolmentTexts = {
  title: '采集报名照片',
  advice: '请独自坐好，距离摄像头约一臂，光线从正面照来，取下口罩、帽子和墨镜。',
  count: (number, of) => `第 ${number} 张，共 ${of} 张`,
  take: '拍照',
  again: '重新开始',
  cancel: '取消',
  sending: '正在检查照片……',
  good: '照片合格。',
  complete: '采集完成，摄像头已关闭。',
  declined: '您未同意人脸比对，无法采集照片。',
  expired: '本次采集已失效，请回到培训平台重新开始。',
  unreachable: '没有送达，请检查网络后再拍一次。',
  different: '这张照片与其他照片不像同一个人，请重拍。',
  unusable: '这张照片不够清楚，请重拍。',
  poses: { front: '请正对摄像头', left: '请把头稍稍转向左边', right: '请把头稍稍转向右边' },
};

const EN: EnrolmentTexts = {
  title: 'Enrolment photos',
  advice:
    'Sit alone, about an arm’s length from the camera, with light from the front. Take off mask, cap and sunglasses.',
  count: (number, of) => `Photo ${number} of ${of}`,
  take: 'Take photo',
  again: 'Start again',
  cancel: 'Cancel',
  sending: 'Checking the photo…',
  good: 'That one is good.',
  complete: 'Done. The camera is off.',
  declined: 'You did not agree to the comparison, so no photos can be taken.',
  expired: 'This enrolment is no longer valid. Begin again on your training platform.',
  unreachable: 'It did not arrive. Check the network and take it again.',
  different: 'This photo does not look like the same person as the others. Take it again.',
  unusable: 'This photo is not clear enough. Take it again.',
  poses: {
    front: 'Look straight at the camera',
    left: 'Turn your head a little to your left',
    right: 'Turn your head a little to your right',
  },
};

/** The texts of a language. */
export function enrolmentTextsOf(lang: Lang): EnrolmentTexts {
  return lang === 'en' ? EN : ZH;
}
