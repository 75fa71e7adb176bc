/**
 * A second live sitting of the same learner whose media advances (rules §2). The application tells each sitting of the
 * stretches in which media advanced in the learner's others. Server times of samples are estimates that lie up to one network
 * delay late, so a grace keeps the honest who close one lesson and open the next from being accused. What overlaps is not
 * credited twice in any case (rules §1); that is `credit.ts`.
 */
import type { Bilingual } from '@zhenxue/protocol';
import { creditedStretches, noteElsewhere, STRETCHES_MAX } from '../../credit/credit.ts';
import {
  addInterval,
  bounded,
  type IntervalSet,
  NOTHING,
  overlap,
  unite,
} from '../../credit/interval-set.ts';
import { addFinding, type Draft, extendFinding, lastPoint, refOf, spanOf } from '../../session/draft.ts';
import type { SessionRecord } from '../../session/records.ts';
import type { Point } from '../../session/state.ts';
import type { Step } from '../../session/step.ts';
import { byLearnerOrUnknown } from '../attribution.ts';
import { seconds } from '../units.ts';
import { nothingKnown, type SecondSitting } from './state.ts';

/** Takes in where media advanced in another sitting. A stretch that is none changes nothing. */
export function takeElsewhere(draft: Draft, record: SessionRecord, at: number): void {
  if (record.kind !== 'elsewhere' || !(record.to > record.from)) return;
  const { state } = draft;
  state.multiWindow ??= nothingKnown();
  const { multiWindow, openedAt } = state;
  const from = record.from - openedAt;
  const to = Math.min(record.to - openedAt, at);
  if (record.credited) noteElsewhere(draft, from, to);
  const now = lastPoint(draft.state);
  const second = multiWindow.second ?? {
    stretches: NOTHING,
    here: NOTHING,
    sharedMs: 0,
    from: null,
    finding: null,
  };
  const here = unite(creditedStretches(state), second.here);
  const sharedMs = sharedIn(here, second.stretches, from, to);
  const since: Point = { ...now, at: Math.min(now.at, Math.max(from, 0)) };
  const stretches = bounded(addInterval(second.stretches, from, to), STRETCHES_MAX);
  multiWindow.second = count(draft, { ...second, stretches }, sharedMs, since, now);
}

/** How long this sitting was credited or played within `[from, to)`, without what was known and counted before, ms. */
function sharedIn(here: IntervalSet, known: IntervalSet, from: number, to: number): number {
  let sharedMs = overlap(here, from, to);
  for (const stretch of known)
    sharedMs -= overlap(here, Math.max(stretch[0], from), Math.min(stretch[1], to));
  return sharedMs;
}

/** Looks at one step: did media advance here and elsewhere at the same time? */
export function observeSecond(draft: Draft, step: Step): void {
  const { multiWindow } = draft.state;
  if (multiWindow === null || multiWindow.second === null || step.advancedMs === 0) return;
  const { stretches, here } = multiWindow.second;
  // What is not credited here was played all the same; of many stretches the oldest are forgotten, which accuses nobody.
  const played = addInterval(here, step.from.at, step.to.at).slice(-STRETCHES_MAX);
  const second = { ...multiWindow.second, here: played };
  multiWindow.second = count(draft, second, overlap(stretches, step.from.at, step.to.at), step.from, step.to);
}

function count(draft: Draft, second: SecondSitting, moreMs: number, from: Point, to: Point): SecondSitting {
  const { pack, guard } = draft.state.facts;
  if (moreMs === 0) return second;
  const next = { ...second, sharedMs: second.sharedMs + moreMs, from: second.from ?? from };
  if (next.sharedMs <= pack.multiWindow.secondSittingGraceMs) return next;
  const reason: Bilingual = {
    zh: `同一学员的另一个学习窗口或设备同时在播放，重叠 ${seconds(next.sharedMs)} 秒。`,
    en: `Another sitting of the same learner played at the same time, for ${seconds(next.sharedMs)} s.`,
  };
  const figures = { span: spanOf(next.from, to), claimed: null, measured: next.sharedMs, reason };
  if (second.finding !== null) {
    extendFinding(draft, second.finding, { ...figures, evidence: [refOf(to)] });
    return next;
  }
  const finding = addFinding(draft, {
    rule: 'multi-window',
    kind: 'second-sitting',
    severity: 'violation',
    ...byLearnerOrUnknown(guard),
    ...figures,
    evidence: [refOf(next.from), refOf(to)],
  });
  return { ...next, finding };
}
