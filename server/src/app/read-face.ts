/** Reads a face, trying again while the engine is busy, and says what was wrong in words that a person can act on. */
import type { CaptureProblem } from '@zhenxue/protocol';
import type { FaceReading } from '../core/identity/reading.ts';
import type { CannotTell } from '../core/identity/reasons.ts';
import { Refusal } from './failure.ts';
import type { FaceEngine, FaceReadOptions, Schedule } from './ports.ts';

/** Times that a busy engine is asked again for one image. */
const TRIES_MAX = 4;

/** Reads an image; after several refusals of a busy engine the answer stays `later`. */
export async function readFace(
  engine: FaceEngine,
  schedule: Schedule,
  bytes: Uint8Array,
  options: FaceReadOptions,
): Promise<FaceReading> {
  for (let tries = 1; ; tries += 1) {
    const reading = await engine.read(bytes, options);
    if (reading.status !== 'later' || reading.reason === 'closed' || tries >= TRIES_MAX) return reading;
    await new Promise<void>((resolve) => {
      schedule(reading.retryMs, resolve);
    });
  }
}

const PROBLEMS: Readonly<Record<CannotTell, CaptureProblem>> = {
  'unusable-image': 'blurred',
  'no-face': 'no-face',
  'several-faces': 'several-faces',
  'too-dark': 'too-dark',
  'too-bright': 'too-bright',
  'too-far': 'too-far',
  blurred: 'blurred',
  borderline: 'not-recognised',
  'not-enrolled': 'not-recognised',
  'other-model': 'not-recognised',
  'too-few-frames': 'too-slow',
  'not-followed': 'steps-missed',
  expired: 'too-slow',
  busy: 'too-slow',
};

/** The problem as the wire names it. */
export function problemOf(reason: CannotTell): CaptureProblem {
  return PROBLEMS[reason];
}

/** The refusal for a busy engine: nothing was lost, the same bytes are to be sent again. */
export function busy(): Refusal {
  return new Refusal('slow-down', 'expected the face engine to have time; send the same again');
}
