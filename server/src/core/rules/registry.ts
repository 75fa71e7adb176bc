/**
 * All rules, in the order in which they look at a step. Adding or switching off a rule touches this list and nothing else;
 * `scripts/check-rules-matter.mjs` switches them off one by one.
 */
import { answerPattern } from './answer-pattern/rule.ts';
import { fastForward } from './fast-forward/rule.ts';
import { lessonOrder } from './lesson-order/rule.ts';
import { livenessMatch } from './liveness-match/rule.ts';
import { multiWindow } from './multi-window/rule.ts';
import { platformDuties } from './platform-duties/rule.ts';
import { popupInterval } from './popup-interval/rule.ts';
import { randomPhoto } from './random-photo/rule.ts';
import { recordIntegrity } from './record-integrity/rule.ts';
import type { Rule } from './rule.ts';

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

/** Hooks by name; see {@link Rule}. */
export const HOOKS: { readonly [K in Exclude<keyof Rule, 'id'>]-?: readonly NonNullable<Rule[K]>[] } = {
  pageOpened: hooks('pageOpened'),
  clock: hooks('clock'),
  step: hooks('step'),
  irregularStep: hooks('irregularStep'),
  overdueFrom: hooks('overdueFrom'),
  creditLeft: hooks('creditLeft'),
  holdsCredit: hooks('holdsCredit'),
  event: hooks('event'),
  sample: hooks('sample'),
  issue: hooks('issue'),
  record: hooks('record'),
  tick: hooks('tick'),
  dueAt: hooks('dueAt'),
  open: hooks('open'),
  readyToSeal: hooks('readyToSeal'),
  sealing: hooks('sealing'),
};
