/** Who is on a random photo: quality, one face, the enrolled person, and no copy of what was shown before. */
import type { CaptureProblem } from '@zhenxue/protocol';
import { compareWithTemplate } from '../core/identity/compare.ts';
import { findCopies } from '../core/identity/duplicate.ts';
import type { PhotoResult, SittingFacts } from '../core/session/records.ts';
import type { App } from './context.ts';
import { keepTrace, reviewSameFace, templateOf, traceOf, tracesOf } from './face-templates.ts';
import { busy, problemOf, readFace } from './read-face.ts';

/** Earlier photos of the learner that a new one is compared with: more than a course of 200 class hours brings in a month. */
const TRACES_MAX = 400;

/** A judged photo. */
export interface JudgedPhoto {
  readonly judged?: PhotoResult;
  readonly why?: CaptureProblem;
  /** What is stored: upright and without metadata. */
  readonly bytes: Uint8Array;
}

/**
 * Judges one photo of a learner who is enrolled; others are stored as they came, and not judged.
 * @throws Refusal `slow-down` while the engine is busy: the page sends it again.
 */
export async function judgePhoto(
  app: App,
  facts: SittingFacts,
  id: string,
  bytes: Uint8Array,
): Promise<JudgedPhoto> {
  const { faces, thresholds } = app.identity;
  const template = faces === null ? null : await templateOf(app, facts, facts.session);
  if (faces === null || template === null) return { bytes };
  const engine = await faces();
  const wanted = { descriptor: true, eyes: false, sureCount: false, cleaned: true };
  const reading = await readFace(engine, app.schedule, bytes, wanted);
  if (reading.status === 'later') throw busy();
  const comparison = compareWithTemplate(reading, engine.name, template, thresholds);
  const clean = reading.status === 'read' && reading.cleaned !== null ? reading.cleaned : bytes;
  if (comparison.answer === 'cannot-tell') {
    // Made with another model: nothing to compare with, and nothing that the learner could photograph better.
    if (comparison.reason === 'other-model') return { bytes: clean };
    return { judged: 'unusable', why: problemOf(comparison.reason), bytes: clean };
  }
  const trace = reading.status === 'read' ? traceOf(`${facts.session}-${id}`, reading) : null;
  if (trace === null) return { judged: 'unusable', why: 'no-face', bytes: clean };
  if (comparison.answer === 'no-match') {
    await reviewSameFace(app, facts, trace.descriptor, facts.session);
    return { judged: 'no-match', bytes: clean };
  }
  const earlier = await tracesOf(app, facts, facts.session, TRACES_MAX);
  if (findCopies(trace, earlier, thresholds).length > 0) return { judged: 'copy', bytes: clean };
  await keepTrace(app, facts, trace);
  return { judged: 'match', bytes: clean };
}
