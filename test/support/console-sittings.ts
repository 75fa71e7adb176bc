/** Sittings as a server would describe them, for looking at the console without one. */
import type {
  Finding,
  Outcome,
  PopupCoverage,
  SessionDetail,
  SessionSummary,
  Timeline,
  Verdict,
} from '@zhenxue/protocol';

/** 23 November 2026, 21:00:00 in Shanghai. */
export const EVENING: number = Date.UTC(2026, 10, 23, 13, 0, 0);

/** Length of the demo clip, ms. */
export const VIDEO_MS = 64_000;

const PACK = { id: 'demo', version: '1', hash: 'q3l0vD8sJ2yXbW1nQeT7kRzM4cUaHf9GpLi6ZoB5sEw' };
const BEAT_MS = 5_000;

/** A sitting with everything that the console asks for. */
export interface Sitting {
  readonly detail: SessionDetail;
  readonly timeline: Timeline;
}

type Point = readonly [number, number, boolean];
type Stretch = readonly [number, number];

/** A stretch of the story: how long, at which rate (0 = paused). */
type Step = readonly [lengthMs: number, rate: number];

/** Samples of a story of playing and pausing, one per beat and one at every change. */
export function pointsOf(openedAt: number, steps: readonly Step[]): Point[] {
  const points: Point[] = [];
  let at = openedAt + 900;
  let m = 0;
  for (const [lengthMs, rate] of steps) {
    for (let passed = 0; passed < lengthMs; passed += BEAT_MS) {
      points.push([at + passed, Math.round(m + passed * rate), rate > 0]);
    }
    at += lengthMs;
    m += Math.round(lengthMs * rate);
  }
  return [...points, [at, m, false]];
}

function popup(id: string, issuedAt: number, answerMs: number | null, atCreditedMs: number): PopupCoverage {
  const shownAt = issuedAt + 120;
  const answeredAt = answerMs === null ? null : shownAt + answerMs;
  return { id, issuedAt, shownAt, answeredAt, deadlineAt: issuedAt + 12_000, atCreditedMs };
}

interface Story {
  readonly session: string;
  readonly learner: string;
  readonly lesson: string;
  readonly lessonTitle: string;
  readonly openedAt: number;
  readonly live?: boolean;
  readonly outcome: Outcome;
  readonly steps: readonly Step[];
  readonly creditedMs: number;
  readonly coveragePermille: number;
  readonly hidden?: readonly Stretch[];
  readonly unfocused?: readonly Stretch[];
  readonly offline?: readonly Stretch[];
  readonly popups: readonly PopupCoverage[];
  readonly photoAt: number | null;
  readonly findings: readonly Finding[];
  readonly credited?: Verdict['credited'];
  readonly makeUp?: Verdict['makeUp'];
}

function summaryOf(story: Story, endedAt: number | null): SessionSummary {
  return {
    session: story.session,
    platform: 'demo-platform',
    learner: story.learner,
    course: 'demo-course',
    lesson: story.lesson,
    lessonTitle: story.lessonTitle,
    openedAt: story.openedAt,
    endedAt,
    ended: endedAt === null ? null : story.outcome === 'incomplete' ? 'left' : 'completed',
    outcome: story.outcome,
    creditedMs: story.creditedMs,
    coveragePermille: story.coveragePermille,
    violations: story.findings.filter((finding) => finding.severity === 'violation').length,
    packId: PACK.id,
  };
}

/** Tells a story as the server would. */
export function sittingOf(story: Story): Sitting {
  const points = pointsOf(story.openedAt, story.steps);
  const endedAt = story.live === true ? null : (points.at(-1)?.[0] ?? story.openedAt) + 700;
  const summary = summaryOf(story, endedAt);
  const photo = story.photoAt === null ? null : 'c1';
  const verdict: Verdict = {
    session: story.session,
    outcome: story.outcome,
    final: endedAt !== null,
    pack: PACK,
    ended: summary.ended,
    creditedMs: story.creditedMs,
    coveragePermille: story.coveragePermille,
    credited: story.credited ?? [[0, story.creditedMs]],
    popups: story.popups,
    classHours: [{ hour: 1, fromCreditedMs: 0, toCreditedMs: story.creditedMs, photo }],
    findings: story.findings,
    makeUp: story.makeUp ?? null,
  };
  const timeline: Timeline = {
    session: story.session,
    openedAt: story.openedAt,
    endedAt,
    videoMs: VIDEO_MS,
    points,
    hidden: story.hidden ?? [],
    unfocused: story.unfocused ?? [],
    offline: story.offline ?? [],
    popups: story.popups,
    photos:
      story.photoAt === null
        ? []
        : [{ id: 'c1', requestedAt: story.photoAt, storedAt: story.photoAt + 1_400 }],
    findings: story.findings,
  };
  return { detail: { ...summary, videoMs: VIDEO_MS, verdict }, timeline };
}

