/** What `fast-forward` says to people. */
import type { Bilingual } from '@zhenxue/protocol';
import { factor, position, seconds } from '../units.ts';

/** One sentence per kind of finding. Durations in ms, rates in thousandths. */
export const fastForwardWords = {
  rateReported: (claimed: number, advancedMs: number): Bilingual => ({
    zh: `播放器报告的速度为 ${factor(claimed)} 倍，其间视频前进了 ${seconds(advancedMs)} 秒。`,
    en: `The player reported ${factor(claimed)}× while the video advanced ${seconds(advancedMs)} s.`,
  }),
  rateAttempt: (claimed: number): Bilingual => ({
    zh: `曾尝试以 ${factor(claimed)} 倍速播放，已被立即恢复为正常速度，不影响结论。`,
    en: `A rate of ${factor(claimed)}× was tried and at once set back; it changes no outcome.`,
  }),
  slopeMeasured: (slope: number, playedMs: number): Bilingual => ({
    zh: `在 ${seconds(playedMs)} 秒的播放中，实测速度为 ${factor(slope)} 倍。`,
    en: `Over ${seconds(playedMs)} s of playing the measured speed was ${factor(slope)}×.`,
  }),
  seekForward: (from: number, to: number, advancedMs: number): Bilingual => ({
    zh: `从 ${position(from)} 跳到尚未学习的 ${position(to)}，并继续播放了 ${seconds(advancedMs)} 秒。`,
    en: `Playback jumped from ${position(from)} to ${position(to)}, not yet watched, and went on for ${seconds(advancedMs)} s.`,
  }),
  seekAttempt: (from: number, to: number): Bilingual => ({
    zh: `曾尝试从 ${position(from)} 拖动到 ${position(to)}，已被退回，不影响结论。`,
    en: `A jump from ${position(from)} to ${position(to)} was tried and taken back; it changes no outcome.`,
  }),
  endClaimed: (reached: number, videoMs: number): Bilingual => ({
    zh: `播放器声称视频已播完（${position(videoMs)}），而实际只学习到 ${position(reached)}。`,
    en: `The player claimed the end of the video (${position(videoMs)}) although only ${position(reached)} had been reached.`,
  }),
  endSkipped: (skippedMs: number): Bilingual => ({
    zh: `视频声称播完，但其中 ${seconds(skippedMs)} 秒从未播放过。`,
    en: `The end of the video was claimed although ${seconds(skippedMs)} s of it had never been played.`,
  }),
  clockAhead: (aheadMs: number): Bilingual => ({
    zh: `客户端时钟比服务器时钟快了 ${seconds(aheadMs)} 秒，说明时钟被加速。`,
    en: `The client’s clock was ${seconds(aheadMs)} s ahead of the server’s: it had been sped up.`,
  }),
} as const;
