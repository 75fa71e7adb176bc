/** `liveness-match`: asked before any credit and at random instants, judged by the server, overdue like every control. */
import type { SessionRecord, SittingFacts } from '../../server/src/core/session/records.ts';
import { sizeInside, sizeOf } from './media-set.ts';
import { draw } from './schedule.ts';
import { creditedMs, find, lastOf, type Sample, type Story } from './story.ts';

/** What is known of the challenges of a sitting. */
export interface Challenges {
  /** Somebody passed: credit may begin. */
  entered: boolean;
  issued: number;
  /** Asked since the requirement arose. */
  asked: number;
  failuresInARow: number;
  drawn: number;
  /** Credited times still to be asked at. */
  due: number[];
  open: { readonly n: number; reached: boolean; deadlineAt: number } | null;
  /** Requirements that were given up. */
  unmet: number;
  lastCall: boolean;
}

function leftToLearn({ videoMs, priorCovered }: SittingFacts): number {
  return Math.max(1, videoMs - sizeInside(priorCovered, 0, videoMs));
}

function instant(facts: SittingFacts, n: number, fromMs: number): number {
  return draw(facts.seed, 'liveness', n, 0, fromMs, Math.max(fromMs, leftToLearn(facts) - 1));
}

/** The challenges that a sitting begins with; null when its pack asks for none. */
export function challengesOf(facts: SittingFacts): Challenges | null {
  const { required, perLesson } = facts.pack.liveness;
  if (!required) return null;
  const due: number[] = [];
  for (let n = 1; n <= perLesson; n += 1) due.push(instant(facts, n, 0));
  return {
    entered: false,
    issued: 0,
    asked: 0,
    failuresInARow: 0,
    drawn: perLesson,
    due,
    open: null,
    unmet: 0,
    lastCall: false,
  };
}

/** Without a passed challenge nothing is credited. */
export function isOutside({ challenges }: Story): boolean {
  return challenges !== null && !challenges.entered;
}

function ask(story: Story, challenges: Challenges, at: number): void {
  challenges.issued += 1;
  challenges.asked += 1;
  const deadlineAt = at + story.facts.pack.liveness.answerWindowMs;
  challenges.open = { n: challenges.issued, reached: false, deadlineAt };
}

/** Takes the earliest instant out of those to come. */
function takeEarliest(challenges: Challenges): number | null {
  if (challenges.due.length === 0) return null;
  const earliest = Math.min(...challenges.due);
  challenges.due.splice(challenges.due.indexOf(earliest), 1);
  return earliest;
}

/** Asks when somebody is there to be asked and there is a reason to. */
export function issueChallenge(story: Story, at: number): void {
  const { challenges, facts } = story;
  if (challenges === null || challenges.open !== null || story.upSince === null) return;
  const { challengesMax } = facts.pack.liveness;
  if (!challenges.entered) {
    if (challenges.asked < challengesMax) ask(story, challenges, at);
    return;
  }
  if (challenges.failuresInARow > 0) {
    ask(story, challenges, at);
    return;
  }
  if (challenges.due.length > 0 && creditedMs(story) >= Math.min(...challenges.due)) {
    takeEarliest(challenges);
    ask(story, challenges, at);
  }
}

/** Nobody could tell: asked again at once before the entrance, else at a fresh instant; given up in the end. */
function cannotTell(story: Story, challenges: Challenges): void {
  challenges.open = null;
  if (!challenges.entered) return;
  challenges.failuresInARow = 0;
  if (challenges.asked >= story.facts.pack.liveness.challengesMax) {
    challenges.unmet += 1;
    challenges.asked = 0;
    return;
  }
  challenges.drawn += 1;
  const from = Math.min(creditedMs(story), leftToLearn(story.facts) - 1);
  challenges.due.push(instant(story.facts, challenges.drawn, from));
}

/** The page says that it has no picture for the open challenge. */
export function takePageFailure({ event }: Sample, story: Story): void {
  const { challenges } = story;
  if (event.e !== 'photo.failed' || challenges === null || challenges.open === null) return;
  if (event.id === `l${challenges.open.n}`) cannotTell(story, challenges);
}

const ACCUSES = {
  'other-person': 'other-person',
  spoof: 'spoof-shown',
  virtual: 'capture-virtual',
  replayed: 'capture-replayed',
} as const;

/** A confirmation, a judgement, or a client that comes back. */
export function takeChallengeRecord(story: Story, record: SessionRecord): void {
  const { challenges, at, facts } = story;
  if (challenges === null) return;
  if (record.kind === 'connected' && !challenges.entered) challenges.asked = 0;
  const { open } = challenges;
  if (open === null) return;
  if (record.kind === 'delivered' && record.directive === `l${open.n}` && !open.reached) {
    open.reached = true;
    open.deadlineAt = at + facts.pack.liveness.answerWindowMs;
  }
  if (record.kind !== 'liveness' || record.id !== `l${open.n}`) return;
  challenges.open = null;
  const accuse = (kind: (typeof ACCUSES)[keyof typeof ACCUSES]) =>
    find(story, 'liveness-match', kind, 'violation', at, at);
  if (record.result === 'passed') {
    challenges.entered = true;
    challenges.failuresInARow = 0;
    challenges.asked = 0;
  } else if (record.result === 'other-person' || record.result === 'spoof') {
    challenges.failuresInARow += 1;
    if (challenges.failuresInARow < facts.pack.liveness.attempts) return;
    challenges.failuresInARow = 0;
    accuse(ACCUSES[record.result]);
  } else if (record.result === 'virtual' || record.result === 'replayed') accuse(ACCUSES[record.result]);
  else if (record.result === 'declined') {
    challenges.failuresInARow = 0;
    if (challenges.entered) challenges.unmet += 1 + challenges.due.length;
    challenges.asked = challenges.entered ? 0 : facts.pack.liveness.challengesMax;
    challenges.due = [];
  } else cannotTell(story, challenges);
}

/** Whether a complete sitting may be sealed: an instant not reached yet is asked for once more. */
export function challengeSettled(story: Story): boolean {
  const { challenges } = story;
  if (challenges === null) return true;
  if (challenges.open === null && challenges.due.length > 0 && !challenges.lastCall) {
    challenges.lastCall = true;
    takeEarliest(challenges);
    ask(story, challenges, story.at);
  }
  return challenges.open === null || story.at >= challenges.open.deadlineAt;
}

/** What was not shown to be met, in a sitting in which something was watched, is a gap. */
export function missChallenges(story: Story, complete: boolean): void {
  const { challenges } = story;
  if (challenges === null || sizeOf(story.seen) === 0) return;
  const waiting = challenges.due.length + (challenges.open === null ? 0 : 1);
  const unmet = challenges.entered ? challenges.unmet + (complete ? waiting : 0) : 1;
  const at = lastOf(story)?.at ?? story.openedAt;
  if (unmet > 0) find(story, 'liveness-match', 'liveness-missing', 'gap', at, at);
}
