/** What a learner reads when a sitting is over. */
import type { Bilingual, EndReason } from '@zhenxue/protocol';

/** One message per reason. */
export const endMessages: Readonly<Record<EndReason, Bilingual>> = {
  completed: {
    zh: '本课时学习已完成，记录已保存。',
    en: 'This lesson is complete. The record has been saved.',
  },
  left: {
    zh: '因长时间离开，本次学习已结束。',
    en: 'This sitting has ended because nobody was here for a long time.',
  },
  expired: {
    zh: '本次学习已达到最长时间，请重新开始。',
    en: 'This sitting has reached its longest time. Please start again.',
  },
  banned: {
    zh: '该平台目前不得开展补贴性培训，本次学习已结束。您可以向主管部门申请人工复核。',
    en: 'This platform may not hold subsidised training at present, so the sitting has ended. You can ask the authority for a human review.',
  },
  closed: { zh: '本次学习已由平台结束。', en: 'This sitting was ended by the platform.' },
};
