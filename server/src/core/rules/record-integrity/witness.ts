/**
 * Two readings of one thing that do not agree. Hints only (rules §0): one browser can be odd for honest reasons, and what a
 * witness proves beyond that is decided where it belongs (`fast-forward/frames.ts`; the bits of a sample). Which difference
 * matters is decided here and not in the page, where it could be read.
 */
import {
  type Bilingual,
  CAMERA_ODD,
  HIDDEN_BY,
  hasState,
  type LearningEvent,
  type WitnessEvent,
  type WitnessKind,
} from '@zhenxue/protocol';
import { addFinding, type Draft, refOf, spanOf } from '../../session/draft.ts';
import type { Point } from '../../session/state.ts';
import { notAttributed } from '../attribution.ts';

/** Thousandths by which a rate, a slope or a clock may differ from its second reading. */
const TOLERANCE = 50;

/** Share of a film, in thousandths, that the element must have played when it ends. */
const PLAYED_MIN = 950;

/** Oddities of a camera of which two together are more than an odd driver. */
const CAMERA_TELLING: readonly number[] = [
  CAMERA_ODD.constructed,
  CAMERA_ODD.unlisted,
  CAMERA_ODD.noGroup,
  CAMERA_ODD.noStats,
  CAMERA_ODD.virtualLabel,
];

/** Two readings that differ by more than the tolerance. */
function differ({ c, v }: WitnessEvent): boolean {
  return Math.abs(c - v) * 1_000 > TOLERANCE * Math.max(v, 1);
}

const DISAGREES: Readonly<Record<WitnessKind, (event: WitnessEvent) => boolean>> = {
  rate: differ,
  frames: differ,
  clock: differ,
  audio: differ,
  timer: ({ c, v }) => v * 1_000 < c * (1_000 - TOLERANCE),
  played: ({ c, v }) => v * 1_000 < c * PLAYED_MIN,
  // Either alone happens to honest pages: a lock goes with a low battery, frames stall in a page scrolled away.
  visibility: ({ c, v }) =>
    c === 0 &&
    (hasState(v, HIDDEN_BY.entries) || (hasState(v, HIDDEN_BY.wakeLock) && hasState(v, HIDDEN_BY.frames))),
  focus: ({ c, v }) => c === 0 && v > 0,
  silent: ({ v }) => v > 1,
  realm: ({ v }) => v > 0,
  player: ({ v }) => v > 0,
  tabs: ({ c, v }) => v > c,
  screens: () => false,
  automation: ({ v }) => v > 0,
  camera: ({ v }) =>
    hasState(v, CAMERA_ODD.frozen) || CAMERA_TELLING.filter((bit) => hasState(v, bit)).length >= 2,
};

const WORDS: Readonly<Record<WitnessKind, Bilingual>> = {
  rate: { zh: '播放器声称的速度与实测不一致', en: 'the rate that the player claims is not the one it has' },
  frames: { zh: '声称的播放位置与实际画面不一致', en: 'the claimed position and the frames shown disagree' },
  clock: { zh: '页面时钟的快慢异常', en: 'the page’s clock runs at another speed' },
  audio: { zh: '页面时钟与音频时钟不一致', en: 'the page’s clock and the audio clock disagree' },
  timer: { zh: '页面定时器被加速', en: 'the page’s timers fire before their time' },
  played: { zh: '播放结束时，实际播放的部分不足', en: 'the player ended without having played it all' },
  visibility: { zh: '页面声称可见，浏览器记录为隐藏', en: 'the page says visible, the browser says hidden' },
  focus: { zh: '页面声称有焦点，浏览器不这样认为', en: 'the page says focused, the browser does not' },
  silent: { zh: '状态改变而事件被拦截', en: 'state changed while its events were swallowed' },
  realm: { zh: '浏览器自身的函数被替换', en: 'functions of the browser were replaced' },
  player: { zh: '播放器不在页面中或不可见', en: 'the player is outside of the page or not rendered' },
  tabs: { zh: '同一浏览器中另有学习页面', en: 'another page of this browser has or wants a sitting' },
  screens: { zh: '使用多个屏幕', en: 'several screens are in use' },
  automation: { zh: '疑似由程序操作', en: 'a program seems to be at the controls' },
  camera: { zh: '摄像头疑似虚拟设备', en: 'the camera does not look like a device' },
};

/** Notes readings that disagree, once per kind of witness. */
export function observeWitness(draft: Draft, event: LearningEvent, point: Point): void {
  if (event.e !== 'witness' || !DISAGREES[event.k](event)) return;
  const words = WORDS[event.k];
  const en = `Two readings disagree: ${words.en}.`;
  if (draft.state.findings.some((finding) => finding.reason.en === en)) return;
  const camera = event.k === 'camera';
  const from: Point = { ...point, t: Math.max(0, point.t - (event.d ?? 0)), at: point.at - (event.d ?? 0) };
  addFinding(draft, {
    rule: camera ? 'liveness-match' : 'record-integrity',
    kind: camera ? 'capture-virtual' : 'witness-disagrees',
    severity: 'hint',
    ...notAttributed(),
    span: spanOf(from, point),
    claimed: event.c,
    measured: event.v,
    reason: { zh: `两种读数不一致：${words.zh}。`, en },
    evidence: [refOf(point)],
  });
}
