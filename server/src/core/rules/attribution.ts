/** Who caused a finding, as far as one sitting alone can tell (rules §4). What a learner can forge never points at the platform. */
import type { Attribution, Bilingual } from '@zhenxue/protocol';

interface Attributed {
  readonly attribution: Attribution;
  readonly attributionReason: Bilingual;
}

/** For acts inside one browser: the learner's, unless the platform had asked the guard only to observe. */
export function byLearnerOrUnknown(guard: 'enforce' | 'observe'): Attributed {
  if (guard === 'observe') {
    return {
      attribution: 'unknown',
      attributionReason: {
        zh: '平台要求只观察、不干预，单次学习无法判断是学员还是平台所为。',
        en: 'The platform had asked the guard only to observe; one sitting alone cannot tell the learner from the platform.',
      },
    };
  }
  return {
    attribution: 'learner',
    attributionReason: {
      zh: '发生在这名学员的浏览器中，且监控处于强制状态；没有证据指向平台。',
      en: 'It happened in this learner’s browser with the guard enforcing; nothing points at the platform.',
    },
  };
}

/** For a suppressed control: a user script could have done it as well as the platform’s page. */
export function unknownUntilPopulation(): Attributed {
  return {
    attribution: 'unknown',
    attributionReason: {
      zh: '学员自行安装的脚本也能做到；只有多名学员在同一课时出现同样情况，才能认定为平台行为。',
      en: 'A script installed by the learner could do this too; only the same in several learners’ sittings shows the platform’s part.',
    },
  };
}

/** For what is only noted for review. */
export function notAttributed(): Attributed {
  return {
    attribution: 'unknown',
    attributionReason: { zh: '仅供复核，不影响结论。', en: 'Noted for review only; it changes no outcome.' },
  };
}

/** For what the platform itself did towards the server: no learner can forge it (rules §4 (a)). */
export function byPlatformAct(): Attributed {
  return {
    attribution: 'platform',
    attributionReason: {
      zh: '依据是平台自身向服务器发出的请求，学员无法伪造。',
      en: 'It rests on the platform’s own request to the server, which no learner can forge.',
    },
  };
}

/** For what two sides could have done and one sitting alone cannot tell. */
export function unknownSide(): Attributed {
  return {
    attribution: 'unknown',
    attributionReason: {
      zh: '单次学习无法判断是学员还是平台所为。',
      en: 'One sitting alone cannot tell whether the learner or the platform did it.',
    },
  };
}
