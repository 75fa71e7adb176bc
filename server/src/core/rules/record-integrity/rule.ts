/**
 * `record-integrity`: what speaks against the record itself. Hints only (rules §0): a page that interferes with the SDK, or a
 * sequence number used twice, deserves a reviewer's look but proves no fraud by itself.
 */
import type { LearningEvent, TamperKind } from '@zhenxue/protocol';
import { addFinding, type Draft, refOf, spanOf } from '../../session/draft.ts';
import type { Point } from '../../session/state.ts';
import { notAttributed } from '../attribution.ts';

const TAMPER_WORDS: Readonly<Record<TamperKind, { readonly zh: string; readonly en: string }>> = {
  'popup-removed': { zh: '页面移除了弹窗', en: 'the page removed the popup' },
  'popup-covered': { zh: '页面遮盖了弹窗', en: 'the page covered the popup' },
  'photo-suppressed': { zh: '页面阻止了拍照', en: 'the page kept a photo from being taken' },
  'guard-overridden': { zh: '页面绕过了防护', en: 'the page overrode the guard' },
  'media-replaced': { zh: '页面更换了播放器', en: 'the page replaced the player' },
  'element-patched': { zh: '页面改写了播放器的属性', en: 'the page patched the player’s properties' },
};

/** Notes interference that the SDK saw, once per kind. */
export function observeTamper(draft: Draft, event: LearningEvent, point: Point): void {
  if (event.e !== 'tamper') return;
  const words = TAMPER_WORDS[event.what];
  const en = `The SDK saw that ${words.en}.`;
  if (draft.state.findings.some((finding) => finding.kind === 'tampered' && finding.reason.en === en)) return;
  addFinding(draft, {
    rule: 'record-integrity',
    kind: 'tampered',
    severity: 'hint',
    ...notAttributed(),
    span: spanOf(point, point),
    claimed: null,
    measured: null,
    reason: { zh: `监控程序发现：${words.zh}。`, en },
    evidence: [refOf(point)],
  });
}

/** Notes a sequence number that came again with other bytes; both are kept. */
export function observeConflict(draft: Draft, seq: number, at: number): void {
  const { last, openedAt } = draft.state;
  const point: Point = last ?? { t: 0, m: 0, s: 0, r: 1_000, at: openedAt, seq: 0, index: 0 };
  addFinding(draft, {
    rule: 'record-integrity',
    kind: 'seq-conflict',
    severity: 'hint',
    ...notAttributed(),
    span: { ...spanOf(point, point), toAt: at },
    claimed: null,
    measured: seq,
    reason: {
      zh: `第 ${seq} 批记录以不同内容再次送达，两份均已保存。`,
      en: `Batch ${seq} arrived again with different content; both are kept.`,
    },
    evidence: [{ seq, index: 0 }],
  });
}