function finding(
  part: Pick<Finding, 'id' | 'rule' | 'kind' | 'span' | 'reason'> & Partial<Finding>,
): Finding {
  return {
    severity: 'violation',
    attribution: 'unknown',
    attributionReason: {
      zh: '单个学员的证据不足以归责于平台。',
      en: 'Evidence from one learner alone cannot show what the platform did.',
    },
    clause: 'zz-2022-2:20(3)',
    claimed: null,
    measured: null,
    evidence: [{ seq: 3, index: 0 }],
    ...part,
  };
}

function honest(): Sitting {
  const at = EVENING + 60_000;
  return sittingOf({
    session: '019ab5c2-7a10-7c4e-9d31-1f6b0a2e4c01',
    learner: 'L-20417',
    lesson: 'lesson-1',
    lessonTitle: '安全用电基础 · 第一课',
    openedAt: at,
    outcome: 'valid',
    steps: [
      [22_000, 1],
      [6_000, 0],
      [42_000, 1],
    ],
    creditedMs: 64_000,
    coveragePermille: 1000,
    hidden: [[at + 23_400, at + 27_900]],
    popups: [popup('p1', at + 16_300, 2_900, 15_400), popup('p2', at + 47_800, 4_300, 40_900)],
    photoAt: at + 36_200,
    findings: [
      finding({
        id: 'F1',
        rule: 'fast-forward',
        kind: 'rate-attempt',
        severity: 'hint',
        attribution: 'learner',
        attributionReason: {
          zh: '播放器的倍速按钮由学员操作。',
          en: 'The rate control of the player was used.',
        },
        span: {
          fromAt: at + 57_000,
          toAt: at + 57_400,
          fromT: 56_900,
          toT: 57_300,
          fromM: 50_100,
          toM: 50_500,
        },
        claimed: 2_000,
        measured: 400,
        reason: {
          zh: '曾尝试以 2 倍速播放，SDK 在 0.4 秒内恢复为 1 倍速，视频没有超前。',
          en: 'A rate of 2× was tried; the SDK reset it within 0.4 s and the video did not run ahead.',
        },
      }),
    ],
  });
}

function fast(): Sitting {
  const at = EVENING + 180_000;
  return sittingOf({
    session: '019ab5c4-4e20-7b12-8a77-52c19de0b302',
    learner: 'L-38850',
    lesson: 'lesson-2',
    lessonTitle: '安全用电基础 · 第二课',
    openedAt: at,
    outcome: 'invalid',
    steps: [
      [12_000, 1],
      [10_000, 4],
      [12_000, 1],
    ],
    creditedMs: 24_000,
    credited: [
      [0, 12_000],
      [52_000, 64_000],
    ],
    coveragePermille: 375,
    popups: [popup('p1', at + 9_300, 2_100, 8_400)],
    photoAt: at + 6_100,
    findings: [
      finding({
        id: 'F1',
        rule: 'fast-forward',
        kind: 'slope-measured',
        span: {
          fromAt: at + 12_900,
          toAt: at + 22_900,
          fromT: 12_800,
          toT: 22_800,
          fromM: 12_000,
          toM: 52_000,
        },
        claimed: 1_000,
        measured: 4_002,
        reason: {
          zh: '页面声称 1 倍速，而视频在 10.0 秒内推进了 40.0 秒，实测为 4.00 倍速。',
          en: 'The page claimed a rate of 1×, but the video advanced 40.0 s in 10.0 s: 4.00× measured.',
        },
      }),
    ],
  });
}

