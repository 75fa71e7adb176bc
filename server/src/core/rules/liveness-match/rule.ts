/**
 * `liveness-match` (rules §2; item 20(3): live face comparison impossible).
 *
 * A challenge before any credit, and others at random credited instants of the lesson. The server's face engine judges them;
 * its results arrive as records. Violations: `attempts` live failures in a row (another person, or no living face), or a
 * capture proven virtual or replayed. While a challenge is overdue, credit stops; before the first is passed, none begins.
 *
 * Honest look-alikes that stay valid: a bad frame, a dark room, several faces once, a camera that fails or is refused: they are
 * asked again at a fresh random instant and, if nothing could be judged in the end, leave a gap with a way to make it
 * up. A live failure is asked again at once; a pass in between clears the count, so no single frame decides.
 *
 * Attribution: the learner's; nothing here can be the platform's doing.
 */
import type { Directive, FindingKind, LearningEvent } from '@zhenxue/protocol';
import { measure, overlap } from '../../credit/interval-set.ts';
import { addFinding, type Draft, lastPoint, refOf, spanOf } from '../../session/draft.ts';
import { draws } from '../../session/draw.ts';
import type { LivenessResult, PhotoResult, SessionRecord, SittingFacts } from '../../session/records.ts';
import type { SessionState } from '../../session/state.ts';
import { byLearnerOrUnknown, notAttributed } from '../attribution.ts';
import { playedSet } from '../played.ts';
import { NO_LIMIT, type Rule } from '../rule.ts';
import type { LivenessState } from './state.ts';
import { livenessWords } from './words.ts';

/** Memory at the opening: the lesson's random instants; null when the pack asks for none. */
export function initialLiveness(facts: SittingFacts): LivenessState | null {
  const { required, perLesson: drawn } = facts.pack.liveness;
  if (!required) return null;
  const due = Array.from({ length: drawn }, (_, i) => instantIn(facts, 0, leftMs(facts), i + 1));
  return {
    entered: false,
    issued: 0,
    challenges: 0,
    failures: 0,
    drawn,
    due: due.sort((a, b) => a - b),
    open: null,
    unmet: 0,
    lastCall: false,
  };
}

/** What is still to be learnt, ms. */
function leftMs(facts: SittingFacts): number {
  return Math.max(1, facts.videoMs - overlap(facts.priorCovered, 0, facts.videoMs));
}

/** The n-th drawn instant, in `[fromMs, toMs)` of credited time. */
function instantIn(facts: SittingFacts, fromMs: number, toMs: number, n: number): number {
  return draws(facts.seed, 'liveness', n)(0, fromMs, Math.max(fromMs, toMs - 1));
}

/** Asks when the sitting begins, when a random instant is reached, and at once after a live failure. */
function issueChallenge(draft: Draft, at: number): void {
  const { liveness, credit, upSince } = draft.state;
  if (liveness === null || liveness.open !== null || upSince === null) return;
  const [next] = liveness.due;
  if (!liveness.entered) {
    if (liveness.challenges < draft.state.facts.pack.liveness.challengesMax) ask(draft, liveness, at);
  } else if (liveness.failures > 0) ask(draft, liveness, at);
  else if (next !== undefined && credit.ms >= next) {
    liveness.due = liveness.due.slice(1);
    ask(draft, liveness, at);
  }
}

function ask(draft: Draft, liveness: LivenessState, at: number): void {
  const { facts } = draft.state;
  const { answerWindowMs } = facts.pack.liveness;
  liveness.issued += 1;
  liveness.challenges += 1;
  const id = `l${liveness.issued}`;
  const deadlineAt = at + answerWindowMs;
  liveness.open = { id, issuedAt: at, deliveredAt: null, deadlineAt, overdueSent: false };
  draft.directives.push({ kind: 'liveness', id, answerMs: answerWindowMs });
}

function takeRecord(draft: Draft, record: SessionRecord, at: number): void {
  const { liveness, facts } = draft.state;
  if (liveness === null) return;
  // Whoever comes back may have repaired a camera: a requirement that was given up is open again.
  if (record.kind === 'connected' && !liveness.entered) liveness.challenges = 0;
  if (record.kind === 'photo') takePhoto(draft, liveness, record.judged, at);
  const { open } = liveness;
  if (open === null) return;
  if (record.kind === 'delivered' && record.directive === open.id && open.deliveredAt === null) {
    const deadlineAt = at + facts.pack.liveness.answerWindowMs;
    liveness.open = { ...open, deliveredAt: at, deadlineAt, overdueSent: false };
  } else if (record.kind === 'liveness' && record.id === open.id) takeResult(draft, liveness, record, at);
}

/** A page that says it cannot take a picture says so about a challenge as about a photo. */
function takeEvent(draft: Draft, event: LearningEvent): void {
  const { liveness } = draft.state;
  if (event.e === 'photo.failed' && liveness?.open?.id === event.id) couldNotTell(draft, liveness);
}

function takeResult(
  draft: Draft,
  liveness: LivenessState,
  { id, result }: { readonly id: string; readonly result: LivenessResult },
  at: number,
): void {
  liveness.open = null;
  switch (result) {
    case 'passed':
      passed(draft, liveness, id);
      return;
    case 'other-person':
    case 'spoof':
      failed(draft, liveness, result, at);
      return;
    case 'virtual':
    case 'replayed':
      raise(
        draft,
        result === 'virtual' ? 'capture-virtual' : 'capture-replayed',
        livenessWords[result],
        at,
        1,
      );
      return;
    case 'too-dark':
    case 'too-far':
    case 'no-face':
    case 'several-faces':
    case 'no-camera':
    case 'unclear':
      couldNotTell(draft, liveness);
      return;
    case 'declined':
      declined(draft, liveness);
      return;
    default:
      result satisfies never;
  }
}

