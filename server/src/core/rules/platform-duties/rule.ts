/**
 * `platform-duties` (rules §3, §4 (a)): what the platform itself did towards the server when it asked for this sitting.
 *
 * Violations, all with attribution `platform`, once something was played: a video that had not been approved; a ticket that
 * turned a required control off (the control is asked for all the same). An overridden order check without effect is a hint.
 * Listing, spacing, online share and bans are decided before a sitting opens and at recognition, not here.
 */
import type { Bilingual, FindingKind, Severity } from '@zhenxue/protocol';
import { addFinding, type Draft, firstTime, ONCE, refOf, spanOf } from '../../session/draft.ts';
import type { ControlName } from '../../session/records.ts';
import type { Step } from '../../session/step.ts';
import { byPlatformAct } from '../attribution.ts';
import { hasPlayed } from '../played.ts';
import type { Rule } from '../rule.ts';

const CONTROL_WORDS: Readonly<Record<ControlName, Bilingual>> = {
  popup: { zh: '弹窗', en: 'popups' },
  photo: { zh: '随机拍照', en: 'random photos' },
  liveness: { zh: '活体比对', en: 'live comparison' },
};

const UNAPPROVED: Bilingual = {
  zh: '播放了未经审批的课程视频。',
  en: 'A video that had not been approved was played.',
};

const OVERRIDDEN: Bilingual = {
  zh: '平台要求绕过课程顺序检查；本次未造成乱序学习。',
  en: 'The platform asked to override the order check; nothing was out of order this time.',
};

function observeActs(draft: Draft, step: Step): void {
  const { acts, place } = draft.state.facts;
  if (acts === undefined || !hasPlayed(draft.state, step)) return;
  if (acts.videoUnapproved === true)
    note(draft, step, 'violation', 'video-unapproved', ONCE.videoUnapproved, UNAPPROVED);
  const off = acts.controlsOff ?? [];
  if (off.length > 0)
    note(draft, step, 'violation', 'control-disabled', ONCE.controlDisabled, disabledWords(off));
  const inOrder = place === undefined || !place.specialised || place.unfinishedBefore === 0;
  if (acts.orderOverridden === true && inOrder)
    note(draft, step, 'hint', 'order-overridden', ONCE.orderOverridden, OVERRIDDEN);
}

function disabledWords(off: readonly ControlName[]): Bilingual {
  const zh = off.map((control) => CONTROL_WORDS[control].zh).join('、');
  const en = off.map((control) => CONTROL_WORDS[control].en).join(', ');
  return {
    zh: `平台要求关闭必需的监控措施：${zh}。`,
    en: `The platform asked to turn required controls off: ${en}.`,
  };
}

function note(
  draft: Draft,
  step: Step,
  severity: Severity,
  kind: FindingKind,
  once: number,
  reason: Bilingual,
): void {
  if (!firstTime(draft, once)) return;
  addFinding(draft, {
    rule: 'platform-duties',
    kind,
    severity,
    ...byPlatformAct(),
    span: spanOf(step.from, step.to),
    claimed: null,
    measured: null,
    reason,
    evidence: [refOf(step.from), refOf(step.to)],
  });
}

/** See the file's comment. */
export const platformDuties: Rule = { id: 'platform-duties', irregularStep: observeActs };
