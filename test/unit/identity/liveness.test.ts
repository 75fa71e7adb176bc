import { describe, expect, it } from 'vitest';
import {
  drawChallenge,
  frameOptions,
  LIVENESS_ACTIONS,
  type LivenessAction,
} from '../../../server/src/core/identity/liveness/challenge.ts';
import type { FrameMeasurement } from '../../../server/src/core/identity/liveness/frames.ts';
import { judgeLiveness } from '../../../server/src/core/identity/liveness/judge.ts';
import { LandmarkError, mouthOpening, yawOf } from '../../../server/src/core/identity/liveness/measure.ts';
import { planarityResidual } from '../../../server/src/core/identity/liveness/planarity.ts';
import type { FaceReading } from '../../../server/src/core/identity/reading.ts';
import { FACE_THRESHOLDS } from '../../../server/src/core/identity/thresholds.ts';
import { draws } from '../../../server/src/core/session/draw.ts';
import { descriptorOf, landmarksOf, type Pose, readingOf } from '../../support/face-shape.ts';

const START = 1_000_000;
const PROMPTS = [START + 1_200, START + 5_600] as const;
const FRAME_MS = 125;

interface Play extends Pose {
  readonly eyes?: number;
  readonly person?: number;
  readonly reading?: FaceReading;
}

/** Goes to 1 and back: 500 ms there, held, 500 ms back. */
function wave(t: number, from: number, holdMs = 1_100): number {
  const up = (t - from) / 500;
  const down = (from + 1_000 + holdMs - t) / 500;
  return Math.max(0, Math.min(1, up, down));
}

function doing(action: LivenessAction, share: number): Play {
  if (action === 'turn-left') return { turn: 28 * share };
  if (action === 'turn-right') return { turn: -28 * share };
  if (action === 'open-mouth') return { mouth: 0.35 * share };
  return { eyes: share > 0.5 ? 0.06 : 0.35 };
}

/** Frames of nine seconds; `play` says what the face does at a time, ms from the start. */
function film(play: (t: number) => Play): FrameMeasurement[] {
  return Array.from({ length: 72 }, (_, i) => {
    const t = i * FRAME_MS;
    const { eyes = 0.35, person = 0, reading, ...pose } = play(t);
    const step = PROMPTS.filter((promptedAt) => START + t >= promptedAt).length - 1;
    const face = {
      landmarks: landmarksOf(pose),
      eyes: [eyes, eyes] as const,
      descriptor: descriptorOf(person, 0.2, i % 4),
    };
    return { at: START + t, step, reading: reading ?? readingOf(face) };
  });
}

function judge(actions: readonly [LivenessAction, LivenessAction], frames: readonly FrameMeasurement[]) {
  const steps = actions.map((action, i) => ({ action, promptedAt: PROMPTS[i] ?? 0 }));
  const challenge = { steps, startedAt: START, expiresAt: START + 15_000 };
  return judgeLiveness({ challenge, frames, enrolled: descriptorOf(0), thresholds: FACE_THRESHOLDS });
}

const honest = (first: LivenessAction, second: LivenessAction) =>
  film((t) => ({ ...doing(first, wave(t, 1_700)), ...(t > 5_000 ? doing(second, wave(t, 6_100)) : {}) }));

describe('geometry', () => {
  it('reads turns with their sign, whatever the roll', () => {
    for (const rollDegrees of [-20, 0, 20]) {
      expect(yawOf(landmarksOf({ rollDegrees }))).toBeCloseTo(0, 1);
      expect(yawOf(landmarksOf({ turn: 25, rollDegrees }))).toBeGreaterThan(0.35);
      expect(yawOf(landmarksOf({ turn: -25, rollDegrees }))).toBeLessThan(-0.35);
    }
  });

  it('moves little when a photo is tilted, and leaves it in its plane', () => {
    const rest = landmarksOf();
    for (const photoTilt of [-45, -30, 30, 45]) {
      const tilted = landmarksOf({ photoTilt });
      expect(Math.abs(yawOf(tilted) - yawOf(rest))).toBeLessThan(0.19);
      expect(planarityResidual(rest, tilted)).toBeLessThan(0.001);
    }
    expect(planarityResidual(rest, landmarksOf({ turn: 25 }))).toBeGreaterThan(0.05);
  });

  it('sees a mouth open', () => {
    expect(mouthOpening(landmarksOf({ mouth: 0.35 })) - mouthOpening(landmarksOf())).toBeGreaterThan(0.25);
  });

  it('refuses what are no landmarks', () => {
    expect(() => planarityResidual([], [])).toThrow(LandmarkError);
    const broken = landmarksOf().with(3, { x: Number.NaN, y: 0 });
    expect(() => planarityResidual(landmarksOf(), broken)).toThrow(LandmarkError);
    const point = new Array(68).fill({ x: 1, y: 1 });
    expect(planarityResidual(landmarksOf(), point)).toBeNaN();
  });
});

