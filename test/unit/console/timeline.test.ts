import type { PopupCoverage, Timeline } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { mediaTicks, niceStep, timeTicks } from '../../../console/src/timeline/axis.ts';
import {
  honestLine,
  makeScales,
  playbackRuns,
  readingAt,
  referenceLines,
  spread,
  stretch,
} from '../../../console/src/timeline/geometry.ts';
import { popupFate, popupMarks } from '../../../console/src/timeline/marks.ts';
import { findingTip, instantTip, popupTip } from '../../../console/src/timeline/tips.ts';
import { EVENING, storiedSittings, VIDEO_MS } from '../../support/console-sittings.ts';

const BOX = { left: 100, top: 20, width: 1_000, height: 200 };
const sittings = storiedSittings();

/** Keys as words, so that the tests read what was said without a language. */
function keys(key: string, values?: Record<string, unknown>): string {
  return values === undefined ? key : `${key} ${Object.values(values).join(' ')}`;
}

function emptyTimeline(part: Partial<Timeline> = {}): Timeline {
  const lists = { points: [], hidden: [], unfocused: [], offline: [], popups: [], photos: [], findings: [] };
  return { session: 's', openedAt: EVENING, endedAt: null, videoMs: VIDEO_MS, ...lists, ...part };
}

describe('the scales of the timeline', () => {
  it('put the opening at the left edge, the last instant at the right edge, and invert', () => {
    const timeline = sittings.fast.timeline;
    const scales = makeScales(timeline, BOX);
    expect(scales.x(timeline.openedAt)).toBe(100);
    expect(scales.x(timeline.endedAt ?? 0)).toBe(1_100);
    expect(scales.atOf(scales.x(timeline.openedAt + 12_345))).toBeCloseTo(timeline.openedAt + 12_345, 3);
    expect([scales.y(0), scales.y(VIDEO_MS)]).toEqual([220, 20]);
  });

  it('clamp what lies outside, and never divide by nothing', () => {
    const scales = makeScales(emptyTimeline({ videoMs: 0 }), BOX);
    expect(scales.x(EVENING - 5_000)).toBe(100);
    expect(scales.x(EVENING + 3_600_000)).toBe(1_100);
    expect(scales.y(-1)).toBe(220);
    expect(scales.toAt - scales.fromAt).toBe(10_000);
  });

  it('give a finding the x-range of its interval', () => {
    const { timeline } = sittings.fast;
    const span = timeline.findings[0]?.span;
    const scales = makeScales(timeline, BOX);
    const { x, width } = stretch(scales, span?.fromAt ?? 0, span?.toAt ?? 0);
    expect(scales.atOf(x)).toBeCloseTo(span?.fromAt ?? 0, 3);
    expect(scales.atOf(x + width)).toBeCloseTo(span?.toAt ?? 0, 3);
  });
});

describe('the playback line', () => {
  it('is cut where playing and standing still alternate', () => {
    const { timeline } = sittings.honest;
    const runs = playbackRuns(timeline, makeScales(timeline, BOX));
    expect(runs.map((run) => run.playing)).toEqual([true, false, true]);
    expect(runs[0]?.d.startsWith('M')).toBe(true);
  });

  it('is nothing without samples and with a single one', () => {
    const one = emptyTimeline({ points: [[EVENING, 0, true]] });
    expect(playbackRuns(emptyTimeline(), makeScales(emptyTimeline(), BOX))).toEqual([]);
    expect(playbackRuns(one, makeScales(one, BOX))).toEqual([]);
  });

  it('runs parallel to the reference lines at normal speed and steeper at four times', () => {
    const { timeline } = sittings.fast;
    const scales = makeScales(timeline, BOX);
    const perMs = BOX.height / scales.mediaMs / (BOX.width / (scales.toAt - scales.fromAt));
    for (const line of referenceLines(scales)) {
      expect((line.y1 - line.y2) / (line.x2 - line.x1)).toBeCloseTo(perMs, 6);
    }
    expect(referenceLines(scales).length).toBeGreaterThan(3);
    expect(readingAt(timeline, timeline.openedAt + 17_000)?.ratePermille).toBe(4_000);
    expect(readingAt(timeline, timeline.openedAt + 5_000)?.ratePermille).toBe(1_000);
    expect(readingAt(timeline, timeline.openedAt)).toBeNull();
  });
});

