/**
 * What may be laid at a platform's door (rules §4). Forgeable and unforgeable evidence are kept apart: what happened inside
 * a browser can be made by a user script, what arrived with the platform's own key cannot. Likeness between learners always
 * waits for a person.
 */
import type { Attribution, Bilingual } from '@zhenxue/protocol';
import type { PopulationJudgement } from './population.ts';

/** The platform's own acts towards the server. A closed list. */
export type PlatformAct =
  /** A ticket that turns a required control off. */
  | 'control-off'
  /** A ticket that sets the guard to observe, in a sitting that was then played fast. */
  | 'observe-fast'
  /** Video material that was played without approval. */
  | 'video-unapproved'
  /** A session opened with the order check overridden. */
  | 'order-overridden'
  /** A completion claimed for a session that is not valid. */
  | 'completion-claimed';

/** What was seen, where, and through which door it came. */
export type PlatformEvidence =
  | {
      readonly kind: 'act';
      readonly act: PlatformAct;
      /** `platform-key`: a request authenticated with the platform's key. `page`: said by a page in a learner's browser. */
      readonly channel: 'platform-key' | 'page';
    }
  | { readonly kind: 'suppression' }
  | { readonly kind: 'likeness'; readonly likeness: 'reused-capture' | 'cloned-stream' };

/** How a piece of evidence weighs. */
export interface EvidenceWeight {
  readonly attribution: Attribution;
  /** Whether a learner alone could have made it. */
  readonly forgeable: boolean;
  /** What is missing before it may count against the platform. */
  readonly awaits: 'nothing' | 'population' | 'human';
  readonly reason: Bilingual;
}

const BY_ACT: Readonly<Record<PlatformAct, Bilingual>> = {
  'control-off': {
    zh: '平台用自己的密钥申请了关闭必要管控的学习凭证。',
    en: 'The platform’s own key asked for a ticket that turns a required control off.',
  },
  'observe-fast': {
    zh: '平台要求只观察、不干预，而多名学员的播放器均可快进。',
    en: 'The platform asked the guard only to observe while its player offered fast-forward to several learners.',
  },
  'video-unapproved': {
    zh: '平台播放了未经审核同意的视频资料。',
    en: 'The platform had video material played that was not approved.',
  },
  'order-overridden': {
    zh: '平台用自己的密钥跳过了专业课程的顺序检查。',
    en: 'The platform’s own key overrode the order check of a specialised course.',
  },
  'completion-claimed': {
    zh: '平台为未判定有效的学习申报了完成。',
    en: 'The platform claimed completion of a session that is not valid.',
  },
};

const FORGEABLE: Bilingual = {
  zh: '学员自行安装的脚本也能做到，单独不能作为认定平台的依据。',
  en: 'A script installed by the learner could do this too; alone it says nothing about the platform.',
};

const POPULATION: Bilingual = {
  zh: '同一课程、同一版本页面中，多名不同学员出现同样情况且占比达到规定，单个学员无法造成。',
  en: 'Several different learners of the same lesson and page build show the same, in the required share: no single learner can cause that.',
};

const LIKENESS: Bilingual = {
  zh: '不同学员之间的影像或学习记录雷同，必须由人工认定。',
  en: 'Captures or records of different learners are alike; a person must decide.',
};

function byPopulation(population: PopulationJudgement | null, reason: Bilingual): EvidenceWeight {
  if (population?.complete === true)
    return { attribution: 'platform', forgeable: true, awaits: 'nothing', reason };
  return { attribution: 'unknown', forgeable: true, awaits: 'population', reason: FORGEABLE };
}

/**
 * Weighs one piece of evidence.
 * @param population judgement over the same kind of evidence in other learners' sittings; null = none was made.
 */
export function weighEvidence(
  evidence: PlatformEvidence,
  population: PopulationJudgement | null,
): EvidenceWeight {
  switch (evidence.kind) {
    case 'likeness':
      return { attribution: 'unknown', forgeable: true, awaits: 'human', reason: LIKENESS };
    case 'suppression':
      return byPopulation(population, POPULATION);
    case 'act': {
      const reason = BY_ACT[evidence.act];
      if (evidence.channel === 'page')
        return { attribution: 'unknown', forgeable: true, awaits: 'population', reason: FORGEABLE };
      // The ticket is the platform's; that the player offers fast-forward shows only in many learners' browsers.
      if (evidence.act === 'observe-fast') return byPopulation(population, reason);
      return { attribution: 'platform', forgeable: false, awaits: 'nothing', reason };
    }
    default:
      evidence satisfies never;
      return { attribution: 'unknown', forgeable: true, awaits: 'human', reason: LIKENESS };
  }
}