describe('a challenge', () => {
  it('is drawn from all pairs, with gaps in their bounds', () => {
    const seen = new Set<string>();
    for (let n = 0; n < 300; n += 1) {
      const { actions, gapsMs } = drawChallenge(draws('5a'.repeat(32), 'liveness', n));
      seen.add(actions.join());
      for (const gap of gapsMs) expect(gap >= 800 && gap <= 2_000).toBe(true);
    }
    expect(seen.size).toBe(12);
  });

  const pairs = LIVENESS_ACTIONS.flatMap((first) =>
    LIVENESS_ACTIONS.filter((second) => second !== first).map((second) => [first, second] as const),
  );
  it.each(pairs)('is passed by doing as asked: %s, %s', (first, second) => {
    expect(judge([first, second], honest(first, second))).toEqual({ answer: 'passed' });
  });

  it.each(pairs)('is passed on what is read of its frames: %s, %s', (first, second) => {
    const frames = honest(first, second).map((frame, n) => {
      const { descriptor, eyes } = frameOptions(n, [first, second]);
      const face = faceOf(frame);
      const seen = { ...face, ...(descriptor ? {} : { descriptor: null }), ...(eyes ? {} : { eyes: null }) };
      return { ...frame, reading: readingOf(seen) };
    });
    expect(judge([first, second], frames)).toEqual({ answer: 'passed' });
  });

  it('is passed with a blink, a nodding roll and one bad frame', () => {
    const frames = film((t) => ({
      ...doing('turn-left', wave(t, 1_700)),
      ...(t > 5_000 ? doing('open-mouth', wave(t, 6_100)) : {}),
      rollDegrees: 6 * Math.sin(t / 900),
      eyes: t === 3_500 || t === 3_625 ? 0.08 : 0.35,
      ...(t === 8_000 ? { reading: readingOf({ brightness: 5 }) } : {}),
    }));
    expect(judge(['turn-left', 'open-mouth'], frames)).toEqual({ answer: 'passed' });
  });
});

describe('what does not pass', () => {
  const NOT_FOLLOWED = { answer: 'cannot-tell', reason: 'not-followed' };

  it.each([
    ['a still photo', film(() => ({}))],
    ['the wrong order', honest('open-mouth', 'turn-left')],
    ['the wrong side', honest('turn-right', 'open-mouth')],
    ['only the first step', film((t) => doing('turn-left', wave(t, 1_700)))],
    ['a movement before its prompt', film((t) => ({ ...doing('turn-left', wave(t, 300)) }))],
    ['a movement at the very instant', film((t) => ({ ...doing('turn-left', wave(t, 1_100)) }))],
    ['a movement too late', film((t) => ({ ...doing('turn-left', wave(t, 4_200, 100)) }))],
    [
      'a loop that does everything',
      film((t) => ({
        ...doing('turn-left', wave(t % 4_400, 1_700, 200)),
        ...(t % 4_400 > 3_000 ? doing('open-mouth', wave(t % 4_400, 3_100, 0)) : {}),
      })),
    ],
    ['a turn without a way', film((t) => doing('turn-left', wave(t, 1_700) > 0.5 ? 1 : 0))],
    ['eyes that stay closed', film((t) => ({ eyes: t > 1_700 ? 0.05 : 0.35 }))],
  ])('%s', (_name, frames) => {
    const actions = _name.startsWith('eyes')
      ? (['close-eyes', 'turn-left'] as const)
      : (['turn-left', 'open-mouth'] as const);
    expect(judge(actions, frames)).toEqual(NOT_FOLLOWED);
  });

  it('a tilted photo is evidence of something flat', () => {
    const frames = film((t) => ({ photoTilt: 45 * wave(t, 1_700) }));
    expect(judge(['turn-left', 'open-mouth'], frames)).toEqual({ answer: 'failed', evidence: 'flat' });
  });

  it('another person is evidence, a change on the way too', () => {
    const other = honest('turn-left', 'open-mouth').map((frame, i) => {
      return { ...frame, reading: readingOf({ ...faceOf(frame), descriptor: descriptorOf(3, 0.2, i % 4) }) };
    });
    expect(judge(['turn-left', 'open-mouth'], other)).toEqual({ answer: 'failed', evidence: 'other-person' });
    const changed = film((t) => ({
      ...doing('turn-left', wave(t, 1_700)),
      ...(t > 5_000 ? doing('open-mouth', wave(t, 6_100)) : {}),
      person: t > 1_600 && t < 3_900 ? 3 : 0,
    }));
    expect(judge(['turn-left', 'open-mouth'], changed)).toEqual({
      answer: 'failed',
      evidence: 'person-changed',
    });
  });

  it('one strange frame is no evidence, and no pass either', () => {
    const frames = film((t) => ({ ...doing('turn-left', wave(t, 1_700)), person: t === 1_000 ? 3 : 0 }));
    expect(judge(['turn-left', 'open-mouth'], frames)).toEqual({
      answer: 'cannot-tell',
      reason: 'borderline',
    });
  });

  it.each([
    ['too-dark', readingOf({ brightness: 10 })],
    ['several-faces', readingOf({}, { count: 2 })],
    ['no-face', { ...readingOf({}, { count: 0 }), face: null } as FaceReading],
    ['too-far', readingOf({ sizePx: 30 })],
  ] as const)('%s is said, and nothing is held against anyone', (reason, reading) => {
    expect(
      judge(
        ['turn-left', 'open-mouth'],
        film(() => ({ reading })),
      ),
    ).toEqual({ answer: 'cannot-tell', reason });
  });

  it('frames of an earlier challenge, out of order, or late', () => {
    const frames = honest('turn-left', 'open-mouth');
    const early = frames.map((frame) => ({ ...frame, at: frame.at - 60_000 }));
    expect(judge(['turn-left', 'open-mouth'], early)).toEqual(NOT_FOLLOWED);
    expect(judge(['turn-left', 'open-mouth'], frames.toReversed())).toEqual(NOT_FOLLOWED);
    const hasty = frames.map((frame, i) => (i === 3 ? { ...frame, step: 1 } : frame));
    expect(judge(['turn-left', 'open-mouth'], hasty)).toEqual(NOT_FOLLOWED);
    const late = frames.map((frame) => ({ ...frame, at: frame.at + 20_000 }));
    expect(judge(['turn-left', 'open-mouth'], late)).toEqual({ answer: 'cannot-tell', reason: 'expired' });
  });
});

function faceOf({ reading }: FrameMeasurement) {
  return reading.status === 'read' && reading.face !== null ? reading.face : {};
}