function passed(draft: Draft, liveness: LivenessState, id: string): void {
  liveness.entered = true;
  liveness.failures = 0;
  liveness.challenges = 0;
  draft.directives.push({ kind: 'settled', id: `${id}.m`, ref: id, result: 'met' });
}

function failed(draft: Draft, liveness: LivenessState, result: 'other-person' | 'spoof', at: number): void {
  liveness.failures += 1;
  const { attempts } = draft.state.facts.pack.liveness;
  if (liveness.failures < attempts) return;
  liveness.failures = 0;
  const other = result === 'other-person';
  const words = other ? livenessWords.otherPerson(attempts) : livenessWords.spoof(attempts);
  raise(draft, other ? 'other-person' : 'spoof-shown', words, at, attempts);
}

/** Nobody is asked for what they refused: every requirement left stays unmet. Whoever agrees after all and comes back is asked again. */
function declined(draft: Draft, liveness: LivenessState): void {
  liveness.failures = 0;
  liveness.unmet += liveness.entered ? 1 + liveness.due.length : 0;
  liveness.due = [];
  liveness.challenges = liveness.entered ? 0 : draft.state.facts.pack.liveness.challengesMax;
}

/** A photo of somebody else, or a copy of an earlier one, counts like a failed challenge: a live one is asked for at once. */
function takePhoto(draft: Draft, liveness: LivenessState, judged: PhotoResult | undefined, at: number): void {
  if (judged === 'no-match') failed(draft, liveness, 'other-person', at);
  else if (judged === 'copy') failed(draft, liveness, 'spoof', at);
}

/** Asked again at a fresh random instant; before the first pass, at once. After too many, the requirement stays unmet. */
function couldNotTell(draft: Draft, liveness: LivenessState): void {
  const { credit, facts } = draft.state;
  liveness.open = null;
  if (!liveness.entered) return;
  liveness.failures = 0;
  if (liveness.challenges >= facts.pack.liveness.challengesMax) {
    liveness.unmet += 1;
    liveness.challenges = 0;
    return;
  }
  liveness.drawn += 1;
  const toMs = leftMs(facts);
  const instant = instantIn(facts, Math.min(credit.ms, toMs - 1), toMs, liveness.drawn);
  liveness.due = [...liveness.due, instant].sort((a, b) => a - b);
}

function raise(
  draft: Draft,
  kind: FindingKind,
  reason: { readonly zh: string; readonly en: string },
  at: number,
  measured: number,
): void {
  const now = lastPoint(draft.state);
  addFinding(draft, {
    rule: 'liveness-match',
    kind,
    severity: 'violation',
    ...byLearnerOrUnknown('enforce'),
    // The judgement is the event: its time is known, whenever the page sampled last.
    span: { ...spanOf(now, now), fromAt: at, toAt: at },
    claimed: null,
    measured,
    reason,
    evidence: [refOf(now)],
  });
}

function tick(draft: Draft, at: number): void {
  const { liveness } = draft.state;
  const open = liveness?.open ?? null;
  if (liveness === null || open === null || open.overdueSent || at < open.deadlineAt) return;
  liveness.open = { ...open, overdueSent: true };
  draft.directives.push({ kind: 'settled', id: `${open.id}.o`, ref: open.id, result: 'overdue' });
}

function dueAt(state: SessionState): number | null {
  const open = state.liveness?.open ?? null;
  return open === null || open.overdueSent ? null : open.deadlineAt;
}

function openChallenge(state: SessionState, at: number): Directive | null {
  const open = state.liveness?.open ?? null;
  return open === null
    ? null
    : { kind: 'liveness', id: open.id, answerMs: Math.max(0, open.deadlineAt - at) };
}

/** The lesson is complete: an instant that was not reached yet is asked for once more, at once. */
function readyToSeal(draft: Draft, at: number): boolean {
  const { liveness } = draft.state;
  if (liveness === null) return true;
  if (liveness.open === null && liveness.due.length > 0 && !liveness.lastCall) {
    liveness.lastCall = true;
    liveness.due = liveness.due.slice(1);
    ask(draft, liveness, at);
  }
  return liveness.open === null || at >= liveness.open.deadlineAt;
}

/** What was not shown to be met, in a sitting in which something was watched, is a gap. */
function sealing(draft: Draft, complete: boolean): void {
  const { liveness, fastForward } = draft.state;
  if (liveness === null || measure(playedSet(fastForward)) === 0) return;
  const waiting = liveness.due.length + (liveness.open === null ? 0 : 1);
  const unmet = liveness.entered ? liveness.unmet + (complete ? waiting : 0) : 1;
  if (unmet === 0) return;
  const now = lastPoint(draft.state);
  addFinding(draft, {
    rule: 'liveness-match',
    kind: 'liveness-missing',
    severity: 'gap',
    ...notAttributed(),
    span: spanOf(now, now),
    claimed: null,
    measured: unmet,
    reason: livenessWords.missing(unmet),
    evidence: [refOf(now)],
  });
}

/** See the file's comment. */
export const livenessMatch: Rule = {
  id: 'liveness-match',
  overdueFrom: (state) => state.liveness?.open?.deadlineAt ?? NO_LIMIT,
  holdsCredit: (state) => state.liveness !== null && !state.liveness.entered,
  event: takeEvent,
  issue: issueChallenge,
  record: takeRecord,
  tick,
  dueAt,
  open: openChallenge,
  readyToSeal,
  sealing,
};