function hiddenCheat(): Sitting {
  const at = EVENING + 300_000;
  const removed = popup('p2', at + 46_000, null, 26_000);
  return sittingOf({
    session: '019ab5c6-2230-7e0a-b5f2-6c3d8e91a703',
    learner: 'L-51026',
    lesson: 'lesson-1',
    lessonTitle: '安全用电基础 · 第一课',
    openedAt: at,
    outcome: 'invalid',
    steps: [[64_000, 1]],
    creditedMs: 26_000,
    credited: [
      [0, 17_300],
      [40_800, 49_500],
    ],
    coveragePermille: 406,
    hidden: [[at + 18_200, at + 41_700]],
    unfocused: [[at + 41_700, at + 45_000]],
    popups: [popup('p1', at + 12_000, 3_600, 11_100), { ...removed, shownAt: null }],
    photoAt: null,
    findings: [
      finding({
        id: 'F1',
        rule: 'multi-window',
        kind: 'played-hidden',
        attribution: 'learner',
        attributionReason: {
          zh: '页面由学员切换到后台。',
          en: 'The learner put the page into the background.',
        },
        span: {
          fromAt: at + 18_200,
          toAt: at + 41_700,
          fromT: 18_100,
          toT: 41_600,
          fromM: 17_300,
          toM: 40_800,
        },
        measured: 23_500,
        reason: {
          zh: '页面隐藏期间视频继续播放了 23.5 秒，超过 5 秒的宽限。',
          en: 'The video played on for 23.5 s while the page was hidden, past the grace of 5 s.',
        },
      }),
      finding({
        id: 'F2',
        rule: 'popup-interval',
        kind: 'popup-suppressed',
        span: {
          fromAt: at + 46_000,
          toAt: at + 64_900,
          fromT: 45_900,
          toT: 64_800,
          fromM: 45_100,
          toM: 64_000,
        },
        measured: 6_900,
        reason: {
          zh: '弹窗已送达但从未展示，截止后视频仍播放了 6.9 秒。',
          en: 'The popup was delivered but never shown, and the video played on for 6.9 s past its deadline.',
        },
      }),
      finding({
        id: 'F3',
        rule: 'random-photo',
        kind: 'photo-missing',
        severity: 'gap',
        span: {
          fromAt: at + 64_900,
          toAt: at + 64_900,
          fromT: 64_800,
          toT: 64_800,
          fromM: 64_000,
          toM: 64_000,
        },
        measured: 1,
        reason: { zh: '本学时没有随机照片。', en: 'The class hour has no random photo.' },
      }),
    ],
  });
}

function live(): Sitting {
  const at = EVENING + 420_000;
  return sittingOf({
    session: '019ab5c7-f640-7d55-91c8-7de40b65f904',
    learner: 'L-60733',
    lesson: 'lesson-3',
    lessonTitle: '安全用电基础 · 第三课',
    openedAt: at,
    live: true,
    outcome: 'in_progress',
    steps: [[31_000, 1]],
    creditedMs: 31_000,
    coveragePermille: 484,
    offline: [[at + 20_300, at + 24_100]],
    popups: [popup('p1', at + 14_800, 3_100, 13_900), popup('p2', at + 29_400, null, 28_500)],
    photoAt: at + 8_500,
    findings: [],
  });
}

function undecided(): Sitting {
  const at = EVENING - 3_600_000;
  return sittingOf({
    session: '019ab58c-1150-7a3b-8e64-8bf51c76a005',
    learner: 'L-77902',
    lesson: 'lesson-1',
    lessonTitle: '安全用电基础 · 第一课',
    openedAt: at,
    outcome: 'undetermined',
    steps: [[64_000, 1]],
    creditedMs: 64_000,
    coveragePermille: 1000,
    popups: [popup('p1', at + 15_000, 2_800, 14_100), popup('p2', at + 38_000, 5_200, 37_100)],
    photoAt: null,
    findings: [
      finding({
        id: 'F1',
        rule: 'random-photo',
        kind: 'photo-missing',
        severity: 'gap',
        span: { fromAt: at + 900, toAt: at + 64_900, fromT: 800, toT: 64_800, fromM: 0, toM: 64_000 },
        reason: {
          zh: '摄像头不可用，本学时没有随机照片。',
          en: 'The camera was not available: the class hour has no random photo.',
        },
      }),
    ],
    makeUp: {
      zh: '请在摄像头可用的设备上重新学习本学时，届时会再次随机拍照。',
      en: 'Study this class hour again on a device with a working camera; a photo will be asked for at a new random moment.',
    },
  });
}

/** The sittings that tests look at, by what they show. */
export function storiedSittings(): Readonly<
  Record<'honest' | 'fast' | 'hidden' | 'live' | 'undecided', Sitting>
> {
  return { honest: honest(), fast: fast(), hidden: hiddenCheat(), live: live(), undecided: undecided() };
}
