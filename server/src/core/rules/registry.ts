/**
 * All rules, in the order in which they look at a step. Adding or switching off a rule touches this list and nothing else;
 * `scripts/check-rules-matter.mjs` switches them off one by one.
 */
import type { LearningEvent } from '@zhenxue/protocol';
import type { Draft } from '../session/draft.ts';
import type { Point, SessionState } from '../session/state.ts';
import type { Step } from '../session/step.ts';
import { answerPattern } from './answer-pattern/rule.ts';
import { fastForward } from './fast-forward/rule.ts';
import { lessonOrder } from './lesson-order/rule.ts';
import { livenessMatch } from './liveness-match/rule.ts';
import { multiWindow } from './multi-window/rule.ts';
import { platformDuties } from './platform-duties/rule.ts';
import { popupInterval } from './popup-interval/rule.ts';
import { randomPhoto } from './random-photo/rule.ts';
import { recordIntegrity } from './record-integrity/rule.ts';
import { NO_LIMIT, type Rule } from './rule.ts';

const RULES: readonly Rule[] = [
  fastForward,
  multiWindow,
  answerPattern,
  popupInterval,
  randomPhoto,
  livenessMatch,
  lessonOrder,
  platformDuties,
  recordIntegrity,
];

/** The hooks of one name, of all rules that have it. */
function hooks<K extends Exclude<keyof Rule, 'id'>>(name: K): readonly NonNullable<Rule[K]>[] {
  return RULES.map((rule): Rule[K] => rule[name]).filter(
    (hook): hook is NonNullable<Rule[K]> => hook !== undefined,
  );
}

/** Hooks by name, for what happens seldom; see {@link Rule}. */
export const HOOKS: {
  readonly [K in
    | 'pageOpened'
    | 'irregularStep'
    | 'record'
    | 'dueAt'
    | 'open'
    | 'readyToSeal'
    | 'sealing']: readonly NonNullable<Rule[K]>[];
} = {
  pageOpened: hooks('pageOpened'),
  irregularStep: hooks('irregularStep'),
  record: hooks('record'),
  dueAt: hooks('dueAt'),
  open: hooks('open'),
  readyToSeal: hooks('readyToSeal'),
  sealing: hooks('sealing'),
};

/*
 * What happens with every event is called one by one instead of in a loop: a call that always meets the same function can be
 * compiled into its caller. A place that no rule takes does nothing.
 */

/** Hooks of one name in exactly `places` places. @throws RangeError when more rules have one. */
function placed<K extends Exclude<keyof Rule, 'id'>>(
  name: K,
  places: number,
  nothing: NonNullable<Rule[K]>,
): readonly NonNullable<Rule[K]>[] {
  const all = hooks(name);
  if (all.length > places) throw new RangeError(`registry: expected at most ${places} rules with ${name}`);
  return [...all, ...Array.from({ length: places - all.length }, () => nothing)];
}

const nothing = (): void => {};
const no = (): boolean => false;
const noLimit = (): number => NO_LIMIT;

const [clock0 = no] = placed('clock', 1, no);
const [step0 = nothing, step1 = nothing, step2 = nothing, step3 = nothing] = placed('step', 4, nothing);
const [holds0 = no, holds1 = no] = placed('holdsCredit', 2, no);
const [overdue0 = noLimit, overdue1 = noLimit, overdue2 = noLimit] = placed('overdueFrom', 3, noLimit);
const [left0 = noLimit, left1 = noLimit] = placed('creditLeft', 2, noLimit);
const [event0 = nothing, event1 = nothing, event2 = nothing, event3 = nothing, event4 = nothing] = placed(
  'event',
  5,
  nothing,
);
const [sample0 = nothing] = placed('sample', 1, nothing);
const [issue0 = nothing, issue1 = nothing, issue2 = nothing] = placed('issue', 3, nothing);
const [tick0 = nothing, tick1 = nothing, tick2 = nothing] = placed('tick', 3, nothing);

/** All `clock` hooks. @returns whether nothing may be credited now. */
export function compareClocks(draft: Draft, point: Point, receivedAt: number): boolean {
  return clock0(draft, point, receivedAt);
}

/** All `step` hooks. */
export function lookAtStep(draft: Draft, step: Step, event: LearningEvent): void {
  step0(draft, step, event);
  step1(draft, step, event);
  step2(draft, step, event);
  step3(draft, step, event);
}

/** Whether a `holdsCredit` hook says so. */
export function holdsCredit(state: SessionState): boolean {
  return holds0(state) || holds1(state);
}

/** The earliest of all `overdueFrom` hooks. */
export function overdueFrom(state: SessionState): number {
  return Math.min(overdue0(state), overdue1(state), overdue2(state));
}

/** The least of all `creditLeft` hooks. */
export function creditLeft(state: SessionState): number {
  return Math.min(left0(state), left1(state));
}

/** All `event` hooks. */
export function takeEventIn(draft: Draft, event: LearningEvent, point: Point, receivedAt: number): void {
  event0(draft, event, point, receivedAt);
  event1(draft, event, point, receivedAt);
  event2(draft, event, point, receivedAt);
  event3(draft, event, point, receivedAt);
  event4(draft, event, point, receivedAt);
}

/** All `sample` hooks. */
export function lookAtSample(draft: Draft, event: LearningEvent, point: Point, receivedAt: number): void {
  sample0(draft, event, point, receivedAt);
}

/** All `issue` hooks. */
export function issueControls(draft: Draft, at: number): void {
  issue0(draft, at);
  issue1(draft, at);
  issue2(draft, at);
}

/** All `tick` hooks. */
export function tickRules(draft: Draft, at: number): void {
  tick0(draft, at);
  tick1(draft, at);
  tick2(draft, at);
}
