/**
 * How many people's faces are stored. From 100,000 on the operator must file with the provincial cyberspace authority within thirty
 * working days (measures on the security of facial recognition, 2025, art. 15); the first alarm leaves time to prepare.
 */
import type { Bilingual } from '@zhenxue/protocol';
import type { App } from './context.ts';
import { NOTICES, noticeHash } from './notices.ts';

/** Stored face subjects from which the operator is warned, and from which filing is due. */
export const SUBJECTS_WARNING = 80_000;
export const SUBJECTS_FILING = 100_000;

/** What is filed. */
export interface FilingPack {
  readonly at: number;
  /** Different learners of a platform with a stored template. */
  readonly subjects: number;
  readonly level: 'below' | 'prepare' | 'file';
  readonly purpose: Bilingual;
  readonly storage: Bilingual;
  readonly notices: readonly { readonly version: string; readonly hash: string | null }[];
  readonly text: Bilingual;
}

/** Different learners of a platform, whatever courses they enrolled in. */
export async function countFaceSubjects(app: App): Promise<number> {
  const rows = await app.identity.store.completeEnrolments();
  return new Set(rows.map(({ platform, learner }) => JSON.stringify([platform, learner]))).size;
}

/** How far a count has come. */
export function levelOf(subjects: number): FilingPack['level'] {
  if (subjects >= SUBJECTS_FILING) return 'file';
  return subjects >= SUBJECTS_WARNING ? 'prepare' : 'below';
}

const PURPOSE: Bilingual = {
  zh: '核验参加补贴性线上培训的学员为本人。',
  en: 'To verify that learners of subsidised online training study themselves.',
};

const STORAGE: Bilingual = {
  zh: '照片与人脸特征以每名学员每门课程独立的 AES-256-GCM 密钥加密；撤回同意或到期时销毁密钥；每次解密均有记录。',
  en: 'Photos and templates are encrypted with AES-256-GCM under one key per learner and course; the key is destroyed on withdrawal or when its time is over; every decryption is logged.',
};

/** The facts for a filing, as of now; logs an alarm from the first threshold on. */
export async function filingPack(app: App): Promise<FilingPack> {
  const subjects = await countFaceSubjects(app);
  const level = levelOf(subjects);
  if (level !== 'below') app.log.warn('faces.subjects', { subjects, level });
  return {
    at: app.clock.now(),
    subjects,
    level,
    purpose: PURPOSE,
    storage: STORAGE,
    notices: NOTICES.map(({ version }) => ({ version, hash: noticeHash(version) })),
    text: {
      zh: `存储人脸信息人数：${subjects}。目的：${PURPOSE.zh}存储方式：${STORAGE.zh}`,
      en: `People whose facial data are stored: ${subjects}. Purpose: ${PURPOSE.en} Storage: ${STORAGE.en}`,
    },
  };
}