describe('the line of normal speed', () => {
  it('starts with the playback and ends where time or the video ends', () => {
    const { timeline } = sittings.fast;
    const scales = makeScales(timeline, BOX);
    const line = honestLine(timeline, scales);
    expect(line?.x1).toBe(scales.x(timeline.openedAt + 900));
    expect(line?.x2).toBe(1_100);
    expect(line?.y2).toBeCloseTo(scales.y(scales.toAt - timeline.openedAt - 900), 6);
    expect(honestLine(emptyTimeline(), scales)).toBeNull();
  });
});

describe('the axes', () => {
  it('step by round times', () => {
    expect([niceStep(64_000, 8), niceStep(3_600_000, 10), niceStep(9 * 86_400_000, 3)]).toEqual([
      10_000,
      600_000,
      3 * 86_400_000,
    ]);
  });

  it('stay inside the plot', () => {
    const scales = makeScales(sittings.honest.timeline, BOX);
    const across = timeTicks(scales, 110);
    expect(across.every((at) => at >= scales.fromAt && at <= scales.toAt)).toBe(true);
    expect(across.length).toBeGreaterThan(4);
    expect(mediaTicks(scales, 50)).toEqual([0, 30_000, 60_000]);
  });
});

describe('badges', () => {
  it('keep their distance and stay inside', () => {
    const marks = [
      { id: 'F1', x: 1_090 },
      { id: 'F2', x: 1_095 },
      { id: 'F3', x: 300 },
    ];
    expect(spread(marks, 30, 100, 1_100)).toEqual([
      { id: 'F3', x: 300 },
      { id: 'F1', x: 1_070 },
      { id: 'F2', x: 1_100 },
    ]);
  });
});

describe('popups', () => {
  const popup: PopupCoverage = {
    id: 'p1',
    atCreditedMs: 10_000,
    issuedAt: EVENING,
    shownAt: EVENING + 100,
    answeredAt: null,
    deadlineAt: EVENING + 12_000,
  };

  it('wait until their deadline, are overdue after it, answered or answered late', () => {
    expect(popupFate(popup, EVENING + 11_999)).toBe('waiting');
    expect(popupFate(popup, EVENING + 12_000)).toBe('overdue');
    expect(popupFate({ ...popup, answeredAt: EVENING + 12_000 }, EVENING + 20_000)).toBe('answered');
    expect(popupFate({ ...popup, answeredAt: EVENING + 12_001 }, EVENING + 20_000)).toBe('late');
  });

  it('reach to the answer, the deadline, or now', () => {
    const end = (part: Partial<PopupCoverage>, now: number): number | undefined =>
      popupMarks(emptyTimeline({ popups: [{ ...popup, ...part }] }), now)[0]?.endAt;
    expect(end({}, EVENING + 3_000)).toBe(EVENING + 3_000);
    expect(end({}, EVENING + 60_000)).toBe(EVENING + 12_000);
    expect(end({ answeredAt: EVENING + 4_000 }, EVENING + 60_000)).toBe(EVENING + 4_000);
  });

  it('say whether they were ever shown', () => {
    const mark = popupMarks(emptyTimeline({ popups: [{ ...popup, shownAt: null }] }), EVENING + 60_000)[0];
    expect(mark && popupTip(mark, keys).lines).toContain('controls.notShown');
  });
});

describe('tooltips', () => {
  it('tell position, measured speed and what was found at an instant', () => {
    const { timeline } = sittings.fast;
    const tip = instantTip(timeline, timeline.openedAt + 17_900, keys);
    expect(tip.title).toBe('21:03:17');
    expect(tip.lines).toEqual([
      'timeline.position 0:32 · timeline.speed 4.00×',
      'rule.fast-forward · kind.slope-measured',
    ]);
  });

  it('tell that the page was hidden', () => {
    const { timeline } = sittings.honest;
    expect(instantTip(timeline, timeline.openedAt + 25_000, keys).lines).toEqual([
      'timeline.position 0:22 · timeline.paused',
      'timeline.hidden',
    ]);
  });

  it('set the claim against the measurement', () => {
    const found = sittings.fast.timeline.findings[0];
    const lines = found === undefined ? [] : findingTip(found, keys).lines;
    expect(lines).toContain('findings.claimed 1.00×');
    expect(lines).toContain('findings.measured 4.00×');
    expect(lines.slice(0, 2)).toEqual(['kind.slope-measured', 'zz-2022-2:20(3)']);
  });
});
