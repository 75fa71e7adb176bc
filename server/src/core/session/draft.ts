/**
 * The one place where a state is being changed: a copy made at the start of a decision, with what the decision says.
 * From outside, `decide` stays pure.
 */
import type { Directive, EvidenceRef, Finding, Span } from '@zhenxue/protocol';
import { clauseOf } from '../policy/pack.ts';
import { copyOf } from './copy.ts';
import type { Point, SessionState } from './state.ts';
import type { MutableStep } from './step.ts';

/** Findings kept per sitting. Further ones of the same kind extend the last; a sitting with this many is invalid anyway. */
export const FINDINGS_MAX = 64;

/** Evidence references kept per finding: its first and its newest. */
export const EVIDENCE_MAX = 8;

/** A state under change and what leaves with it. */
export interface Draft {
  readonly state: SessionState;
  /** New and extended findings by id; null while there are none. */
  findings: Map<string, Finding> | null;
  readonly directives: Directive[];
  /** The step under way: one object for all, because hooks look at a step and never keep it. */
  readonly step: MutableStep;
  /** `fastForward.recent` was made during this draft: nobody else has seen it, so it may still be changed in place. */
  ownRecent: boolean;
}

/** Starts a decision: the given state stays as it is. */
export function draftOf(state: SessionState): Draft {
  return draftIn(copyOf(state));
}

/** A draft that changes the given state itself. */
export function draftIn(state: SessionState): Draft {
  const from = lastPoint(state);
  return {
    state,
    findings: null,
    directives: [],
    step: { from, to: from, dt: 0, advancedMs: 0, jumpTo: null },
    ownRecent: false,
  };
}

/** A finding without what `addFinding` fills in. */
export type NewFinding = Omit<Finding, 'id' | 'clause'>;

/** The id of the last finding of a kind, if any. */
function lastOfKind(state: SessionState, kind: Finding['kind']): string | null {
  return state.findings.findLast((finding) => finding.kind === kind)?.id ?? null;
}

function changed(draft: Draft, finding: Finding): void {
  draft.findings ??= new Map();
  draft.findings.set(finding.id, finding);
}

/**
 * Records a finding and returns its id. Past {@link FINDINGS_MAX} the last one of its kind is extended instead; when
 * there is none, a violation takes the place of the last hint, or of the newest finding: a full list decides the outcome already.
 */
export function addFinding(draft: Draft, finding: NewFinding): string {
  const { state } = draft;
  const full = state.findings.length >= FINDINGS_MAX;
  const known = full ? lastOfKind(state, finding.kind) : null;
  if (known !== null) {
    extendFinding(draft, known, finding);
    return known;
  }
  const place = full ? replaceable(state) : state.findings.length;
  const clause = clauseOf(state.facts.pack, finding.rule);
  const span = onServerClock(state, finding.span);
  const added: Finding = { id: `F${place + 1}`, clause, ...finding, span };
  state.findings = [...state.findings.slice(0, place), added, ...state.findings.slice(place + 1)];
  changed(draft, added);
  return added.id;
}

/** A span of the state's times as a finding tells it: server times in epoch ms. */
function onServerClock({ openedAt }: SessionState, span: Span): Span {
  return { ...span, fromAt: openedAt + span.fromAt, toAt: openedAt + span.toAt };
}

function replaceable(state: SessionState): number {
  const hint = state.findings.findLastIndex((finding) => finding.severity === 'hint');
  return hint >= 0 ? hint : FINDINGS_MAX - 1;
}

/** What a finding has grown to. Its words go with its figures. */
export type Growth = Pick<Finding, 'span' | 'evidence' | 'claimed' | 'measured' | 'reason'>;

/** Lets a finding grow up to the end of `span`, and keeps its first and newest evidence. */
export function extendFinding(draft: Draft, id: string, growth: Growth): void {
  const { state } = draft;
  const { span, claimed, measured, reason } = growth;
  state.findings = state.findings.map((finding) => {
    if (finding.id !== id) return finding;
    const refs = [...finding.evidence, ...growth.evidence];
    const grown: Finding = {
      ...finding,
      span: { ...finding.span, toAt: state.openedAt + span.toAt, toT: span.toT, toM: span.toM },
      claimed,
      measured,
      reason,
      evidence: refs.length > EVIDENCE_MAX ? [...refs.slice(0, 1), ...refs.slice(1 - EVIDENCE_MAX)] : refs,
    };
    changed(draft, grown);
    return grown;
  });
}

/** What is noted at most once per sitting: one bit each, in {@link SessionState.noted}. */
export const ONCE = {
  timeBackwards: 1,
  beyondEnd: 2,
  videoDiffers: 4,
  clockLagging: 8,
  answersRegular: 16,
  answersInhuman: 32,
  answersGuessed: 64,
  answersUnshown: 128,
  lessonOrder: 256,
  orderOverridden: 512,
  videoUnapproved: 1_024,
  controlDisabled: 2_048,
  laterContent: 4_096,
} as const;

/** True the first time a bit of {@link ONCE} comes up in a sitting. */
export function firstTime(draft: Draft, bit: number): boolean {
  if ((draft.state.noted & bit) !== 0) return false;
  draft.state.noted |= bit;
  return true;
}

/** The stretch between two points. */
export function spanOf(from: Point, to: Point): Span {
  return { fromAt: from.at, toAt: to.at, fromT: from.t, toT: to.t, fromM: from.m, toM: to.m };
}

/** Where a point stands in the record. */
export function refOf(point: Point): EvidenceRef {
  return { seq: point.seq, index: point.index };
}

/** The last sample, or the opening when there was none yet. */
export function lastPoint(state: SessionState): Point {
  return state.last ?? { t: 0, m: 0, s: 0, r: 1_000, at: 0, seq: 0, index: 0 };
}
