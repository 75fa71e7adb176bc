/**
 * `record-integrity`: what speaks against the record itself. Hints only (rules §0): a page that interferes with the SDK, a
 * sequence number used twice, clocks and positions that make no sense deserve a reviewer's look but prove no fraud by
 * themselves. What makes no sense is never credited either (`take-batch.ts`, `credit.ts`).
 */
import type { Bilingual, FindingKind, LearningEvent, TamperKind } from '@zhenxue/protocol';
import { addFinding, type Draft, firstTime, lastPoint, ONCE, refOf, spanOf } from '../../session/draft.ts';
import type { SessionRecord } from '../../session/records.ts';
import type { Point } from '../../session/state.ts';
import { notAttributed } from '../attribution.ts';
import type { Rule } from '../rule.ts';
import { observeWitness } from './witness.ts';

const TAMPER_WORDS: Readonly<Record<TamperKind, { readonly zh: string; readonly en: string }>> = {
  'popup-removed': { zh: '页面移除了弹窗', en: 'the page removed the popup' },
  'popup-covered': { zh: '页面遮盖了弹窗', en: 'the page covered the popup' },
  'photo-suppressed': { zh: '页面阻止了拍照', en: 'the page kept a photo from being taken' },
  'guard-overridden': { zh: '页面绕过了防护', en: 'the page overrode the guard' },
  'media-replaced': { zh: '页面更换了播放器', en: 'the page replaced the player' },
  automation: { zh: '浏览器由自动化程序控制', en: 'the browser was driven by automation' },
  'untrusted-input': { zh: '操作由脚本而非人触发', en: 'input came from a script, not from a person' },
  'element-patched': { zh: '页面改写了播放器的属性', en: 'the page patched the player’s properties' },
};

/** Notes interference that the SDK saw, once per kind. */
function observeTamper(draft: Draft, event: LearningEvent, point: Point): void {
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

/** Media this far past the registered end, or off the registered duration, is more than rounding, ms. */
const END_TOLERANCE_MS = 2_000;

function observeSample(draft: Draft, event: LearningEvent, point: Point, receivedAt: number): void {
  const { facts, last, clock, upSince } = draft.state;
  const { slackMs } = facts.pack.credit;
  if (last !== null && event.t + slackMs < last.t) {
    noteOnce(draft, point, 'time-backwards', ONCE.timeBackwards, event.t, {
      zh: '会话时间发生倒退，已按前一时刻处理。',
      en: 'Session time went backwards; the event was taken at the time of the one before it.',
    });
  }
  if (event.m > facts.videoMs + END_TOLERANCE_MS) {
    noteOnce(draft, point, 'beyond-end', ONCE.beyondEnd, event.m, {
      zh: '播放位置超出登记的视频时长，超出部分不计入。',
      en: 'The position lies beyond the registered end of the video; nothing there is credited.',
    });
  }
  if (event.e === 'open' && event.d > 0 && Math.abs(event.d - facts.videoMs) > END_TOLERANCE_MS) {
    noteOnce(draft, point, 'video-differs', ONCE.videoDiffers, event.d, {
      zh: '页面播放的视频时长与登记的不一致。',
      en: 'The duration of the video on the page differs from the registered one.',
    });
  }
  if (upSince === null || clock.offsetAt === null) return;
  const lagMs = receivedAt - Math.max(clock.offsetAt + point.t, upSince);
  if (lagMs > facts.pack.hints.clockLagMs) {
    noteOnce(draft, point, 'clock-lagging', ONCE.clockLagging, lagMs, {
      zh: '连接正常，但记录的时间明显落后于服务器时间（休眠、积压或时钟异常）。',
      en: 'On a live connection the record lagged far behind the server’s time (sleep, hoarding or an odd clock).',
    });
  }
}

function noteOnce(
  draft: Draft,
  point: Point,
  kind: FindingKind,
  once: number,
  measured: number,
  reason: Bilingual,
): void {
  if (!firstTime(draft, once)) return;
  addFinding(draft, {
    rule: 'record-integrity',
    kind,
    severity: 'hint',
    ...notAttributed(),
    span: spanOf(point, point),
    claimed: null,
    measured,
    reason,
    evidence: [refOf(point)],
  });
}

/** Notes a sequence number that came again with other bytes; both are kept. */
function observeConflict(draft: Draft, record: SessionRecord, at: number): void {
  if (record.kind !== 'conflict') return;
  const { seq } = record;
  const point = lastPoint(draft.state);
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

/** See the file's comment. */
export const recordIntegrity: Rule = {
  id: 'record-integrity',
  event: (draft, event, point) => {
    observeTamper(draft, event, point);
    observeWitness(draft, event, point);
  },
  sample: observeSample,
  record: observeConflict,
};
